import { expect, test } from 'vitest';
import { tileFrame, tilingFor } from './filmstrip-tiles';

test('zoomed out a tile stands for whole frames, zoomed in a frame has whole tiles', () => {
  expect([tilingFor(1, 80), tilingFor(30, 80), tilingFor(79, 80), tilingFor(160, 80), tilingFor(300, 80)]).toEqual([
    { width: 80, frames: 80 },
    { width: 90, frames: 3 },
    { width: 79, frames: 1 },
    { width: 80, frames: 0.5 },
    { width: 75, frames: 0.25 },
  ]);
});

test('a tile shows the frame in its middle and never one beyond the clip', () => {
  const clip = { start: 100, duration: 7 };
  expect([0, 1, 2].map((i) => tileFrame(clip, i, { width: 90, frames: 3 }))).toEqual([101, 104, 106]);
  expect([0, 1, 2, 3].map((i) => tileFrame(clip, i, { width: 80, frames: 0.5 }))).toEqual([100, 100, 101, 101]);
});
