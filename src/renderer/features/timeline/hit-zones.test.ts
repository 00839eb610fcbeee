import { expect, test } from 'vitest';
import { hasRoomInside, isHandleInside, trimZoneWidth, zoneFrom } from './hit-zones';

test('a wide clip has six pixels of trim at each end, a narrow one keeps its middle third', () => {
  expect([300, 18, 9, 1].map(trimZoneWidth)).toEqual([6, 6, 3, 1 / 3]);
});

test('a handle hangs outside only where it covers no neighbour', () => {
  expect([Infinity, 18, 17.9, 0].map(isHandleInside)).toEqual([false, false, true, true]);
});

test('a handle inside a narrow clip would leave nothing to move it by', () => {
  expect([18, 63, 64].map(hasRoomInside)).toEqual([false, false, true]);
});

test('what has no zone, or an unknown one, is the body', () => {
  expect([undefined, '', 'trim', 'trim-end', 'extend-start'].map(zoneFrom)).toEqual([
    'body',
    'body',
    'body',
    'trim-end',
    'extend-start',
  ]);
});
