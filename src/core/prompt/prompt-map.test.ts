import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Document } from '../document/records';
import { addPromptBlock, removePromptBlock, replacePrompts, setTravel } from '../timeline/prompt-blocks';
import { aShot, after, anEmptyFilm } from '../timeline/test-films';
import { blocksOfKeys, keysOfShot, parsePromptMap, printPromptMap } from './prompt-map';
import { mixAt } from './travel';

describe('reading', () => {
  test.each([
    ['Deforum’s JSON', '{\n  "0": "a",\n  "24": "b"\n}'],
    ['FizzNodes’ lines', '"0" :"a",\n"24" :"b"'],
    ['a comma at the end', '"0": "a",\n"24": "b",\n'],
    ['bare numbers and single quotes', "{0: 'a', 24: 'b',}"],
    ['Windows’ line ends and a byte order mark', '\uFEFF{\r\n"24":"b",\r\n"0":"a"\r\n}\r\n'],
  ])('%s', (_name, text) => {
    expect(parsePromptMap(text).keys).toEqual([
      { frame: 0, text: 'a' },
      { frame: 24, text: 'b' },
    ]);
  });

  test('keeps escapes, line breaks and brackets of a text', () => {
    const text = String.raw`"0": "say \"hi\" \u00e9 \(red:1.2\)
next line"`;
    expect(parsePromptMap(text).keys).toEqual([{ frame: 0, text: 'say "hi" é \\(red:1.2\\)\nnext line' }]);
  });

  test('leaves Deforum’s negative parts out and says where they were', () => {
    expect(parsePromptMap('{"0": "a cat --neg blurry, dark",\n"9": "no--neg here"}')).toEqual({
      keys: [
        { frame: 0, text: 'a cat' },
        { frame: 9, text: 'no--neg here' },
      ],
      negatives: [{ line: 1, text: 'blurry, dark' }],
    });
  });

  test.each([
    ['', 'line 1', '', 'there is no prompt'],
    ['{}', 'line 1', '', 'there is no prompt'],
    ['{"0": "a",\n"max_f/2": "b"}', 'line 2', 'max_f/2', '"max_f/2" is not a frame'],
    ['{\n"prompt_map": {"0": "a"}}', 'line 2', 'prompt_map', '"prompt_map" is not a frame'],
    ['"0": "a"\n"24": "b"', 'line 2', '"24": "b"', 'a comma is missing after frame 0'],
    ['"0": "a",\n\n"0": "b"', 'line 3', '0', 'frame 0 has a prompt on line 1 already'],
    ['"0" "a"', 'line 1', '"a"', 'frame 0 has no ":" after it'],
    ['"0": a', 'line 1', 'a', 'the prompt of frame 0 is not in quotes'],
    ['"0": "a",\n"5": "b', 'line 2', '"b', 'a text that begins here does not end'],
    ['{"0": "a"', 'line 1', '', 'the closing "}" is missing'],
    ['{"0": "a"} thanks', 'line 1', 'thanks', 'there is text after the prompts'],
    ['"-3": "a"', 'line 1', '-3', '"-3" is not a frame'],
    ['"1e9": "a"', 'line 1', '1e9', '"1e9" is not a frame'],
    ['"100001": "a"', 'line 1', '100001', 'frame 100001 is too far away'],
    [`"0": "${'x'.repeat(20_001)}"`, 'line 1', '20001 characters', 'the prompt of frame 0 is too long'],
  ])('%s is refused with line, value and remedy', (text, field, value, message) => {
    expect(() => parsePromptMap(text)).toThrowError(
      expect.objectContaining({
        code: 'input/invalid',
        message: `L${field.slice(1)}: ${message}.`,
        detail: { field, value, remedy: expect.stringMatching(/\.$/) as unknown },
      }),
    );
  });

  test('any text at all is read or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}":,\\\'\n0a1 ') }), (text) => {
        try {
          parsePromptMap(text);
        } catch (error) {
          expect(error).toMatchObject({
            code: 'input/invalid',
            detail: { field: expect.stringMatching(/^line \d+$/) as unknown },
          });
        }
      }),
    );
  });
});

const anyText = fc.string({ unit: 'binary', maxLength: 30 }).filter((text) => !/--neg/.test(text));
const styles = fc.constantFrom('json' as const, 'fizz' as const);

test('any keys, printed and read again, are the same', () => {
  const keys = fc.uniqueArray(fc.record({ frame: fc.nat(5_000), text: anyText }), {
    minLength: 1,
    maxLength: 12,
    selector: ({ frame }) => frame,
  });
  fc.assert(
    fc.property(keys, styles, (any, style) => {
      expect(parsePromptMap(printPromptMap(any, style)).keys).toEqual(any.toSorted((a, b) => a.frame - b.frame));
    }),
  );
});

