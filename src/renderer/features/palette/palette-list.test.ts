import { describe, expect, it } from 'vitest';
import type { Action } from '../../actions/action';
import { paletteRows, withRecent } from './palette-list';

const action = (id: string, label: string, category = 'Edit'): Action => ({
  id,
  label,
  category,
  keys: [],
  when: () => true,
  run: () => {},
});
const some = [
  action('a', 'Undo'),
  action('b', 'Redo'),
  action('c', 'Zoom in', 'Timeline'),
  action('d', 'Loop', 'Viewer'),
];
const ids = (query: string, recent: string[] = []): string[] =>
  paletteRows(some, query, { recent, canRun: () => true }).map((row) => row.action.id);

describe('the palette', () => {
  it('lists what was used last first, then the rest as it is', () => {
    expect(ids('', ['d', 'b'])).toEqual(['d', 'b', 'a', 'c']);
  });

  it('finds a name by its category too, behind names that fit themselves', () => {
    expect(ids('timeline')).toEqual(['c']);
    expect(ids('timeline zoom')).toEqual(['c']);
    expect(paletteRows(some, 'timeline zoom', { recent: [], canRun: () => true })[0]?.positions).toEqual([0, 1, 2, 3]);
  });

  it('lets recent use decide between names that fit alike, not against a better name', () => {
    expect(ids('do', ['b'])[0]).toBe('b');
    expect(ids('undo', ['b'])).toEqual(['a']);
    expect(ids('zoom', ['d'])[0]).toBe('c');
  });

  it('puts what does not apply now last, unless it is the better name', () => {
    const canRun = ({ id }: Action): boolean => id !== 'a';
    const listed = (query: string): string[] =>
      paletteRows(some, query, { recent: [], canRun }).map((row) => row.action.id);
    expect(listed('')).toEqual(['b', 'c', 'd', 'a']);
    expect(listed('do')[0]).toBe('b');
    expect(listed('undo')).toEqual(['a']);
  });

  it('keeps a dozen, each once', () => {
    const many = Array.from({ length: 20 }, (_, i) => String(i));
    expect(withRecent(many, '5').slice(0, 3)).toEqual(['5', '0', '1']);
    expect(withRecent(many, '5')).toHaveLength(12);
  });
});
