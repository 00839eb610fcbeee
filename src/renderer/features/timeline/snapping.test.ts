import { expect, test } from 'vitest';
import { snapTo } from './snapping';

const targets = [0, 24, 48, 100];

test('the edge closest to a fixed point wins', () => {
  expect(snapTo([26, 47], targets, 4)).toEqual({ delta: 1, at: 48 });
});

test('reach is measured on screen, not in frames', () => {
  expect([snapTo([28], targets, 2), snapTo([28], targets, 2.01), snapTo([25], targets, 8.1)]).toEqual([
    { delta: -4, at: 24 },
    null,
    null,
  ]);
});

test('beyond the first and the last point there is still something to snap to', () => {
  expect([snapTo([-2], targets, 1), snapTo([103], targets, 1), snapTo([5], [], 1)]).toEqual([
    { delta: 2, at: 0 },
    { delta: -3, at: 100 },
    null,
  ]);
});

test('halfway between two points the earlier one is taken', () => {
  expect(snapTo([36], targets, 0.5)).toEqual({ delta: -12, at: 24 });
});
