import { describe, expect, it } from 'vitest';
import { chordFromPress, chordKey, isChord } from '../../actions/keys';
import { Keymap } from '../../actions/keymap.svelte';
import { actions } from '../../actions/registry';
import { collisionsOf, findConflicts, type KeyedAction } from './conflicts';
import { bindKeys, dropKeys, resetKeys } from './key-editing';
import { keyFileOf, printKeyFile, readKeyFile } from './key-file';
import { presets } from './presets';

const keyed = (id: string, keys: readonly string[], scope?: 'compare'): KeyedAction => ({
  id,
  label: id,
  keys,
  ...(scope !== undefined && { scope }),
});

describe('conflicts', () => {
  it('are keys of one reach given twice, however they are written', () => {
    const found = findConflicts(
      [keyed('a', ['Mod+Shift+KeyZ']), keyed('b', ['Shift+Ctrl+Z', 'KeyB']), keyed('c', ['KeyC'])],
      false,
    );
    expect(found).toEqual([{ keys: 'Mod+Shift+KeyZ', actionIds: ['a', 'b'] }]);
  });

  it('tell Ctrl from Cmd on macOS', () => {
    const both = [keyed('a', ['Mod+KeyY']), keyed('b', ['Ctrl+KeyY'])];
    expect(findConflicts(both, true)).toEqual([]);
    expect(findConflicts(both, false)).toHaveLength(1);
  });

  it('a mode may take keys of the window, but not its own twice', () => {
    expect(findConflicts([keyed('blade', ['KeyC']), keyed('flip', ['KeyC'], 'compare')], false)).toEqual([]);
    const twice = [keyed('flip', ['KeyC'], 'compare'), keyed('seam', ['KeyC'], 'compare')];
    expect(findConflicts(twice, false)).toHaveLength(1);
  });

  it('are found before keys are given', () => {
    const map = [keyed('a', ['KeyA']), keyed('b', ['KeyB']), keyed('c', ['KeyB'], 'compare')];
    expect(collisionsOf(map, { actionId: 'a', keys: 'B', isMac: false }).map(({ id }) => id)).toEqual(['b']);
    expect(collisionsOf(map, { actionId: 'b', keys: 'KeyB', isMac: false })).toEqual([]);
  });
});

describe.each(presets)('the preset $label', ({ changes }) => {
  const map = new Keymap();
  map.preset = changes;
  const bound = actions.map((action) => keyed(action.id, map.keysFor(action), action.scope));

  it('gives no keys twice, on any system', () => {
    expect([findConflicts(bound, false), findConflicts(bound, true)]).toEqual([[], []]);
  });

  it('names only actions and keys that exist', () => {
    const known = new Set(actions.map((action) => action.id));
    expect(Object.keys(changes).filter((id) => !known.has(id))).toEqual([]);
    expect(bound.flatMap(({ keys }) => keys).filter((keys) => !isChord(keys))).toEqual([]);
  });
});

describe('a key map', () => {
  const map = new Keymap();
  it('takes the artist’s keys before the preset’s, and those before the action’s own', () => {
    map.preset = { a: ['KeyP'], b: [] };
    map.custom = { a: ['KeyC', 'KeyD'] };
    const keysOf = (id: string): readonly string[] => map.keysFor({ id, keys: ['KeyO'] });
    expect([keysOf('a'), keysOf('b'), keysOf('toString')]).toEqual([['KeyC', 'KeyD'], [], ['KeyO']]);
  });
});

describe('changing keys', () => {
  const base: Record<string, readonly string[]> = { a: ['KeyA'], b: ['KeyB', 'Mod+KeyB'] };
  const edited = (custom: Record<string, readonly string[]> = {}) => ({
    custom,
    baseOf: (id: string) => base[id] ?? [],
    isMac: false,
  });

  it('replaces one of several keys and leaves the others', () => {
    expect(bindKeys(edited(), 'b', { keys: 'KeyX', replaced: 'KeyB', from: [] })).toEqual({ b: ['KeyX', 'Mod+KeyB'] });
  });

  it('takes keys over from another action', () => {
    expect(bindKeys(edited(), 'a', { keys: 'KeyB', replaced: 'KeyA', from: ['b'] })).toEqual({
      a: ['KeyB'],
      b: ['Mod+KeyB'],
    });
  });

  it('does not give an action the same keys twice', () => {
    expect(bindKeys(edited(), 'b', { keys: 'Ctrl+KeyB', replaced: 'KeyB', from: [] })).toEqual({ b: ['Mod+KeyB'] });
    expect(bindKeys(edited(), 'a', { keys: 'KeyA', replaced: null, from: [] })).toEqual({});
  });

  it('keeps nothing of a change that was taken back', () => {
    expect(dropKeys(edited(), 'a', 'KeyA')).toEqual({ a: [] });
    expect(bindKeys(edited({ a: [] }), 'a', { keys: 'KeyA', replaced: null, from: [] })).toEqual({});
    expect(resetKeys(edited({ a: ['KeyX'] }), 'a')).toEqual({});
  });
});

describe('key maps as text', () => {
  const known = new Set(['edit.undo']);

  it('come back as they went out', () => {
    const file = keyFileOf('premiere', { 'edit.undo': ['Mod+KeyZ', 'F9'] });
    expect(readKeyFile(printKeyFile(file), known)).toEqual({ ok: true, file, unknown: [] });
  });

  it('from a newer studio lose the actions this one does not know, and say so', () => {
    const text = printKeyFile(keyFileOf('default', { 'edit.undo': ['F9'], 'dream.on': ['F10'] }));
    expect(readKeyFile(text, known)).toEqual({
      ok: true,
      file: keyFileOf('default', { 'edit.undo': ['F9'] }),
      unknown: ['dream.on'],
    });
  });

  it('that are none are refused with the reason', () => {
    expect(readKeyFile('KeyZ', known)).toEqual({ ok: false, reason: 'This is not JSON.' });
    const badKey = { ...keyFileOf('default', {}), custom: { 'edit.undo': ['Hyper+KeyZ'] } };
    expect(readKeyFile(JSON.stringify(badKey), known)).toEqual({
      ok: false,
      reason: 'custom.edit.undo.0: is not a key',
    });
  });
});

describe('pressing keys', () => {
  const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

  it('gives the chord that matches the press', () => {
    expect(chordFromPress({ ...none, code: 'KeyK', ctrlKey: true, shiftKey: true }, false)).toBe('Mod+Shift+KeyK');
    expect(chordFromPress({ ...none, code: 'KeyK', ctrlKey: true, metaKey: true }, true)).toBe('Mod+Ctrl+KeyK');
    expect(chordFromPress({ ...none, code: 'NumpadEnter' }, false)).toBe('Enter');
  });

  it('waits while only a modifier is down, and leaves Tab and the Windows key alone', () => {
    const given = (code: string, held = {}) => chordFromPress({ ...none, ...held, code }, false);
    expect([given('ShiftLeft', { shiftKey: true }), given('Tab'), given('KeyA', { metaKey: true })]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('is one text however a chord is written', () => {
    expect(chordKey('Shift+Mod+Z', false)).toBe(chordKey('Ctrl+Shift+KeyZ', false));
  });
});
