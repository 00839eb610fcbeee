import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { footageFits, placeInFrame } from './fit';

const side = fc.integer({ min: 1, max: 4096 });

test('a wide picture in a square frame is cropped at its sides, or lies between bars', () => {
  const film = { width: 128, height: 128 };
  expect(placeInFrame({ width: 1920, height: 1080 }, film, 'fill')).toEqual({ width: 228, height: 128, x: -50, y: 0 });
  expect(placeInFrame({ width: 1920, height: 1080 }, film, 'fit')).toEqual({ width: 128, height: 72, x: 0, y: 28 });
});

test('filling leaves no gap, fitting crops nothing, and both are centred', () => {
  fc.assert(
    fc.property(side, side, side, side, fc.constantFrom(...footageFits), (w, h, width, height, fit) => {
      const placed = placeInFrame({ width: w, height: h }, { width, height }, fit);
      for (const [offset, length, limit] of [
        [placed.x, placed.width, width],
        [placed.y, placed.height, height],
      ] as const) {
        expect(fit === 'fill' ? length >= limit : length <= limit).toBe(true);
        expect(Math.abs(2 * offset + length - limit)).toBeLessThanOrEqual(1);
      }
      expect(placed.width === width || placed.height === height).toBe(true);
    }),
  );
});
