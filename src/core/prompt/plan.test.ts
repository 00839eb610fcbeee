import { describe, expect, test } from 'vitest';
import { takeIndexFrom } from '../document/film';
import { pinAnchor, pinClip, setAnchorStrength, setPinnedClip } from '../timeline/anchors';
import { extendBackward, extendForward } from '../timeline/grow-segment';
import { setPromptText, splitBlock } from '../timeline/prompt-blocks';
import { retakeRange, setSegment } from '../timeline/segments';
import { setSampling } from '../timeline/shot-settings';
import { aShot, aTake, after, anEmptyFilm } from '../timeline/test-films';
import { anchorSpan } from './anchor-span';
import { changedParts, draftKey } from './draft-key';
import { type DirectRequest, planDirect, planSegment } from './plan';
import { ltxClipLimits, ltxLimits, pocketLimits } from './test-limits';

const direct = (over: Partial<DirectRequest> = {}): DirectRequest => ({
  modelId: 'pocket',
  limits: pocketLimits,
  width: 128,
  height: 64,
  rate: { num: 8, den: 1 },
  frameCount: 9,
  prompt: 'a red ball',
  seed: 1,
  ...over,
});
const images = (count: number) => Array.from({ length: count }, (_, i) => ({ frame: `p${i}` }));

test('motion is planned for a model that is told it, the model’s own where nobody says, and for no other', () => {
  const motion = { bucket: 127, noise: 0.02 };
  const limits = { ...pocketLimits, defaults: { ...pocketLimits.defaults, motion } };
  const asked = { bucket: 40, noise: 0 };
  expect(planDirect(direct({ limits })).draft.motion).toEqual(motion);
  expect(planDirect(direct({ limits, motion: asked })).draft.motion).toEqual(asked);
  expect(Object.keys(planDirect(direct({ motion: asked })).draft)).not.toContain('motion');
  const key = (over: Partial<DirectRequest>): string => draftKey(planDirect(direct(over)).draft);
  expect(changedParts(key({ limits }), key({ limits, motion: asked }))).toEqual(['guidance']);
});

test('a model that reads no prompts is given none, and says so where some were written', () => {
  const limits = { ...pocketLimits, conditioning: { ...pocketLimits.conditioning, text: false } };
  const request = direct({ limits, prior: images(1), frameCount: 6, negative: 'blur' });
  const { draft, notes } = planDirect(request);
  expect(draft.windows.map(({ prompt, negative, travel }) => [prompt, negative, travel])).toEqual(
    draft.windows.map(() => ['', '', undefined]),
  );
  expect(notes).toContainEqual(expect.objectContaining({ kind: 'prompt-unread', effective: 0 }));
  expect(planDirect({ ...request, prompt: ' ' }).notes.map(({ kind }) => kind)).not.toContain('prompt-unread');
});

describe('a run without a document', () => {
  test('takes the model’s defaults, and is whole', () => {
    expect(planDirect(direct())).toEqual({
      draft: {
        role: 'first',
        width: 128,
        height: 64,
        rate: { num: 8, den: 1 },
        frameCount: 9,
        steps: 24,
        guidance: 3,
        seed: 1,
        windows: [
          {
            start: 0,
            frames: 9,
            prefix: 0,
            later: null,
            keepFrom: 0,
            keepTo: 9,
            prompt: 'a red ball',
            negative: '',
            seed: 1,
          },
        ],
        modelId: 'pocket',
        known: [],
      },
      notes: [],
      clips: [],
    });
  });

  test('counts the seed up from window to window, around the end', () => {
    expect(planDirect(direct({ frameCount: 19, seed: 0xfffffffe })).draft.windows.map(({ seed }) => seed)).toEqual([
      4294967294, 4294967295, 0,
    ]);
  });

  test('knows only the prior frames that a window sees, by their index before the run', () => {
    const { draft } = planDirect(direct({ prior: images(7), frameCount: 5 }));
    expect([draft.role, draft.known]).toEqual(['forward', [3, 4, 5, 6].map((i) => ({ index: i - 7, frame: `p${i}` }))]);
  });

  test('pins a first and a last image', () => {
    const { draft } = planDirect(direct({ first: { mediaId: 'one' }, last: { frame: 'two' } }));
    expect(draft.known).toEqual([
      { index: 0, mediaId: 'one' },
      { index: 8, frame: 'two' },
    ]);
    expect(draft.windows.map(({ prefix, later }) => [prefix, later])).toEqual([[1, 8]]);
  });

  test('grows backward to the following frame', () => {
    const { draft } = planDirect(
      direct({ direction: 'backward', following: images(2), frameCount: 10, prompt: (from, to) => `${from}..${to}` }),
    );
    expect([draft.role, draft.known]).toEqual(['backward', [{ index: 10, frame: 'p0' }]]);
    expect(draft.windows.map(({ prompt }) => prompt)).toEqual(['2..10', '0..2']);
  });

  test.each([
    ['width', { width: 100 }, 'Use for example 96 or 128.'],
    ['height', { height: 0 }, 'Use for example 32 or 64.'],
    ['seed', { seed: -1 }, 'Use a whole number from 0 to 4294967295.'],
    ['frames', { frameCount: 0 }, 'Ask for 1 to 100000 frames.'],
    [
      'last',
      { frameCount: 1, first: { mediaId: 'a' }, last: { mediaId: 'b' } },
      'Ask for at least 2 frames, or give one image.',
    ],
    ['anchor', { anchors: [{ index: 9, image: { mediaId: 'a' } }] }, 'Pin it to a frame from 0 to 8.'],
  ])('a bad %s is refused with a remedy', (field, over, remedy) => {
    expect(() => planDirect(direct(over))).toThrowError(
      expect.objectContaining({ code: 'input/invalid', detail: expect.objectContaining({ field, remedy }) }),
    );
  });
});

