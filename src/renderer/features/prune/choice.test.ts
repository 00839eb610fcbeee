import { expect, test } from 'vitest';
import type { PrunableTake } from '@contracts/prune';
import { chosenAtFirst, toggled } from './choice';

const take = (takeId: string, parentTakeId: string | null = null, isOfFilm = true): PrunableTake => ({
  ...{ takeId, shotId: 's', segmentId: 'g', parentTakeId, frames: 1, bytes: 1, isOfFilm },
});
const takes = [take('leaf', 'middle', false), take('middle', 'root', false), take('root'), take('other', null, false)];

test('a take goes with what was made from it, and stays with what it was made from', () => {
  expect(toggled(takes, new Set(), 'middle')).toEqual(new Set(['middle', 'leaf']));
  expect(toggled(takes, new Set(['root', 'middle', 'leaf', 'other']), 'middle')).toEqual(new Set(['leaf', 'other']));
});

test('at first those are chosen that another take has replaced, never a branch by itself', () => {
  expect(chosenAtFirst(takes)).toEqual(new Set(['root', 'middle', 'leaf']));
});
