import { expect, test } from 'vitest';
import { originOf, tilesInSight, tileWidth } from './canvas-tiles';

test.each([1, 1.25, 1.5, 2])('at %d pixels of the screen a CSS pixel, the tiles in sight cover the window', (ratio) => {
  const tile = tileWidth(ratio);
  expect(tile * ratio).toBe(480);
  for (const scrollX of [0, 1, 479, 480, 481, 100_000.5])
    for (const width of [1, 480, 1300]) {
      const { first, last } = tilesInSight(scrollX, width, tile);
      expect(first * tile).toBeLessThanOrEqual(scrollX);
      expect((first + 1) * tile).toBeGreaterThan(scrollX);
      expect((last + 1) * tile).toBeGreaterThanOrEqual(scrollX + width);
      expect(last * tile).toBeLessThan(scrollX + width);
      // One canvas each, and none for two.
      expect(last - first + 1).toBeLessThanOrEqual(Math.ceil(width / tile) + 1);
    }
});

test('elements are placed from where a tile begins, never far left of the window', () => {
  for (const ratio of [1, 1.25, 2])
    for (const scrollX of [0, 5_000, 123_456_789]) {
      const origin = originOf(scrollX, ratio);
      expect(Number.isInteger(origin / tileWidth(ratio))).toBe(true);
      expect(scrollX - origin).toBeGreaterThanOrEqual(0);
      expect(scrollX - origin).toBeLessThan(32 * tileWidth(ratio));
    }
});
