import { describe, expect, test } from 'vitest';
import { oneStrength } from '../diffusion/one-strength';
import type { Document } from '../document/records';
import { pinAnchor, setAnchorStrength } from '../timeline/anchors';
import { setCurve } from '../timeline/curves';
import { after, anEmptyFilm, aShot } from '../timeline/test-films';
import { anchorSpan } from './anchor-span';
import { changedParts, draftKey } from './draft-key';
import type { ModelLimits } from './model-limits';
import { planSegment } from './plan';
import { animateDiffLimits, pocketLimits, vaceLimits } from './test-limits';

const pin = (frame: number) => (doc: Document) =>
  pinAnchor(doc, { id: `at-${frame}`, shotId: 'a-shot', frame, mediaId: 'm' });
const strength = (frame: number, to: number) => (doc: Document) => setAnchorStrength(doc, `at-${frame}`, to);
const film = (...frames: number[]) => after(anEmptyFilm(), aShot('a'), ...frames.map(pin));
const twoImages: ModelLimits = { ...pocketLimits, conditioning: { ...pocketLimits.conditioning, laterImages: 2 } };
const plan = (doc: Document, limits: ModelLimits = pocketLimits) =>
  planSegment({ doc, segmentId: 'a-first', takes: new Map(), limits, seed: 1 });
const windowOf = (doc: Document, limits?: ModelLimits) => plan(doc, limits).draft.windows[0]!;

describe('the strength of a pinned image', () => {
  test('is the hold of the window that begins with it, or leads to it', () => {
    const both = after(film(0, 8), strength(0, 0.3), strength(8, 0.6));
    expect(windowOf(both)).toMatchObject({ prefix: 1, later: 8, hold: { prefix: 0.3, later: 0.6 } });
    expect(windowOf(after(film(0, 8), strength(8, 0.6)))).toMatchObject({ hold: { prefix: 1, later: 0.6 } });
  });

  test('is written behind further images too', () => {
    const doc = after(film(3, 6), strength(3, 0.5), strength(6, 0.25));
    expect(windowOf(doc, twoImages)).toMatchObject({
      hold: { prefix: 1, later: 0.5 },
      also: [{ index: 6, frames: 1, hold: 0.25 }],
    });
  });

  test('takes its share of the hold curve', () => {
    const curved = after(film(8), (doc) =>
      setCurve(doc, { shotId: 'a-shot', parameter: 'hold' }, [{ frame: 0, value: 0.5, ease: 'linear' }]),
    );
    expect(windowOf(curved).hold).toEqual({ prefix: 1, later: 0.5 });
    expect(windowOf(after(curved, strength(8, 0.5))).hold).toEqual({ prefix: 1, later: 0.25 });
  });

  test('of 1 leaves recipe and key as they were before there were strengths', () => {
    const back = after(film(0, 8), strength(8, 0.2), strength(8, 1));
    expect(windowOf(back)).not.toHaveProperty('hold');
    expect([...back.values()]).toContainEqual({ kind: 'anchor', id: 'at-8', shotId: 'a-shot', frame: 8, mediaId: 'm' });
    expect(draftKey(plan(back).draft)).toBe(draftKey(plan(film(0, 8)).draft));
  });

  test('is one named change, for a further image as for the first', () => {
    const key = (doc: Document) => draftKey(plan(doc, twoImages).draft);
    const made = film(3, 6);
    for (const frame of [3, 6])
      expect(changedParts(key(made), key(after(made, strength(frame, 0.5))))).toEqual(['hold']);
  });

  test('is refused outside 0 to 1', () => {
    expect(() => setAnchorStrength(film(8), 'at-8', 1.2)).toThrow('1.2 is not a strength');
    expect(() => setAnchorStrength(film(8), 'at-8', Number.NaN)).toThrow('is not a strength');
  });

  test('is told of, not used, where a model keeps images wholly', () => {
    const weak = after(film(0), strength(0, 0.5));
    const { draft, notes } = plan(weak, vaceLimits);
    expect(draft.windows[0]).not.toHaveProperty('hold');
    expect(notes.map(({ text }) => text)).toContain(
      'This model keeps pinned images wholly: their strength is not used.',
    );
    expect(plan(film(0), vaceLimits).notes.map(({ kind }) => kind)).not.toContain('anchor');
  });

  test('is one for all images of a window where the model has one, and a note says which', () => {
    const sparse: ModelLimits = {
      ...animateDiffLimits,
      frameGrid: { multiple: 1, plus: 0, min: 2, max: 64 },
      conditioning: { ...animateDiffLimits.conditioning, firstFrames: { min: 1, max: 8 }, laterImages: 16 },
      files: [{ path: 'controlnet/model.onnx' }],
    };
    const doc = after(film(0, 4, 8), strength(4, 0.5), strength(8, 0.3));
    const { draft, notes } = plan(doc, sparse);
    expect(draft.windows).toMatchObject([{ hold: { prefix: 1, later: 0.5 }, also: [{ index: 8, hold: 0.3 }] }]);
    expect(oneStrength(draft.windows[0]!)).toBeCloseTo(0.6, 12);
    expect(notes.map(({ text }) => text)).toContain(
      'This model has one strength for all images of a window: 60 %, the mean of theirs.',
    );
    const alike = plan(after(film(0, 4), strength(0, 0.5), strength(4, 0.5)), sparse);
    expect(alike.notes.map(({ kind }) => kind)).not.toContain('anchor');
    // Another model of the family holds each by its own.
    expect(plan(doc, { ...sparse, files: [] }).notes.map(({ kind }) => kind)).not.toContain('anchor');
  });

  test('at 0 the image influences no frame', () => {
    const spanOf = (doc: Document) =>
      anchorSpan(doc, 'at-4', { segmentId: 'a-first', takes: new Map(), limits: pocketLimits });
    expect(spanOf(after(film(4), strength(4, 0.05)))).toEqual({ from: 0, to: 9 });
    expect(spanOf(after(film(4), strength(4, 0)))).toBeNull();
  });
});
