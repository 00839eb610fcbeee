import { expect, test } from 'vitest';
import { removePromptBlock, splitBlock, moveBlockEdge, setPromptText } from '../timeline/prompt-blocks';
import { aShot, after, anEmptyFilm } from '../timeline/test-films';
import { blockForRange, promptAt } from './resolve';

/** a-block 0..4 "one", then a hole 4..6, then second 6..9 "two". */
const doc = after(
  anEmptyFilm(),
  aShot('a', { text: 'one' }),
  (d) => splitBlock(d, 'a-block', 6, 'second'),
  (d) => setPromptText(d, 'second', 'two'),
  (d) => splitBlock(d, 'a-block', 4, 'hole'),
  (d) => removePromptBlock(d, 'hole'),
);

test('a frame has the prompt over it, else the nearest, the earlier of two', () => {
  expect([-5, 0, 3, 4, 5, 6, 8, 50].map((frame) => promptAt(doc, 'a-shot', frame)?.text)).toEqual([
    'one',
    'one',
    'one',
    'one',
    'two',
    'two',
    'two',
    'two',
  ]);
  const widened = after(doc, (d) => moveBlockEdge(d, 'second', 'from', 7));
  expect(promptAt(widened, 'a-shot', 5)?.text).toBe('one');
});

test('a range has the prompt that covers most of it, the earlier of two', () => {
  expect(blockForRange(doc, 'a-shot', 2, 9)?.text).toBe('two');
  expect(blockForRange(doc, 'a-shot', 1, 9)?.text).toBe('one');
  expect(blockForRange(doc, 'a-shot', 9, 14)?.text).toBe('two');
});

test('a shot without blocks has no prompt', () => {
  const bare = after(anEmptyFilm(), aShot('a', { blockId: null }));
  expect([promptAt(bare, 'a-shot', 0), blockForRange(bare, 'a-shot', 0, 9)]).toEqual([null, null]);
});
