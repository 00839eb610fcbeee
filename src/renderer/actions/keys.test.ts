import { describe, expect, it } from 'vitest';
import { keyCaps, keyLabel, matchesChord, parseChord } from './keys';

const press = (code: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) => ({
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('key chords', () => {
  it('takes Mod as Cmd on macOS and Ctrl elsewhere', () => {
    const chord = parseChord('Mod+Enter');
    expect(matchesChord(chord, press('Enter', { metaKey: true }), true)).toBe(true);
    expect(matchesChord(chord, press('Enter', { ctrlKey: true }), true)).toBe(false);
    expect(matchesChord(chord, press('NumpadEnter', { ctrlKey: true }), false)).toBe(true);
  });

  it('does not fire with a modifier too many', () => {
    const split = parseChord('KeyE');
    expect(matchesChord(split, press('KeyE'), false)).toBe(true);
    expect(matchesChord(split, press('KeyE', { shiftKey: true }), false)).toBe(false);
    expect(matchesChord(parseChord('Alt+ArrowUp'), press('ArrowUp', { altKey: true, ctrlKey: true }), false)).toBe(
      false,
    );
  });

  it('keeps Ctrl+Y on Ctrl even on macOS', () => {
    expect(matchesChord(parseChord('Ctrl+KeyY'), press('KeyY', { ctrlKey: true }), true)).toBe(true);
  });

  it('prints keys as they stand on the keyboard', () => {
    expect(keyCaps('Mod+Shift+KeyZ', false)).toEqual(['Ctrl', 'Shift', 'Z']);
    expect(keyLabel('Mod+Shift+KeyZ', true)).toBe('⌘⇧Z');
    expect(keyLabel('Shift+Slash', false)).toBe('Shift+/');
  });
});
