import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ceilToRate, createRate, floorToRate, nearestToRate } from './rate';

const rates = [
  createRate(24_000, 1001),
  createRate(25),
  createRate(30_000, 1001),
  createRate(60),
  createRate(8),
  createRate(24),
];
const anyRate = fc.constantFrom(...rates);
/** Six hours at 60, before and after frame 0. */
const anyFrame = fc.integer({ min: -1_296_000, max: 1_296_000 });

test('a frame of one rate is on screen from its ceiling to the next one, exactly', () => {
  fc.assert(
    fc.property(anyFrame, anyRate, anyRate, (frame, project, shot) => {
      const shown = floorToRate(frame, project, shot);
      expect(ceilToRate(shown, shot, project)).toBeLessThanOrEqual(frame);
      expect(ceilToRate(shown + 1, shot, project)).toBeGreaterThan(frame);
    }),
  );
});

test('conversions agree with exact arithmetic', () => {
  fc.assert(
    fc.property(anyFrame, anyRate, anyRate, (frame, from, to) => {
      const [top, bottom] = [BigInt(frame) * BigInt(to.num * from.den), BigInt(to.den * from.num)];
      const floor = top / bottom - (top % bottom < 0n ? 1n : 0n);
      const isExact = top % bottom === 0n;
      expect(floorToRate(frame, from, to)).toBe(Number(floor));
      expect(ceilToRate(frame, from, to)).toBe(Number(floor) + (isExact ? 0 : 1));
      const [nearest, rest] = [nearestToRate(frame, from, to), top - floor * bottom];
      expect(nearest).toBe(Number(floor) + (2n * rest >= bottom ? 1 : 0));
    }),
  );
});

test('an hour of 23.976 is 86,314 frames and 3,600 seconds of 1,001 thousandths less', () => {
  expect(ceilToRate(3600, createRate(1), createRate(24_000, 1001))).toBe(86_314);
  expect(floorToRate(86_400, createRate(24_000, 1001), createRate(24))).toBe(86_486);
});

test('no conversion gives a negative zero', () => {
  expect(Object.is(ceilToRate(-1, createRate(60), createRate(24)), 0)).toBe(true);
});

test.each([
  [0, 1],
  [24, 0],
  [-24, 1],
  [23.976, 1],
  [1_000_001, 1],
  [2000, 1],
])('%d/%d is not a rate', (num, den) => {
  expect(() => createRate(num, den)).toThrowError(expect.objectContaining({ code: 'input/invalid' }));
});
