import { encode } from 'fast-png';
import { zlibSync } from 'fflate';
import { expect, test } from 'vitest';
import { decodeFrame } from './decode-frame';
import { decodeRgb } from './decode-rgb';

const [width, height] = [37, 23];
const noise = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7919 + (i >> 3) * 31) & 255);

test('a stored frame has the pixels that were stored', async () => {
  const rgb = noise(width * height * 3);
  const image = await decodeFrame(new Uint8Array(stored(rgb)));
  expect([image.width, image.height]).toEqual([width, height]);
  expect(image.rgb).toEqual(rgb);
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
  const file = new Uint8Array(stored(noise(width * height * 3)));
  const damaged = file.slice();
  damaged[file.length >> 1]! ^= 255;
  for (const bad of [file.slice(0, file.length >> 1), file.slice(0, 20), damaged, new Uint8Array(0)])
    await expect(decodeFrame(bad)).rejects.toThrow();
});

/** As main/platform/png.ts writes frames. */
function stored(rgb: Uint8Array): Uint8Array {
  return encode({ width, height, data: rgb, channels: 3, depth: 8 }, { zlib: { level: 6 } });
}

/** The header of a stored frame with other rows behind it. */
function withRows(rows: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = stored(noise(width * height * 3)).slice(0, 33);
  return new Uint8Array([...header, ...chunk('IDAT', zlibSync(rows)), ...chunk('IEND', new Uint8Array(0))]);
}

/** Without its checksum, which decoders of frames do not look at. */
function chunk(type: string, data: Uint8Array): number[] {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, data.length);
  return [...length, ...[...type].map((letter) => letter.charCodeAt(0)), ...data, 0, 0, 0, 0];
}
