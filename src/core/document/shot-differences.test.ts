import { expect, test } from 'vitest';
import { addMarker } from '../timeline/markers';
import { setSegment } from '../timeline/segments';
import { after, anEmptyFilm, aShot } from '../timeline/test-films';
import { documentDifference } from './shot-differences';

const common = after(anEmptyFilm(), aShot('a'), aShot('b', { start: 100 }));

test('a film and itself do not differ', () => {
  expect(documentDifference(common, after(common))).toEqual({ shots: [], others: 0 });
});

test('says which shots are on one side only, which are others, and counts the rest', () => {
  const here = after(common, aShot('mine', { start: 200 }), (doc) => setSegment(doc, 'a-first', { seed: 7 }));
  const there = after(common, aShot('theirs', { start: 300 }), (doc) =>
    addMarker(doc, { id: 'm', frame: 3, name: 'here' }),
  );
  const { shots, others } = documentDifference(here, there);
  expect(Object.fromEntries(shots.map(({ shotId, is }) => [shotId, is]))).toEqual({
    'a-shot': 'changed',
    'mine-shot': 'only-here',
    'theirs-shot': 'only-there',
  });
  expect(others).toBe(1);
});
