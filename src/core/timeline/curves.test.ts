import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordOf, recordsOf } from '../document/access';
import { applyDiff, documentFromRecords } from '../document/apply-diff';
import { shotFrameAt } from '../document/branch';
import type { DocumentDiff } from '../document/diff';
import { violations } from '../document/invariants';
import type { CurveKey, Document } from '../document/records';
import {
  askedValue,
  curveKeys,
  type CurveOf,
  deleteCurveKeys,
  easeCurveKeys,
  moveCurveKeys,
  putCurveKey,
  resetCurveKeys,
  setCurve,
} from './curves';
import { copyClips, pasteClips } from './paste';
import { splitClip } from './split';
import { aShot, anEmptyFilm } from './test-films';
import { trimClip } from './trim';

const of: CurveOf = { shotId: 'a-shot', parameter: 'guidance' };
const film = applyDiff(anEmptyFilm(), aShot('a', { start: 0, frameCount: 20 })(anEmptyFilm()));
const after = (doc: Document, ...edits: readonly ((doc: Document) => DocumentDiff)[]): Document =>
  edits.reduce((now, edit) => applyDiff(now, edit(now)), doc);
const keysOf = (doc: Document): readonly CurveKey[] => curveKeys(recordOf(doc, 'shot', 'a-shot'), 'guidance');
const put =
  (frame: number, value: number) =>
  (doc: Document): DocumentDiff =>
    putCurveKey(doc, of, { frame, value });
const pairs = (doc: Document) => keysOf(doc).map(({ frame, value }) => [frame, value]);

describe('keys', () => {
  const three = after(film, put(10, 5), put(0, 1), put(4, 3));

  test('are put in order, and one that stands there is changed', () => {
    expect(pairs(three)).toEqual([
      [0, 1],
      [4, 3],
      [10, 5],
    ]);
    expect(pairs(after(three, put(4, 2)))).toEqual([
      [0, 1],
      [4, 2],
      [10, 5],
    ]);
  });

  test('without a value lie on the curve as it is, or on the plain setting where there is none', () => {
    const on = after(three, (doc) => putCurveKey(doc, of, { frame: 7 }));
    expect(keysOf(on)[2]).toMatchObject({ frame: 7, value: 4 });
    const { guidance } = recordOf(film, 'shot', 'a-shot').sampling;
    expect(pairs(after(film, (doc) => putCurveKey(doc, of, { frame: 3 })))).toEqual([[3, guidance]]);
  });

  test('move together, stop at the ends of the range, and take the place of what they land on', () => {
    expect(pairs(after(three, (doc) => moveCurveKeys(doc, of, [0, 4], { frames: 6, value: 60 })))).toEqual([
      [6, 50],
      [10, 50],
    ]);
  });

  test('are deleted; without any the shot is as it was before there was a curve', () => {
    const none = after(three, (doc) => deleteCurveKeys(doc, of, [0, 4, 10]));
    expect(recordOf(none, 'shot', 'a-shot')).toEqual(recordOf(film, 'shot', 'a-shot'));
    expect('curves' in recordOf(none, 'shot', 'a-shot')).toBe(false);
  });

  test('go back to the plain setting, and are eased many at once', () => {
    const { guidance } = recordOf(film, 'shot', 'a-shot').sampling;
    expect(pairs(after(three, (doc) => resetCurveKeys(doc, of, [4, 10])))).toEqual([
      [0, 1],
      [4, guidance],
      [10, guidance],
    ]);
    const eased = after(three, (doc) => easeCurveKeys(doc, of, [0, 4], 'inOut'));
    expect(keysOf(eased).map(({ ease }) => ease)).toEqual(['inOut', 'inOut', 'linear']);
  });

  test('out of range, off the frames or with handles outside are refused and named', () => {
    expect(() => put(3, 51)(film)).toThrow(/51 at frame 3 is out of range/);
    expect(() => put(3, NaN)(film)).toThrow(/NaN at frame 3 is out of range/);
    expect(() => put(2.5, 3)(film)).toThrow(/a key cannot be at frame 2\.5/);
    expect(() => easeCurveKeys(three, of, [0], { x1: 2, y1: 0, x2: 1, y2: 1 })).toThrow(/handles outside 0 to 1/);
  });

  test('that came damaged from disk are found', () => {
    const shot = recordOf(three, 'shot', 'a-shot');
    const broken = { ...shot, curves: { zoom: [{ frame: 3, value: 9, ease: 'linear' as const }] } };
    const doc = documentFromRecords([...three.values()].map((record) => (record.id === 'a-shot' ? broken : record)));
    expect(violations(doc)).toEqual(['shot a-shot has a zoom curve that is 9 at frame 3; 0.5 to 2 is possible']);
  });
});

test('clips that are split, trimmed and pasted show at each frame the value they showed before', () => {
  const keys = fc.uniqueArray(
    fc.record({
      frame: fc.integer({ min: -5, max: 30 }),
      value: fc.double({ min: 0, max: 20, noNaN: true }),
      ease: fc.constantFrom('hold' as const, 'linear' as const, 'inOut' as const),
    }),
    { selector: ({ frame }) => frame, minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(keys, fc.nat(100), fc.nat(100), (drawn, a, b) => {
      const doc = after(film, (now) => setCurve(now, of, drawn));
      const [clip] = recordsOf(doc, 'clip');
      const valueOn = (now: Document, frame: number): number | null => {
        const shown = recordsOf(now, 'clip').find((one) => one.start <= frame && frame < one.start + one.duration);
        return shown ? askedValue(recordOf(now, 'shot', 'a-shot'), 'guidance', shotFrameAt(now, shown, frame)) : null;
      };
      const at = 1 + (a % (clip!.duration - 1));
      const split = after(doc, (now) => splitClip(now, clip!.id, at, 'right'));
      for (let frame = 0; frame < clip!.duration; frame++) expect(valueOn(split, frame)).toBe(valueOn(doc, frame));
      const trimmed = after(split, (now) => trimClip(now, clip!.id, 'end', 1 + (b % at), { ripple: false }));
      for (let frame = 0; frame < 1 + (b % at); frame++) expect(valueOn(trimmed, frame)).toBe(valueOn(doc, frame));
      let next = 0;
      const far = clip!.duration + 10;
      const pasted = after(doc, (now) => {
        const copied = copyClips(now, [clip!.id]);
        return pasteClips(now, copied, { atFrame: far, mode: 'overwrite', newId: () => `p${next++}` }).diff;
      });
      for (let frame = 0; frame < clip!.duration; frame++)
        expect(valueOn(pasted, far + frame)).toBe(valueOn(doc, frame));
    }),
    { numRuns: 60 },
  );
});
