import { expect, it } from 'vitest';
import { matches } from './take-marks';

const take = {
  id: 't',
  shotId: 's',
  segmentId: 'g',
  parentTakeId: null,
  seed: 4123,
  frames: [],
  recipeHash: '',
  draftKey: null,
  createdAt: 0,
};

it('narrows takes by star, by words of the note and by the digits of the seed', () => {
  expect(matches(take, { isStarred: false, text: '' })).toBe(true);
  expect(matches(take, { isStarred: true, text: '' })).toBe(false);
  expect(matches({ ...take, isStarred: true }, { isStarred: true, text: ' 41 ' })).toBe(true);
  expect(matches(take, { isStarred: false, text: '123' })).toBe(false);
  expect(matches({ ...take, note: 'Best ending' }, { isStarred: false, text: 'END' })).toBe(true);
});
