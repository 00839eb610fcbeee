import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Document, PromptTravel } from '../document/records';
import { takeIndexFrom } from '../document/film';
import { addPromptBlock, moveBlockEdge, removePromptBlock, setTravel, splitBlock } from '../timeline/prompt-blocks';
import { aShot, after, anEmptyFilm } from '../timeline/test-films';
import { draftKey } from './draft-key';
import { effectiveTravel, planSegment } from './plan';
import { animateDiffLimits, pocketLimits } from './test-limits';
import { blockForRange } from './resolve';
import { mixAt, mixForRange, travelZones, windowPrompt } from './travel';

type Block = readonly [from: number, to: number, travel?: PromptTravel];

/** A shot of `frames` frames with the blocks b0, b1 … whose texts are their names. */
function film(frames: number, ...blocks: readonly Block[]): Document {
  return after(
    anEmptyFilm(),
    aShot('a', { frameCount: frames }),
    (d) => removePromptBlock(d, 'a-block'),
    ...blocks.map(([from, to], i) => (d: Document) => {
      return addPromptBlock(d, { id: `b${i}`, shotId: 'a-shot', from, to, text: `b${i}` });
    }),
    ...blocks.flatMap(([, , travel], i) => (travel ? [(d: Document) => setTravel(d, `b${i}`, travel)] : [])),
  );
}
const linear = (frames: number): PromptTravel => ({ kind: 'linear', frames });
const ranges = (doc: Document) => travelZones(doc, 'a-shot').map(({ from, to }) => [from, to]);
const plan = (doc: Document, limits = pocketLimits) =>
  planSegment({ doc, segmentId: 'a-first', takes: takeIndexFrom([]), limits, seed: 1 });

