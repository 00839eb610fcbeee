import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRate } from '../time/rate';
import { CUT, disagreement } from './disagreement';
import { planesOf, rgbOf, SIDE_MULTIPLE } from './planes';
import { framesBetween, smoothedRate } from './smoothing';

/** A picture that repeats nowhere within it, moved by (dx, dy). */
function texture(width: number, height: number, dx = 0, dy = 0): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 3; channel++)
        rgb[(y * width + x) * 3 + channel] =
          128 + 60 * Math.sin((x - dx) / (5 + channel)) + 60 * Math.cos((y - dy) / (7 - channel));
  return rgb;
}

test('a picture of any size comes back from its planes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 }), (width, height) => {
      const rgb = texture(width, height);
      const planes = planesOf(rgb, width, height);
      expect([planes.width % SIDE_MULTIPLE, planes.height % SIDE_MULTIPLE]).toEqual([0, 0]);
      expect(rgbOf(planes, width, height)).toEqual(rgb);
    }),
    { numRuns: 30 },
  );
});

test('beyond its edge a picture goes on as its edge', () => {
  const { data, width, height } = planesOf(Uint8Array.of(255, 0, 51), 1, 1);
  expect([width, height]).toEqual([32, 32]);
  for (const [channel, value] of [1, 0, 0.2].entries())
    expect(data.subarray(channel * 1024, (channel + 1) * 1024).every((v) => Math.abs(v - value) < 1e-6)).toBe(true);
});

describe('the disagreement of two pictures', () => {
  const [width, height] = [64, 64];
  const first = planesOf(texture(width, height), width, height);
  const constantFlow = (...values: number[]): Float32Array =>
    Float32Array.from({ length: 4 * width * height }, (_, i) => values[Math.floor(i / (width * height))] ?? 0);

  test('is small where the flow explains the move, and grows with what it leaves', () => {
    const second = planesOf(texture(width, height, 6, 2), width, height);
    const right = disagreement(first, second, constantFlow(-3, -1, 3, 1));
    expect(right).toBeLessThan(0.02);
    expect(disagreement(first, second, constantFlow(0, 0, 0, 0))).toBeGreaterThan(4 * right);
  });

  test('of two shots is that of a cut', () => {
    const other = planesOf(
      Uint8Array.from({ length: width * height * 3 }, (_, i) => (i % 97 < 48 ? 255 : 0)),
      width,
      height,
    );
    expect(disagreement(first, other, constantFlow(0, 0, 0, 0))).toBeGreaterThan(CUT);
  });
});

test('a smoothed film plays as long as before', () => {
  expect(smoothedRate(createRate(8), 3)).toEqual({ num: 24, den: 1 });
  expect(smoothedRate(createRate(30_000, 1001), 2)).toEqual({ num: 60_000, den: 1001 });
  expect(smoothedRate(createRate(240), 1)).toEqual({ num: 240, den: 1 });
  expect([framesBetween(9, 3), framesBetween(1, 4), framesBetween(0, 2), framesBetween(9, 1)]).toEqual([16, 0, 0, 0]);
  expect(() => smoothedRate(createRate(60), 3)).toThrowError(
    expect.objectContaining({ code: 'input/invalid', detail: expect.objectContaining({ field: 'smoothing' }) }),
  );
});
