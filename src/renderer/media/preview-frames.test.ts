import { expect, test } from 'vitest';
import { previewPosition } from './preview-frames';

test('the nearest picture of the window stands for a frame', () => {
  expect([-1, 0, 3, 4, 5, 8, 9].map((index) => previewPosition([0, 4, 8], index))).toEqual([0, 0, 1, 1, 1, 2, 2]);
});

test('a frame of another window has no picture', () => {
  expect([previewPosition([0, 1, 2], 4), previewPosition([9, 10, 11], 0), previewPosition([], 0)]).toEqual([
    null,
    null,
    null,
  ]);
});
