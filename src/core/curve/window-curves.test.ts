import { describe, expect, test } from 'vitest';
import { recordOf, segmentsOf } from '../document/access';
import { applyDiff } from '../document/apply-diff';
import type { CurveKey, Document, ShotCurves } from '../document/records';
import { changedParts, draftKey } from '../prompt/draft-key';
import { effectiveWindows } from '../prompt/effective';
import type { ModelLimits } from '../prompt/model-limits';
import { planSegment } from '../prompt/plan';
import { animateDiffLimits, ltxLimits, pocketLimits } from '../prompt/test-limits';
import { setCurve } from '../timeline/curves';
import { aShot, anEmptyFilm } from '../timeline/test-films';

const film = (frameCount: number): Document =>
  applyDiff(anEmptyFilm(), aShot('a', { start: 0, frameCount })(anEmptyFilm()));
const key = (frame: number, value: number): CurveKey => ({ frame, value, ease: 'linear' });
function withCurves(doc: Document, curves: ShotCurves): Document {
  let now = doc;
  for (const [parameter, keys] of Object.entries(curves))
    now = applyDiff(now, setCurve(now, { shotId: 'a-shot', parameter: parameter as keyof ShotCurves }, keys ?? []));
  return now;
}
function plan(doc: Document, limits: ModelLimits = pocketLimits) {
  const [segment] = segmentsOf(doc, 'a-shot');
  return planSegment({ doc, segmentId: segment!.id, takes: new Map(), limits, seed: 7 });
}

describe('a run', () => {
  const plain = film(19);

  test('without curves is what it was before there were any', () => {
    const { draft } = plan(plain);
    expect(draft).not.toHaveProperty('camera');
    for (const window of draft.windows)
      for (const name of ['guidance', 'promptStrength', 'hold']) expect(window).not.toHaveProperty(name);
  });

  test('whose curves are flat at the plain values is the very same run', () => {
    const { guidance } = recordOf(plain, 'shot', 'a-shot').sampling;
    const flat: ShotCurves = {
      guidance: [key(0, guidance), key(9, guidance)],
      promptStrength: [key(3, 1)],
      hold: [key(3, 1)],
      panX: [key(0, 0)],
      zoom: [key(0, 1)],
    };
    expect(plan(withCurves(plain, flat))).toEqual(plan(plain));
  });

  test('whose guidance is flat elsewhere is a run with that guidance', () => {
    const { draft } = plan(withCurves(plain, { guidance: [key(4, 6.5)] }));
    expect(draft).toEqual({ ...plan(plain).draft, guidance: 6.5 });
  });

  test('has the guidance of each frame, and of each latent frame where it stands for several', () => {
    const doc = withCurves(plain, { guidance: [key(0, 1), key(18, 10)] });
    const { draft } = plan(doc);
    expect(draft.windows.map(({ start, guidance }) => [start, guidance?.[0], guidance?.length])).toEqual([
      [0, 1, 9],
      [5, 3.5, 9],
      [10, 6, 9],
    ]);
    const [window] = plan(doc, ltxLimits).draft.windows;
    expect(window?.guidance?.slice(0, 10)).toEqual([1, ...Array.from({ length: 8 }, () => 3.25), 7.25]);
  });

  test('has the mean prompt strength of a window, or each frame where the model reads one per frame', () => {
    const doc = withCurves(plain, { promptStrength: [key(0, 0), key(8, 1)] });
    const { draft, notes } = plan(doc);
    expect(draft.windows.map(({ promptStrength }) => promptStrength)).toEqual([[0.5], undefined, undefined]);
    expect(notes.map(({ text }) => text)).toContain(
      'The model has one prompt strength per window: the mean of the curve over its frames.',
    );
    const perFrame = plan(withCurves(film(16), { promptStrength: [key(0, 0), key(8, 1)] }), animateDiffLimits);
    expect(perFrame.draft.windows[0]?.promptStrength).toEqual([
      0,
      0.125,
      0.25,
      0.375,
      0.5,
      0.625,
      0.75,
      0.875,
      ...Array.from({ length: 8 }, () => 1),
    ]);
    expect(perFrame.notes.filter(({ kind }) => kind === 'curve')).toEqual([]);
  });

  test('holds what a window goes on from by the mean over its frames', () => {
    const doc = withCurves(plain, {
      hold: [{ frame: 0, value: 1, ease: 'hold' }, { frame: 9, value: 0.4, ease: 'hold' }, key(14, 0.8)],
    });
    expect(plan(doc).draft.windows.map(({ hold }) => hold)).toEqual([
      undefined,
      { prefix: 0.4, later: 1 },
      { prefix: 0.8, later: 1 },
    ]);
  });

  test('has every camera move from its first known frame on', () => {
    const { camera } = plan(withCurves(plain, { panX: [key(0, 0), key(10, 5)], zoom: [key(0, 1.01)] })).draft;
    expect(camera?.from).toBe(1);
    expect(camera?.moves).toHaveLength(18);
    expect(camera?.moves[0]).toEqual({ panX: 0.5, panY: 0, zoom: 1.01, rotate: 0 });
    expect(camera?.moves.at(-1)).toEqual({ panX: 5, panY: 0, zoom: 1.01, rotate: 0 });
  });

  test('of a family that follows some has the plain values for the others, and says so', () => {
    const doc = withCurves(plain, { guidance: [key(0, 1), key(18, 10)], hold: [key(0, 0.5)] });
    const { draft, notes } = plan(doc, { ...pocketLimits, family: 'svd' });
    expect(draft.windows[0]?.guidance).toHaveLength(draft.windows[0]?.frames ?? 0);
    expect(draft.windows.every(({ hold }) => hold === undefined)).toBe(true);
    expect(notes.map(({ text }) => text)).toContain('This model follows the curves of guidance and camera only.');
  });

  test('of a family that follows no curves has the plain values, and says so', () => {
    const { family: _family, ...strange } = pocketLimits;
    const doc = withCurves(plain, { guidance: [key(0, 1), key(18, 10)], panX: [key(0, 3)] });
    const { draft, notes } = plan(doc, strange);
    expect(draft).toEqual(plan(plain, strange).draft);
    expect(notes).toContainEqual({
      kind: 'curve',
      requested: 0,
      effective: 0,
      text: 'This model does not follow curves: its plain settings are used.',
    });
    const [segment] = segmentsOf(doc, 'a-shot');
    expect(effectiveWindows(doc, recordOf(doc, 'shot', 'a-shot'), segment!, strange)[0]?.curves).toBeNull();
  });
});