test('5,000 characters, emoji and right-to-left text come back to the letter', () => {
  const keys = [
    { frame: 0, text: '👩‍👩‍👧‍👦 “quoted” \\n'.repeat(300).slice(0, 5_000) },
    { frame: 1, text: 'כדור אדום קופץ על אחו ירוק' },
  ];
  expect(parsePromptMap(printPromptMap(keys, 'fizz')).keys).toEqual(keys);
});

const frames = Array.from({ length: 60 }, (_, frame) => frame);
/** What every frame is asked for, by text. */
function mixes(doc: Document): Record<string, number>[] {
  return frames.map((frame) => {
    const mix = mixAt(doc, 'a-shot', frame);
    const shares: Record<string, number> = {};
    const add = (text: string, weight: number): void => {
      if (weight > 0) shares[text] = Math.round(((shares[text] ?? 0) + weight) * 1e6) / 1e6;
    };
    if (mix) add(mix.from.text, 1 - mix.weight);
    if (mix?.to) add(mix.to.text, mix.weight);
    return shares;
  });
}

test('keys are what FizzNodes makes of them: a straight line from each to the next', () => {
  const { keys } = parsePromptMap('"0": "a", "4": "b", "5": "c", "9": "c", "12": "a"');
  const blocks = blocksOfKeys(keys, { from: 0, to: 20, between: 'travel' });
  const doc = imported(blocks);
  expect(mixes(doc).slice(0, 13)).toEqual([
    { a: 1 },
    { a: 0.75, b: 0.25 },
    { a: 0.5, b: 0.5 },
    { a: 0.25, b: 0.75 },
    { b: 1 },
    ...[5, 6, 7, 8, 9].map(() => ({ c: 1 })),
    { a: 0.333333, c: 0.666667 },
    { a: 0.666667, c: 0.333333 },
    { a: 1 },
  ]);
  expect(blocksOfKeys(keys, { from: 0, to: 20, between: 'hold' })).toEqual([
    { from: 0, to: 4, text: 'a', travel: null },
    { from: 4, to: 5, text: 'b', travel: null },
    { from: 5, to: 12, text: 'c', travel: null },
    { from: 12, to: 20, text: 'a', travel: null },
  ]);
});

test('any shot, exported and imported, asks the same of every frame', () => {
  const blocks = fc.array(
    fc.record({
      gap: fc.nat(2),
      length: fc.integer({ min: 1, max: 9 }),
      travel: fc.nat(14),
      text: fc.constantFrom('a', 'b', 'c', ''),
    }),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(blocks, styles, (drawn, style) => {
      let at = 0;
      const placed = drawn.map(({ gap, length, travel, text }) => {
        const from = at + gap;
        at = from + length;
        return { from, to: at, text, travel: travel > 0 ? { kind: 'linear' as const, frames: travel } : null };
      });
      const doc = imported(placed);
      const text = printPromptMap(keysOfShot(doc, 'a-shot', 0), style);
      const again = imported(blocksOfKeys(parsePromptMap(text).keys, { from: 0, to: 20, between: 'travel' }));
      expect(mixes(again)).toEqual(mixes(doc));
    }),
  );
});

test('a shot that grew backward counts from its first frame', () => {
  const doc = after(
    anEmptyFilm(),
    aShot('a', { frameCount: 9, text: 'a' }),
    (d) => removePromptBlock(d, 'a-block'),
    (d) => addPromptBlock(d, { id: 'x', shotId: 'a-shot', from: -4, to: 3, text: 'x' }),
    (d) => addPromptBlock(d, { id: 'y', shotId: 'a-shot', from: 3, to: 9, text: 'y' }),
    (d) => setTravel(d, 'y', { kind: 'slerp', frames: 2 }),
  );
  const keys = keysOfShot(doc, 'a-shot', -4);
  expect(keys.map(({ frame, text }) => `${frame} ${text}`)).toEqual(['0 x', '5 x', '8 y']);
  expect(blocksOfKeys(keys, { from: -4, to: 9, between: 'travel' })).toEqual([
    { from: -4, to: 3, text: 'x', travel: null },
    { from: 3, to: 9, text: 'y', travel: { kind: 'linear', frames: 2 } },
  ]);
});

function imported(blocks: ReturnType<typeof blocksOfKeys>): Document {
  return after(anEmptyFilm(), aShot('a', { frameCount: 20 }), (d) =>
    replacePrompts(
      d,
      'a-shot',
      blocks.map((block, i) => ({ id: `n${i}`, ...block })),
    ),
  );
}
