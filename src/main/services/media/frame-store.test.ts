import { encode } from 'fast-png';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { aTempDir, sha256 } from '../../../../test/support/pocket';
import { decodePng, encodeRgbPng } from '../../platform/png';
import { FrameStore } from './frame-store';

const temp = aTempDir();
afterAll(temp.remove);
const ramp = (width: number, height: number): Uint8Array =>
  Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 256);

describe('FrameStore', () => {
  test('keeps pixels, and names the file by the hash of its bytes', async () => {
    const store = new FrameStore(join(temp.dir, 'one'));
    const { hash, bytes } = await store.put(ramp(33, 7), 33, 7);
    const file = readFileSync(join(temp.dir, 'one', hash.slice(0, 2), `${hash}.png`));
    expect({ hash, bytes }).toEqual({ hash: sha256(file), bytes: file.length });
    expect(await store.read(hash)).toEqual({ width: 33, height: 7, rgb: ramp(33, 7) });
  });

  test('the same pixels twice are one file', async () => {
    const store = new FrameStore(join(temp.dir, 'twice'));
    const [first, second] = [await store.put(ramp(8, 8), 8, 8), await store.put(ramp(8, 8), 8, 8)];
    expect(second).toEqual(first);
    expect(readdirSync(join(temp.dir, 'twice'), { recursive: true })).toHaveLength(2);
  });

  test('the encoder gives the same bytes on every machine', () => {
    expect(sha256(encodeRgbPng(ramp(16, 16), 16, 16))).toBe(
      '30a5ad53e684550115ea6ad6b7053b0a26bf5d7e7d2bf1158120cfa3425a4d67',
    );
  });

  test('a frame that is not there is a named error', async () => {
    const store = new FrameStore(temp.dir);
    expect(await store.has('0'.repeat(64))).toBe(false);
    await expect(store.read('0'.repeat(64))).rejects.toMatchObject({ code: 'media/not-found' });
  });

  test('a damaged frame is a named error', async () => {
    const store = new FrameStore(join(temp.dir, 'damaged'));
    const { hash } = await store.put(ramp(64, 64), 64, 64);
    const whole = readFileSync(store.pathOf(hash));
    for (const bytes of [
      whole.subarray(0, whole.length - 40),
      whole.subarray(0, 40),
      Buffer.alloc(0),
      flipped(whole),
    ]) {
      writeFileSync(store.pathOf(hash), bytes);
      await expect(store.read(hash)).rejects.toMatchObject({ code: 'media/unreadable' });
    }
  });

  test.each(['', '../../etc/passwd', 'ABC', `${'a'.repeat(63)}/`])('%j cannot become a path', (name) => {
    expect(() => new FrameStore(temp.dir).pathOf(name)).toThrow('not a frame hash');
  });
});

describe('decodePng', () => {
  test('spreads greys and palettes, keeps the high byte of 16 bits and drops alpha', () => {
    const rgbOf = (png: Parameters<typeof encode>[0]): number[] => [...decodePng(encode(png)).rgb];
    expect(rgbOf({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 200) })).toEqual([0, 0, 0, 200, 200, 200]);
    expect(rgbOf({ width: 1, height: 1, channels: 2, data: Uint8Array.of(9, 128) })).toEqual([9, 9, 9]);
    expect(rgbOf({ width: 1, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 4) })).toEqual([1, 2, 3]);
    expect(
      rgbOf({ width: 1, height: 1, channels: 3, depth: 16, data: Uint16Array.of(0x12ff, 0x3400, 0xffff) }),
    ).toEqual([0x12, 0x34, 0xff]);
  });

  test('refuses a small file that claims a gigantic picture before unpacking it', () => {
    const png = encodeRgbPng(ramp(2, 2), 2, 2);
    new DataView(png.buffer, png.byteOffset).setUint32(16, 400_000);
    new DataView(png.buffer, png.byteOffset).setUint32(20, 400_000);
    expect(() => decodePng(png)).toThrow(expect.objectContaining({ code: 'media/unsupported' }) as Error);
  });

  test('text is not a picture', () => {
    expect(() => decodePng(Buffer.from('this is not an image, it only claims to be one.'), 'holiday.png')).toThrow(
      'holiday.png cannot be read: it is not a PNG file',
    );
  });
});

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 0xff;
  return copy;
}