describe('what lane and inspector tell', () => {
  test('is what the run is given', () => {
    const doc = withCurves(film(19), { guidance: [key(0, 1), key(18, 10)], promptStrength: [key(0, 0), key(8, 1)] });
    const [segment] = segmentsOf(doc, 'a-shot');
    const told = effectiveWindows(doc, recordOf(doc, 'shot', 'a-shot'), segment!, pocketLimits);
    const given = plan(doc).draft.windows;
    expect(told.map(({ curves }) => curves?.guidance)).toEqual(given.map(({ guidance }) => guidance));
    expect(told.map(({ curves }) => curves?.promptStrength)).toEqual(given.map((one) => one.promptStrength ?? [1]));
  });
});

describe('the key of a draft', () => {
  const plain = film(19);
  const keyOf = (curves: ShotCurves): string => draftKey(plan(withCurves(plain, curves)).draft);

  test('is as long as ever without curves, and names the curve that was changed', () => {
    const none = keyOf({});
    expect(none.split('-')).toHaveLength(10);
    expect(keyOf({ hold: [key(0, 1)] })).toBe(none);
    expect(changedParts(none, keyOf({ guidance: [key(0, 1), key(9, 4)] }))).toEqual(['guidance']);
    expect(changedParts(none, keyOf({ promptStrength: [key(0, 0.5)] }))).toEqual(['strength']);
    expect(changedParts(none, keyOf({ hold: [key(0, 0.5)] }))).toEqual(['hold']);
    expect(changedParts(keyOf({ panX: [key(0, 2)] }), keyOf({ panX: [key(0, 3)] }))).toEqual(['camera']);
    expect(changedParts(keyOf({ panX: [key(0, 2)] }), none)).toEqual(['camera']);
  });

  test('knows a guidance curve from another one with the same first value', () => {
    const [a, b] = [keyOf({ guidance: [key(0, 3), key(9, 4)] }), keyOf({ guidance: [key(0, 3), key(9, 5)] })];
    expect(changedParts(a, b)).toEqual(['guidance']);
  });
});