describe('a travel zone', () => {
  test('lies half before and half after its boundary, and has part of both prompts in every frame', () => {
    const doc = film(20, [0, 10], [10, 20, linear(4)]);
    expect(ranges(doc)).toEqual([[8, 12]]);
    expect([7, 8, 9, 10, 11, 12].map((frame) => mixAt(doc, 'a-shot', frame)?.weight)).toEqual([
      0, 0.2, 0.4, 0.6, 0.8, 0,
    ]);
    expect([7, 12].map((frame) => mixAt(doc, 'a-shot', frame)?.from.text)).toEqual(['b0', 'b1']);
    expect(ranges(film(20, [0, 10], [10, 20, linear(5)]))).toEqual([[8, 13]]);
  });

  test('leaves each block a frame of its own, and shares a short block with the zone behind it', () => {
    expect(ranges(film(20, [0, 10], [10, 20, linear(999)]))).toEqual([[1, 19]]);
    expect(ranges(film(20, [0, 8], [8, 12, linear(20)], [12, 20, linear(20)]))).toEqual([
      [1, 10],
      [11, 19],
    ]);
    // One frame each: there is no room to travel in.
    expect(ranges(film(3, [0, 1], [1, 2, linear(4)], [2, 3, linear(4)]))).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test('over a hole lies where the nearest prompt changes', () => {
    const doc = film(20, [0, 6], [10, 20, linear(2)]);
    expect(travelZones(doc, 'a-shot')).toMatchObject([{ boundary: 8, from: 7, to: 9 }]);
  });

  test('the first block has none, though it keeps its own for the day a block comes before it', () => {
    const doc = film(20, [0, 10], [10, 20, linear(4)]);
    expect(() => setTravel(doc, 'b0', linear(4))).toThrow('there is no prompt before this one');
    const alone = after(doc, (d) => removePromptBlock(d, 'b0'));
    expect(travelZones(alone, 'a-shot')).toEqual([]);
    expect(() => setTravel(doc, 'b1', linear(-1))).toThrow('-1 frames long');
  });

  test('stays where it was when its block is split or its edge moves', () => {
    const doc = film(20, [0, 10], [10, 20, linear(4)]);
    const split = after(doc, (d) => splitBlock(d, 'b1', 15, 'c'));
    expect(ranges(split)).toEqual([[8, 12]]);
    expect(ranges(after(doc, (d) => moveBlockEdge(d, 'b1', 'from', 5)))).toEqual([[3, 7]]);
  });

  test('of no frames is a cut, and leaves no trace', () => {
    const cut = film(20, [0, 10], [10, 20]);
    const doc = after(cut, (d) => setTravel(d, 'b1', linear(4)));
    expect(after(doc, (d) => setTravel(d, 'b1', linear(0)))).toEqual(cut);
    expect(after(doc, (d) => setTravel(d, 'b1', null))).toEqual(cut);
  });

  const anyBlocks = fc.array(
    fc.record({ gap: fc.nat(3), length: fc.integer({ min: 1, max: 12 }), travel: fc.nat(30) }),
    { minLength: 1, maxLength: 6 },
  );
  test('any blocks: zones are in order, never meet, and leave every block a frame', () => {
    fc.assert(
      fc.property(anyBlocks, (blocks) => {
        const doc = film(20, ...placed(blocks));
        const zones = travelZones(doc, 'a-shot');
        for (const [i, zone] of zones.entries()) {
          expect(zone.from).toBeLessThanOrEqual(zone.boundary);
          expect(zone.to).toBeGreaterThanOrEqual(zone.boundary);
          expect(zone.to - zone.from).toBeLessThanOrEqual(zone.requested);
          const next = zones[i + 1];
          if (next) expect(zone.to).toBeLessThan(next.from);
        }
        const mixes = Array.from({ length: 100 }, (_, frame) => mixAt(doc, 'a-shot', frame));
        for (const i of blocks.keys())
          expect(mixes.some((mix) => mix?.to === null && mix.from.id === `b${i}`)).toBe(true);
      }),
    );
  });
  test('any range: a weight between 0 and 1, and without zones what it always was', () => {
    fc.assert(
      fc.property(anyBlocks, fc.nat(40), fc.integer({ min: 1, max: 16 }), (blocks, from, length) => {
        const mix = mixForRange(film(20, ...placed(blocks)), 'a-shot', from, from + length);
        expect(mix?.weight).toBeGreaterThanOrEqual(0);
        expect(mix?.weight).toBeLessThanOrEqual(1);
        const cut = film(20, ...placed(blocks.map((block) => ({ ...block, travel: 0 }))));
        expect(mixForRange(cut, 'a-shot', from, from + length)).toMatchObject({
          from: blockForRange(cut, 'a-shot', from, from + length),
          to: null,
        });
      }),
    );
  });
  function placed(blocks: readonly { gap: number; length: number; travel: number }[]): Block[] {
    let at = 0;
    return blocks.map(({ gap, length, travel }, i): Block => {
      const from = at + gap;
      at = from + length;
      return i > 0 && travel > 0 ? [from, at, linear(travel)] : [from, at];
    });
  }
});

describe('a plan with travel', () => {
  /** Pocket's windows over 24 frames: 0–9, then five at a time. */
  const doc = film(24, [0, 12], [12, 24, { kind: 'slerp', frames: 12 }]);

  test('gives each window of a model with one prompt its mean weight, and says so', () => {
    const { draft, notes } = plan(doc);
    expect(draft.windows.map(({ keepFrom, keepTo, travel }) => [keepFrom, keepTo, travel?.[0]?.weight])).toEqual([
      [0, 9, 0.0513],
      [9, 14, 0.4615],
      [14, 19, 0.8462],
      [19, 24, undefined],
    ]);
    expect(draft.windows[1]?.travel).toEqual([{ frames: 9, from: 'b0', to: 'b1', kind: 'slerp', weight: 0.4615 }]);
    expect(draft.windows.map(({ prompt }) => prompt)).toEqual(['b0', 'b0', 'b1', 'b1']);
    expect(notes.filter(({ kind }) => kind === 'prompt-travel')).toEqual([
      {
        kind: 'prompt-travel',
        requested: 6,
        effective: 0,
        text: 'The prompts travel at frames 6 to 17; the model has one prompt per window, so frames 0 to 18 are blended.',
      },
    ]);
    const [zone] = travelZones(doc, 'a-shot');
    expect(zone && effectiveTravel(zone, draft.windows, 0)).toEqual({ from: 0, to: 19 });
  });

  test('gives a model that reads a prompt per frame every frame its own', () => {
    const short = film(16, [0, 8], [8, 16, linear(3)]);
    const { draft, notes } = plan(short, animateDiffLimits);
    expect(draft.windows[0]?.travel?.map(({ frames, from, to, weight }) => [frames, from, to, weight])).toEqual([
      [7, 'b0', 'b0', 0],
      [1, 'b0', 'b1', 0.25],
      [1, 'b0', 'b1', 0.5],
      [1, 'b0', 'b1', 0.75],
      [6, 'b1', 'b1', 0],
    ]);
    expect(notes).toEqual([]);
    const [zone] = travelZones(short, 'a-shot');
    expect(zone && effectiveTravel(zone, draft.windows, 0)).toEqual({ from: 7, to: 10 });
  });

  test('gives such a model each prompt at its own frame where one cuts to the next, and no mixes where none does', () => {
    const cut = film(16, [0, 6], [6, 16]);
    const { draft, notes } = plan(cut, animateDiffLimits);
    expect(draft.windows[0]?.travel?.map(({ frames, from }) => [frames, from])).toEqual([
      [6, 'b0'],
      [10, 'b1'],
    ]);
    expect(draft.windows[0]?.prompt).toBe('b1');
    expect(notes).toEqual([]);
    expect(plan(film(16, [0, 16]), animateDiffLimits).draft.windows[0]).not.toHaveProperty('travel');
  });

  test('tells a model that reads prompts frame by frame what the frames it goes on from were drawn with', () => {
    const frameByFrame = { ...pocketLimits, conditioning: { ...pocketLimits.conditioning, perFramePrompts: true } };
    const travelOf = (doc: Document) =>
      plan(doc, frameByFrame).draft.windows.map((window) => window.travel?.map(({ frames, from }) => [frames, from]));
    // Windows of nine frames go on from the last four: of the second the first four are the first prompt's.
    expect(travelOf(film(14, [0, 9], [9, 14]))).toEqual([
      undefined,
      [
        [4, 'b0'],
        [5, 'b1'],
      ],
    ]);
    expect(plan(film(14, [0, 9], [9, 14]), frameByFrame).draft.windows.map(({ prompt }) => prompt)).toEqual([
      'b0',
      'b1',
    ]);
    expect(travelOf(film(14, [0, 11], [11, 14]))).toEqual([
      undefined,
      [
        [6, 'b0'],
        [3, 'b1'],
      ],
    ]);
    // The third goes on from frames 10 to 13, which are the second prompt's.
    expect(travelOf(film(19, [0, 9], [9, 19])).map((travel) => travel?.length)).toEqual([undefined, 2, undefined]);
    expect(travelOf(film(14, [0, 14]))).toEqual([undefined, undefined]);
  });

  test('without travel is the plan it always was; with it, another width or kind makes takes stale', () => {
    const cut = film(24, [0, 12], [12, 24]);
    expect(plan(after(doc, (d) => setTravel(d, 'b1', linear(0)))).draft).toEqual(plan(cut).draft);
    expect(plan(cut).draft.windows.some((window) => 'travel' in window)).toBe(false);
    const keys = [cut, doc, after(doc, (d) => setTravel(d, 'b1', linear(12)))].map((d) => draftKey(plan(d).draft));
    expect(new Set(keys).size).toBe(3);
  });

  test('a window in the middle of two zones takes the prompt of most weight and its nearer neighbour', () => {
    const three = film(9, [0, 3], [3, 6, linear(2)], [6, 9, linear(4)]);
    const { prompt, travel } = windowPrompt(
      three,
      'a-shot',
      { start: 0, frames: 9, keepFrom: 0, keepTo: 9 },
      { offset: 0, perFrame: false },
    );
    expect([prompt, travel?.map(({ from, to }) => [from, to])]).toEqual([expect.any(String), [expect.any(Array)]]);
    expect(travel).toHaveLength(1);
  });

  test('one text in both blocks does not travel', () => {
    const same = after(film(24, [0, 12], [12, 24, linear(6)]), (d) => removePromptBlock(d, 'b1'));
    const twice = after(same, (d) => addPromptBlock(d, { id: 'c', shotId: 'a-shot', from: 12, to: 24, text: 'b0' }));
    const { draft, notes } = plan(after(twice, (d) => setTravel(d, 'c', linear(6))));
    expect(draft.windows.some((window) => 'travel' in window)).toBe(false);
    expect(notes).toEqual([]);
  });
});
