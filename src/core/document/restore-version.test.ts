import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addMarker } from '../timeline/markers';
import { setSegment } from '../timeline/segments';
import { after, anEmptyFilm, aShot } from '../timeline/test-films';
import { recordOf } from './access';
import { applyDiff, isEmptyDiff, reverseDiff } from './apply-diff';
import { takeIndexFrom } from './film';
import { assertInvariants } from './invariants';
import { restoreVersion, takesUntil } from './restore-version';
import type { TakeView } from './takes';

const aTake = (id: string, createdAt: number): TakeView => ({
  ...{ id, shotId: 'a-shot', segmentId: 'a-first', parentTakeId: null, seed: 1, recipeHash: '', draftKey: null },
  frames: Array.from({ length: 9 }, () => id),
  createdAt,
});
const past = after(anEmptyFilm(), aShot('a'));
const takes = takeIndexFrom([aTake('old', 10), aTake('new', 30)]);

test('brings the earlier document back in one diff, which can be reversed', () => {
  const present = after(
    past,
    aShot('b', { start: 100 }),
    (doc) => setSegment(doc, 'a-first', { seed: 7 }),
    (doc) => addMarker(doc, { id: 'm', frame: 3, name: 'here' }),
  );
  const diff = restoreVersion(present, past, takeIndexFrom([]), 20);
  const restored = applyDiff(present, diff);
  assertInvariants(restored);
  expect([...restored.values()]).toEqual(expect.arrayContaining([...past.values()]));
  expect(restored.size).toBe(past.size);
  expect(isEmptyDiff(restoreVersion(applyDiff(restored, reverseDiff(diff)), present, takeIndexFrom([]), null))).toBe(
    true,
  );
});

test('the take that was shown then is named where a newer one would be shown now', () => {
  const shown = (until: number | null) =>
    recordOf(applyDiff(past, restoreVersion(past, past, takes, until)), 'segment', 'a-first').activeTakeId;
  expect([shown(20), shown(40), shown(null), shown(5)]).toEqual(['old', null, null, null]);
});

test('takes of a time are those made until then, in their order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 9 }), fc.nat(50), (times, until) => {
      const all = takeIndexFrom(times.map((at, i) => aTake(`t${i}`, at)));
      const then = takesUntil(all, until).get('a-first') ?? [];
      expect(then).toEqual((all.get('a-first') ?? []).filter((take) => take.createdAt <= until));
    }),
  );
});
