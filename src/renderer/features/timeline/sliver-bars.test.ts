import { expect, test } from 'vitest';
import { sliverBars } from './sliver-bars';

const clips = (count: number, duration: number) =>
  Array.from({ length: count }, (_, i) => ({ start: i * duration, duration }));
const scale = (pixelsPerFrame: number) => ({ pixelsPerFrame, scrollX: 0 });

test('clips of a few pixels are a bar each, with a gap', () => {
  expect(sliverBars(clips(3, 10), scale(0.4))).toEqual([
    { from: 0, to: 3.2 },
    { from: 4, to: 7.2 },
    { from: 8, to: 11.2 },
  ]);
});

test('thousands in a window are one bar, as long as they lie close', () => {
  const many = [...clips(10_000, 8), { start: 100_000, duration: 8 }];
  const bars = sliverBars(many, scale(0.02));
  expect(bars).toHaveLength(2);
  expect(bars[0]?.from).toBe(0);
  expect(bars[0]?.to).toBeCloseTo(79_992 * 0.02 + 0.5);
  expect(bars[1]).toEqual({ from: 2000, to: 2000.5 });
});
