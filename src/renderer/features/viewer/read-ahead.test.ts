import { expect, test } from 'vitest';
import { framesAhead } from './read-ahead';

test('standing still it reads both ways, the near ones first', () => {
  expect(framesAhead({ playhead: 100, end: 200, speed: 1, isPlaying: false }).slice(0, 6)).toEqual([
    101, 99, 102, 98, 103, 97,
  ]);
});

test('standing still it reads as far ahead as when it plays', () => {
  const at = { playhead: 0, end: 1_000, speed: 1 };
  const ahead = framesAhead({ ...at, isPlaying: true });
  expect(framesAhead({ ...at, isPlaying: false })).toEqual(ahead);
});

test('playing at 4× it reads the frames that will be shown', () => {
  const frames = framesAhead({ playhead: 0, end: 1_000, speed: 4, isPlaying: true });
  expect({ first: frames.slice(0, 3), last: frames.at(-1), count: frames.length }).toEqual({
    first: [4, 8, 12],
    last: 192,
    count: 48,
  });
});

test('backwards it reads backwards', () => {
  expect(framesAhead({ playhead: 10, end: 12, speed: -1, isPlaying: true })).toEqual([
    9, 11, 8, 7, 6, 5, 4, 3, 2, 1, 0,
  ]);
});

test('there is nothing to read in an empty film', () => {
  expect(framesAhead({ playhead: 0, end: 0, speed: 1, isPlaying: false })).toEqual([]);
});
