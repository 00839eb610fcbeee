import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alphaProduct, movedPicture, noisier } from './moved-noise';

const row = (...values: number[]): Float32Array => Float32Array.from(values);

/** torch 2.13: grid_sample(nearest, reflection) over the pipeline's flow, on a row of 8 cells of 512. */
test.each([
  [0, [0, 1, 2, 3, 4, 5, 6, 7]],
  [60, [1, 2, 3, 4, 5, 6, 7, 7]],
  [180, [3, 4, 5, 6, 7, 7, 6, 5]],
  [-64, [0, 0, 1, 2, 3, 4, 5, 6]],
])('a row moved by %d of 512', (dx, expected) => {
  expect([...movedPicture(row(0, 1, 2, 3, 4, 5, 6, 7), { height: 1, width: 8 }, { dx, dy: 0 })]).toEqual(expected);
});

test('every cell of a moved picture is one of its own channel', () => {
  fc.assert(
    fc.property(
      fc.record({ height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 9 }) }),
      fc.record({
        dx: fc.double({ min: -2000, max: 2000, noNaN: true }),
        dy: fc.double({ min: -2000, max: 2000, noNaN: true }),
      }),
      (size, by) => {
        const plane = size.height * size.width;
        const picture = Float32Array.from({ length: 2 * plane }, (_, i) => (i < plane ? 1 : 2));
        expect(movedPicture(picture, size, by)).toEqual(picture);
      },
    ),
  );
});

test('α over no steps is 1, over two spans the product of both, and with it the variance stays 1', () => {
  const scheduler = {
    class: 'DDIMScheduler',
    config: { beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012 },
  };
  expect(alphaProduct(scheduler, 500, 500)).toBe(1);
  const [first, second] = [alphaProduct(scheduler, 500, 600), alphaProduct(scheduler, 600, 700)];
  expect(alphaProduct(scheduler, 500, 700)).toBeCloseTo(first * second, 6);
  expect([...noisier(row(1), row(0), 0.36)][0]).toBeCloseTo(0.6, 6);
  expect([...noisier(row(0), row(1), 0.36)][0]).toBeCloseTo(0.8, 6);
});
