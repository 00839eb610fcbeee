import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { clipView } from './clip-view';
import { resizeBicubic } from './pil-resize';

function aPicture(width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      rgb.set([(x * 7 + y * 13) % 256, (x * x + y * y) % 256, 255 * (((x >> 1) + (y >> 1)) % 2)], (y * width + x) * 3);
  return rgb;
}

// Pillow 13: hashlib.sha256(Image.fromarray(picture).resize(to, Image.BICUBIC).tobytes())
test.each([
  ['larger', [5, 4], [9, 7], 'f43772f9468c2242de5839522d0d0c787b5caaac7c759d613bf9f406267d8a89'],
  ['smaller', [64, 40], [20, 13], '93c7768abfec7bbe7d796c54641c2a4d883ce1ec6340fc9fa5d5e695602e3582'],
  ['much larger', [48, 32], [336, 224], 'b1ec345de00faf84506ab776aedf8c78f969929a58457430d14fbd385592b1e0'],
  ['in one direction', [33, 33], [33, 10], '1fee739be82e37d62d42b8a11d5c41f8c3e125dc687e341868a7249c205d143e'],
] as const)('resizes as Pillow does, byte by byte: %s', (_, [width, height], [toWidth, toHeight], wanted) => {
  const resized = resizeBicubic(aPicture(width, height), { width, height }, { width: toWidth, height: toHeight });
  expect(createHash('sha256').update(resized).digest('hex')).toBe(wanted);
});

test('CLIP sees the middle of a wide picture and of a high one', () => {
  const wide = clipView(aPicture(48, 32), 48, 32);
  const whole = resizeBicubic(aPicture(48, 32), { width: 48, height: 32 }, { width: 336, height: 224 });
  expect(wide[0]).toBeCloseTo((whole[((336 - 224) / 2) * 3] ?? 0) / 255, 6);
  expect(clipView(aPicture(32, 48), 32, 48)).toHaveLength(3 * 224 * 224);
});