describe('a segment', () => {
  const first = after(anEmptyFilm(), aShot('a', { text: 'a red ball' }));
  const grow = (segmentId: string, frameCount: number, text: string | null = null, atFrame?: number) => ({
    segmentId,
    blockId: `${segmentId}-block`,
    frameCount,
    text,
    ...(atFrame !== undefined && { atFrame }),
  });
  const plan = (doc: typeof first, segmentId: string, takes: Parameters<typeof takeIndexFrom>[0] = []) =>
    planSegment({ doc, segmentId, takes: takeIndexFrom(takes), limits: pocketLimits, seed: 7 });

  test('takes prompt, size and sampling from its shot', () => {
    const doc = after(first, (d) => setSampling(d, 'a-shot', { steps: 12, guidance: 2, negative: 'blur' }));
    const { draft, notes, parentTakeId } = plan(doc, 'a-first');
    const { windows, ...rest } = draft;
    expect(rest).toEqual({
      role: 'first',
      width: 64,
      height: 32,
      rate: { num: 8, den: 1 },
      frameCount: 9,
      steps: 12,
      guidance: 2,
      seed: 7,
      modelId: 'pocket',
      known: [],
    });
    expect(windows.map(({ prompt, negative }) => [prompt, negative])).toEqual([['a red ball', 'blur']]);
    expect([notes, parentTakeId]).toEqual([[], null]);
  });

  test('goes on from the take in use of its parent', () => {
    const doc = after(
      first,
      (d) => extendForward(d, 'a-clip', grow('f', 5, 'it falls')),
      (d) => setSegment(d, 'a-first', { activeTakeId: 'T1' }),
    );
    const { draft, parentTakeId } = plan(doc, 'f', [
      aTake(doc, 'T1', 'a-first', { createdAt: 1 }),
      aTake(doc, 'T2', 'a-first', { createdAt: 2 }),
    ]);
    expect(draft.known).toEqual([5, 6, 7, 8].map((i) => ({ index: i - 9, frame: `T1:${i}` })));
    expect([draft.role, draft.windows.map(({ prompt }) => prompt), parentTakeId]).toEqual([
      'forward',
      ['it falls'],
      'T1',
    ]);
  });

  test('branches from the frames before the branch', () => {
    const doc = after(first, (d) => extendForward(d, 'a-clip', grow('f', 5, null, 3)));
    expect(plan(doc, 'f', [aTake(doc, 'T1', 'a-first')]).draft.known).toEqual(
      [0, 1, 2].map((i) => ({ index: i - 3, frame: `T1:${i}` })),
    );
  });

  test('grows backward to the first frame', () => {
    const doc = after(first, (d) => extendBackward(d, 'a-clip', grow('b', 5)));
    const { draft } = plan(doc, 'b', [aTake(doc, 'T1', 'a-first')]);
    expect([draft.role, draft.known, draft.windows.map(({ later }) => later)]).toEqual([
      'backward',
      [{ index: 5, frame: 'T1:0' }],
      [5],
    ]);
  });

  test('bridges a retake from both sides, and leads a retaken start to what follows', () => {
    const middle = after(first, (d) => retakeRange(d, 'a-shot', { segmentId: 'r', from: 3, frameCount: 2 }));
    const bridge = plan(middle, 'r', [aTake(middle, 'T1', 'a-first')]).draft;
    expect([bridge.role, bridge.known.map(({ index }) => index), bridge.windows[0]?.later]).toEqual([
      'retake',
      [-3, -2, -1, 2],
      2,
    ]);
    const start = after(first, (d) => retakeRange(d, 'a-shot', { segmentId: 'r', from: 0, frameCount: 2 }));
    const lead = plan(start, 'r', [aTake(start, 'T1', 'a-first')]).draft;
    expect([lead.role, lead.known, lead.windows.map(({ prefix, later }) => [prefix, later])]).toEqual([
      'retake',
      [{ index: 2, frame: 'T1:2' }],
      [[0, 2]],
    ]);
    const end = after(first, (d) => retakeRange(d, 'a-shot', { segmentId: 'r', from: 7, frameCount: 2 }));
    expect(
      plan(end, 'r', [aTake(end, 'T1', 'a-first')]).draft.windows.map(({ prefix, later }) => [prefix, later]),
    ).toEqual([[4, null]]);
  });

  test('cannot be planned before the frames it grows from are made', () => {
    const doc = after(
      first,
      (d) => extendForward(d, 'a-clip', grow('f', 5)),
      (d) => extendBackward(d, 'a-clip', grow('b', 2)),
    );
    expect(() => plan(doc, 'f')).toThrow('frame 8 of the shot, which this one grows from, is not made yet');
    expect(() => plan(doc, 'f', [aTake(doc, 'T1', 'a-first', { kept: 8 })])).toThrowError(
      expect.objectContaining({ code: 'input/invalid' }),
    );
    expect(() => plan(doc, 'b')).toThrow('frame 0 of the shot');
  });

  test('pins its own images and no others', () => {
    const doc = after(
      first,
      (d) => pinAnchor(d, { id: 'x', shotId: 'a-shot', frame: 0, mediaId: 'm0' }),
      (d) => pinAnchor(d, { id: 'y', shotId: 'a-shot', frame: 9, mediaId: 'm9' }),
      (d) => extendForward(d, 'a-clip', grow('f', 5)),
    );
    expect(plan(doc, 'a-first').draft.known).toEqual([{ index: 0, mediaId: 'm0' }]);
    expect(plan(doc, 'f', [aTake(doc, 'T1', 'a-first')]).draft.known.filter((known) => 'mediaId' in known)).toEqual([
      { index: 0, mediaId: 'm9' },
    ]);
  });

  describe('with a pinned clip', () => {
    const limits = { ...ltxClipLimits, nativeFrames: 33 };
    const two = after(
      anEmptyFilm(),
      aShot('a', { frameCount: 33 }),
      aShot('b', { start: 200, frameCount: 30, rate: { num: 16, den: 1 } }),
    );
    const clip = { shotId: 'b-shot', from: 2, frames: 10 };
    const pinned = after(two, (d) => pinClip(d, { id: 'p', shotId: 'a-shot', frame: 16, clip }));
    const planned = (doc: typeof two, kept = 30) =>
      planSegment({
        ...{ doc, segmentId: 'a-first', limits, seed: 1 },
        takes: takeIndexFrom([aTake(doc, 'T', 'b-first', { kept })]),
      });

    test('knows its frames where they lie, in the time of the shot', () => {
      const { draft, notes, clips } = planned(pinned);
      expect(draft.windows).toMatchObject([
        { frames: 33, prefix: 0, later: null, also: [{ index: 16, frames: 9, hold: 1 }] },
      ]);
      expect(draft.known).toEqual(Array.from({ length: 9 }, (_, i) => ({ index: 16 + i, frame: `T:${2 + 2 * i}` })));
      expect(notes.map(({ text }) => text)).toEqual(['The model sees 9 of the 10 frames of a pinned clip.']);
      expect(clips).toEqual([{ asked: { index: 16, frames: 10 }, placed: { index: 16, frames: 9 } }]);
    });

    test('holds it by its strength, and shows what it influences', () => {
      const weak = after(pinned, (d) => setAnchorStrength(d, 'p', 0.4));
      expect(planned(weak).draft.windows[0]?.also).toEqual([{ index: 16, frames: 9, hold: 0.4 }]);
      const spanOf = (doc: typeof two) =>
        anchorSpan(doc, 'p', { segmentId: 'a-first', takes: takeIndexFrom([aTake(doc, 'T', 'b-first')]), limits });
      expect(spanOf(weak)).toEqual({ from: 0, to: 33 });
      expect(spanOf(after(weak, (d) => setAnchorStrength(d, 'p', 0)))).toBeNull();
    });

    test('is another draft when another part is pinned, or its shot has another take', () => {
      const key = (doc: typeof two, take = 'T') =>
        draftKey(
          planSegment({
            doc,
            segmentId: 'a-first',
            limits,
            seed: 1,
            takes: takeIndexFrom([aTake(doc, take, 'b-first')]),
          }).draft,
        );
      const before = key(pinned);
      expect(changedParts(before, key(after(pinned, (d) => setPinnedClip(d, 'p', { from: 3 }))))).toEqual(['frames']);
      expect(changedParts(before, key(pinned, 'U'))).toEqual(['frames']);
    });

    test('waits for its frames, and needs its shot and size', () => {
      expect(() => planned(pinned, 10)).toThrow('frame 10 of "b", which is pinned here, is not made yet');
      const wide = after(
        anEmptyFilm(),
        aShot('a', { frameCount: 33 }),
        aShot('b', { start: 200, frameCount: 30, width: 96, rate: { num: 16, den: 1 } }),
        (d) => pinClip(d, { id: 'p', shotId: 'a-shot', frame: 16, clip }),
      );
      expect(() => planned(wide)).toThrow('the pinned clip "b" is 96×32, this shot is 64×32');
      const gone = new Map([...pinned].filter(([, record]) => record.id !== 'b-shot'));
      expect(() => planned(gone)).toThrow('the shot of a pinned clip is no longer in the film');
    });

    test('growing backward runs into the frames that are there', () => {
      const doc = after(two, (d) => extendBackward(d, 'b-clip', grow('back', 8)));
      const { draft } = planSegment({
        ...{ doc, segmentId: 'back', seed: 1, takes: takeIndexFrom([aTake(doc, 'T', 'b-first')]) },
        limits: { ...limits, nativeFrames: 17 },
      });
      // The shot's context of 4 frames is less than a clip can have.
      expect(draft.windows).toMatchObject([{ later: 8 }]);
      const nine = after(doc, (d) => setSampling(d, 'b-shot', { contextFrames: 9 }));
      const seen = planSegment({
        ...{ doc: nine, segmentId: 'back', seed: 1, takes: takeIndexFrom([aTake(nine, 'T', 'b-first')]) },
        limits: { ...limits, nativeFrames: 17 },
      }).draft;
      expect(seen.windows).toMatchObject([{ frames: 17, later: null, also: [{ index: 8, frames: 9, hold: 1 }] }]);
      expect(seen.known).toEqual(Array.from({ length: 9 }, (_, i) => ({ index: 8 + i, frame: `T:${i}` })));
    });
  });

  test('says where a prompt really changes, and which one is not used', () => {
    const two = after(
      anEmptyFilm(),
      aShot('a', { frameCount: 14, text: 'one' }),
      (d) => splitBlock(d, 'a-block', 7, 'second'),
      (d) => setPromptText(d, 'second', 'two'),
    );
    expect(plan(two, 'a-first').notes).toEqual([
      {
        kind: 'prompt-boundary',
        requested: 7,
        effective: 9,
        text: 'The prompt changes at frame 9 instead of 7: a window has one prompt.',
      },
    ]);
    const short = after(
      first,
      (d) => splitBlock(d, 'a-block', 7, 'second'),
      (d) => setPromptText(d, 'second', 'two'),
    );
    expect(plan(short, 'a-first').notes.map(({ text }) => text)).toEqual([
      'The prompt at frame 7 covers the smaller part of its window and is not used.',
    ]);
  });

  test('says when the model makes more frames than are kept', () => {
    const { draft, notes } = planSegment({
      doc: first,
      segmentId: 'a-first',
      takes: new Map(),
      limits: { ...ltxLimits, frameGrid: { ...ltxLimits.frameGrid, min: 17 } },
      seed: 1,
    });
    expect([draft.windows[0]?.frames, draft.windows[0]?.keepTo, notes[0]?.kind]).toEqual([17, 9, 'window-grid']);
  });
});
