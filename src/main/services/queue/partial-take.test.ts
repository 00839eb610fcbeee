import { expect, test } from 'vitest';
import { contiguousFrames } from './partial-take';

const stored = (...indices: number[]) => indices.map((index) => ({ index, hash: `h${index}` }));

test.each([
  ['first', [0, 1, 2], ['h0', 'h1', 'h2']],
  ['forward', [2, 0, 1, 4], ['h0', 'h1', 'h2']],
  ['retake', [1, 2], []],
  ['backward', [4, 3], ['h3', 'h4']],
  ['backward', [0, 1, 2, 3], []],
  ['backward', [0, 4], ['h4']],
  ['forward', [], []],
  // Frames outside the segment (a window's overlap) never count.
  ['forward', [-1, 5], []],
] as const)('%s with %j of 5 keeps %j', (role, indices, kept) => {
  expect(contiguousFrames(role, 5, stored(...indices))).toEqual(kept);
});
