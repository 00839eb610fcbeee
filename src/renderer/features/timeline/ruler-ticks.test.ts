import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRate } from '@core/time/rate';
import { rulerTicks, tickSpacing } from './ruler-ticks';

test.each([
  { fps: [24, 1], zoom: 100, expected: { labelFrames: 1, tickFrames: 1 } },
  { fps: [24, 1], zoom: 20, expected: { labelFrames: 6, tickFrames: 1 } },
  { fps: [24, 1], zoom: 1, expected: { labelFrames: 120, tickFrames: 8 } },
  { fps: [8, 1], zoom: 12, expected: { labelFrames: 8, tickFrames: 1 } },
  { fps: [24000, 1001], zoom: 0.1, expected: { labelFrames: 1_440, tickFrames: 120 } },
  { fps: [25, 1], zoom: 0.005, expected: { labelFrames: 45_000, tickFrames: 1_500 } },
])('at $fps and $zoom px a frame the steps are $expected', ({ fps, zoom, expected }) => {
  expect(tickSpacing(zoom, createRate(fps[0] ?? 1, fps[1] ?? 1))).toEqual(expected);
});

test('labels are never closer than they can be read, except past ten hours a label', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.005, max: 160, noNaN: true }),
      fc.constantFrom(8, 12, 24, 25, 30, 60),
      (zoom, fps) => {
        const spacing = tickSpacing(zoom, createRate(fps));
        expect(spacing.labelFrames * zoom).toBeGreaterThanOrEqual(92);
        expect(spacing.labelFrames % spacing.tickFrames).toBe(0);
      },
    ),
  );
});

test('ticks begin at or before the window and stay within it', () => {
  expect(rulerTicks(5, 13, { labelFrames: 8, tickFrames: 4 })).toEqual([
    { frame: 4, isLabelled: false },
    { frame: 8, isLabelled: true },
    { frame: 12, isLabelled: false },
  ]);
});
