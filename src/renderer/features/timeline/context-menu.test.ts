import { expect, test } from 'vitest';
import { actionById } from '../../actions/registry';
// As text: which ids are named must not depend on which thing is asked about.
import source from './context-menu.ts?raw';

test('every action that a menu names exists', () => {
  const named = [...source.matchAll(/'((?:timeline|generate|prompt|compare|curves|media|export|viewer)\.\w+)'/g)].map(
    ([, id]) => id ?? '',
  );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((id) => actionById(id) === null)).toEqual([]);
});
