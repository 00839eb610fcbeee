import { encode } from 'fast-png';
import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { encodeRgbPng } from '@main/platform/png';
import { decodeFrame } from './decode-frame';
import { decodeRgb } from './decode-rgb';

const [width, height] = [37, 23];
const noise = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7919 + (i >> 3) * 31) & 255);

test('a stored frame has the pixels that were stored', async () => {
  const rgb = noise(width * height * 3);
  const image = await decodeFrame(new Uint8Array(encodeRgbPng(rgb, width, height)));
  expect([image.width, image.height]).toEqual([width, height]);
  expect(Buffer.from(image.rgb).equals(Buffer.from(rgb))).toBe(true);
});

test.each([1, 2, 3, 4] as const)('a PNG of %i channels has the pixels of the general way', async (channels) => {
  const file = new Uint8Array(encode({ width, height, channels, depth: 8, data: noise(width * height * channels) }));
  expect(await decodeFrame(file)).toEqual(decodeRgb(file));
});

test.each([1, 2, 3, 4])('so has one whose rows are filtered in way %i', async (filter) => {
  const rows = noise((width * 3 + 1) * height);
  for (let y = 0; y < height; y++) rows[y * (width * 3 + 1)] = filter;
  const file = withRows(rows);
  const general = decodeRgb(file);
  expect(await decodeFrame(file)).toEqual(general);
  expect(general.rgb.length).toBe(width * height * 3);
});

test('a frame that is cut off, damaged or nothing at all is refused', async () => {
  const file = new Uint8Array(encodeRgbPng(noise(width * height * 3), width, height));
  const damaged = file.slice();
  damaged[file.length >> 1]! ^= 255;
  for (const bad of [file.slice(0, file.length >> 1), file.slice(0, 20), damaged, new Uint8Array(0)])
    await expect(decodeFrame(bad)).rejects.toThrow();
});

/** The header of a stored frame with other rows behind it. */
function withRows(rows: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = encodeRgbPng(noise(width * height * 3), width, height).slice(0, 33);
  const chunk = (type: string, data: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
  };
  return new Uint8Array(Buffer.concat([header, chunk('IDAT', deflateSync(rows)), chunk('IEND', new Uint8Array(0))]));
}
