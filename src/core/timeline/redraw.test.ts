import { describe, expect, test } from 'vitest';
import { recordOf, recordsOf } from '../document/access';
import { takeIndexFrom } from '../document/film';
import { violations } from '../document/invariants';
import type { Document } from '../document/records';
import { planSegment } from '../prompt/plan';
import { assertRunFits } from '../diffusion/window-rules';
import { animateDiffLimits, pocketLimits, vaceLimits } from '../prompt/test-limits';
import { redrawClip } from './redraw';
import { setLoop, setSourceMask, setSourceStrength } from './segments';
import { aShot, aTake, after, anEmptyFilm, testSampling } from './test-films';
import { trimClip } from './trim';

const base = after(anEmptyFilm(), aShot('a'));
const limits = {
  ...animateDiffLimits,
  frameGrid: { multiple: 1, plus: 0, min: 2, max: 32 },
  conditioning: { ...animateDiffLimits.conditioning, firstFrames: { min: 1, max: 8 }, laterImages: 1 },
};
const masks = {
  name: 'VACE',
  maxSize: [832, 480] as const,
  conditioning: { ...vaceLimits.conditioning, text: true },
};
const over = (doc: Document): Document =>
  after(doc, (now) =>
    redrawClip(now, {
      clipId: 'a-clip',
      ids: { shotId: 'r-shot', segmentId: 'r', newClipId: 'r-clip', blockId: 'r-block', trackId: 'r-track' },
      ...{ name: 'Redrawn', text: 'in ink', modelId: 'tiny', width: 64, height: 32, sampling: testSampling },
      strength: 0.5,
    }),
  );
const plan = (doc: Document, segmentId: string) =>
  planSegment({ doc, segmentId, takes: takeIndexFrom([aTake(doc, 'ta', 'a-first')]), limits, seed: 1 });

describe('drawing over a clip', () => {
  test('lays a planned clip of the same frames above it, and leaves it as it is', () => {
    const doc = over(base);
    expect(violations(doc)).toEqual([]);
    const [below, above] = [recordOf(doc, 'clip', 'a-clip'), recordOf(doc, 'clip', 'r-clip')];
    expect(above).toMatchObject({ start: below.start, duration: below.duration, trackId: 'track-2' });
    expect(below).toEqual(recordOf(base, 'clip', 'a-clip'));
    expect(recordOf(doc, 'segment', 'r').source).toEqual({ shotId: 'a-shot', from: 0, strength: 0.5 });
  });

  test('makes a track where none above has room', () => {
    const full = after(base, aShot('b', { trackId: 'track-2' }));
    const doc = over(full);
    expect(recordOf(doc, 'clip', 'r-clip').trackId).toBe('r-track');
    expect(recordsOf(doc, 'track')).toHaveLength(recordsOf(full, 'track').length + 1);
  });

  test('takes the part of the film that the clip shows', () => {
    const doc = over(after(base, (now) => trimClip(now, 'a-clip', 'start', 6, { ripple: false })));
    expect(recordOf(doc, 'segment', 'r').source?.from).toBe(2);
    expect(plan(doc, 'r').draft.source?.frames[0]).toBe('ta:2');
  });

  test('is planned with the frames of the film under it, and another strength is another draft', () => {
    const doc = over(base);
    const { draft } = plan(doc, 'r');
    expect(draft.source).toEqual({ strength: 0.5, from: 0, frames: Array.from({ length: 9 }, (_, i) => `ta:${i}`) });
    const stronger = after(doc, (now) => setSourceStrength(now, 'r', 0.9));
    expect(plan(stronger, 'r').draft.source?.strength).toBe(0.9);
    expect(() => setSourceStrength(doc, 'r', 0)).toThrow('0 is not a strength');
    expect(() => setSourceStrength(doc, 'a-first', 0.5)).toThrow('not drawn over a film');
  });

  test('with a model that takes masks, every frame is known but for what the mask shows white', () => {
    const ask = (doc: Document, framesPerModel = 41) =>
      planSegment({
        ...{ doc, segmentId: 'r', takes: takeIndexFrom([aTake(doc, 'ta', 'a-first')]), seed: 1 },
        limits: {
          ...vaceLimits,
          frameGrid: { ...vaceLimits.frameGrid, max: framesPerModel },
          nativeFrames: framesPerModel,
        },
      }).draft;
    const doc = over(base);
    expect(() => ask(doc)).toThrow('none is given');
    const masked = after(doc, (now) => setSourceMask(now, 'r', 'a-mask'));
    const draft = ask(masked);
    expect(draft.source).toBeUndefined();
    expect(draft.windows).toMatchObject([
      { start: 0, frames: 9, prefix: 1, later: null, also: [{ index: 1, frames: 8, hold: 1 }] },
    ]);
    expect(draft.known).toEqual(
      Array.from({ length: 9 }, (_, index) => ({ index, frame: `ta:${index}`, maskMediaId: 'a-mask' })),
    );
    expect(() => assertRunFits({ ...draft, width: 64, height: 32 }, { ...vaceLimits, ...masks })).not.toThrow();
    // Windows share frames: what the first one made, the second one knows.
    const parts = ask(masked, 5);
    expect(parts.windows.length).toBeGreaterThan(1);
    expect(() => assertRunFits({ ...parts, width: 64, height: 32 }, { ...vaceLimits, ...masks })).not.toThrow();
    expect(ask(masked)).toEqual(ask(after(masked, (now) => setSourceMask(now, 'r', 'a-mask'))));
    expect(
      recordOf(
        after(masked, (now) => setSourceMask(now, 'r', null)),
        'segment',
        'r',
      ),
    ).toEqual(recordOf(doc, 'segment', 'r'));
    expect(() => setSourceMask(doc, 'a-first', 'a-mask')).toThrow('not drawn over a film');
  });

  test('waits for the film under it', () => {
    const ask = () => planSegment({ doc: over(base), segmentId: 'r', takes: new Map(), limits, seed: 1 });
    expect(ask).toThrow('frame 0 of "a", which this one is drawn over, is not made yet');
  });
});

describe('a loop', () => {
  const looped = after(base, (now) => setLoop(now, 'a-first', true));

  test('is planned in one window, and is off again without a trace', () => {
    expect(plan(looped, 'a-first').draft.windows).toMatchObject([{ start: 0, frames: 9, keepTo: 9, loop: true }]);
    expect(
      recordOf(
        after(looped, (now) => setLoop(now, 'a-first', false)),
        'segment',
        'a-first',
      ),
    ).toEqual(recordOf(base, 'segment', 'a-first'));
  });

  test('is refused by a model without contexts, and where the window is too short for it', () => {
    const ask = (of: typeof limits | typeof pocketLimits, doc = looped) =>
      planSegment({ doc, segmentId: 'a-first', takes: new Map(), limits: of, seed: 1 });
    expect(() => ask(pocketLimits)).toThrow('this model cannot draw a loop');
    const long = after(anEmptyFilm(), aShot('a', { frameCount: 40 }), (now) => setLoop(now, 'a-first', true));
    expect(() => ask(limits, long)).toThrow('the model has none of 40 frames');
  });
});
