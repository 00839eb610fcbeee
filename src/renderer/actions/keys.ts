/**
 * Key chords: `Mod+Shift+KeyZ`, `Alt+ArrowUp`, `Space`. Keys are named by `event.code`, so they stay where the hand
 * expects them on every keyboard layout; `Mod` is Cmd on macOS and Ctrl elsewhere; `Ctrl` is always Ctrl.
 */

export interface Chord {
  readonly code: string;
  readonly mod: boolean;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
}

export interface KeyPress {
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const MODIFIERS = ['Mod', 'Ctrl', 'Alt', 'Shift'];

/** A bare letter or digit (`Z`, `7`) means its key. */
export function parseChord(text: string): Chord {
  const parts = text.split('+');
  const key = parts.at(-1) ?? '';
  const held = new Set(parts.slice(0, -1).filter((part) => MODIFIERS.includes(part)));
  return {
    code: codeFrom(key),
    mod: held.has('Mod'),
    ctrl: held.has('Ctrl'),
    alt: held.has('Alt'),
    shift: held.has('Shift'),
  };
}

function codeFrom(key: string): string {
  if (/^[A-Z]$/.test(key)) return `Key${key}`;
  if (/^[0-9]$/.test(key)) return `Digit${key}`;
  return key;
}

export function matchesChord(chord: Chord, press: KeyPress, isMac: boolean): boolean {
  const wantsCtrl = chord.ctrl || (chord.mod && !isMac);
  const wantsMeta = chord.mod && isMac;
  return (
    sameKey(chord.code, press.code) &&
    press.ctrlKey === wantsCtrl &&
    press.metaKey === wantsMeta &&
    press.altKey === chord.alt &&
    press.shiftKey === chord.shift
  );
}

function sameKey(wanted: string, pressed: string): boolean {
  return wanted === pressed || (wanted === 'Enter' && pressed === 'NumpadEnter');
}

const LABELS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Space: 'Space',
  Enter: 'Enter',
  Escape: 'Esc',
  Delete: 'Del',
  Backspace: '⌫',
  NumpadAdd: 'Num +',
  NumpadSubtract: 'Num −',
  Comma: ',',
  Period: '.',
  Slash: '/',
  Backslash: '\\',
  Minus: '−',
  Equal: '=',
  Backquote: '`',
  BracketLeft: '[',
  BracketRight: ']',
  Semicolon: ';',
  Quote: '’',
};

/** The parts of a chord as printed on keys: `['Ctrl', 'Shift', 'Z']`, `['⌘', 'Z']`. */
export function keyCaps(text: string, isMac: boolean): readonly string[] {
  const chord = parseChord(text);
  const caps: string[] = [];
  if (chord.mod) caps.push(isMac ? '⌘' : 'Ctrl');
  if (chord.ctrl) caps.push(isMac ? '⌃' : 'Ctrl');
  if (chord.alt) caps.push(isMac ? '⌥' : 'Alt');
  if (chord.shift) caps.push(isMac ? '⇧' : 'Shift');
  caps.push(LABELS[chord.code] ?? chord.code.replace(/^(Key|Digit|Numpad)/, ''));
  return caps;
}

export function keyLabel(text: string, isMac: boolean): string {
  return keyCaps(text, isMac).join(isMac ? '' : '+');
}
