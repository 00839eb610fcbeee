import { expect, test } from 'vitest';
// As text: the file itself can be loaded in Electron's main process only.
import menu from '../../main/shells/electron/menu.ts?raw';
import { actions } from './registry';

test('every item of the native menu names an action that exists', () => {
  const named = [...menu.matchAll(/action\(\s*words\.\w+,\s*'([\w.]+)'/g)].map(([, id]) => id ?? '');
  expect(named.length).toBeGreaterThan(15);
  const known = new Set(actions.map(({ id }) => id));
  expect(named.filter((id) => !known.has(id))).toEqual([]);
});
