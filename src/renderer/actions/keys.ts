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

/** Keys that only change what others mean. */
const HELD = /^(Control|Shift|Alt|Meta|OS)(Left|Right)?$|^(CapsLock|NumLock|Fn)$/;

/** What was pressed, as a chord's text; null for a modifier alone and for Tab, which moves the focus. */
export function chordFromPress(press: KeyPress, isMac: boolean): string | null {
  if (press.code === '' || press.code === 'Tab' || HELD.test(press.code)) return null;
  const mod = isMac ? press.metaKey : press.ctrlKey;
  // The Windows key belongs to the system.
  if (!isMac && press.metaKey) return null;
  const held = [
    ...(mod ? ['Mod'] : []),
    ...(isMac && press.ctrlKey ? ['Ctrl'] : []),
    ...(press.altKey ? ['Alt'] : []),
    ...(press.shiftKey ? ['Shift'] : []),
  ];
  return [...held, press.code === 'NumpadEnter' ? 'Enter' : press.code].join('+');
}

/** The same text for every way of writing a chord, so that two can be held against each other. */
export function chordKey(text: string, isMac: boolean): string {
  const { code, mod, ctrl, alt, shift } = parseChord(text);
  const isCtrl = ctrl || (mod && !isMac);
  const held = [isCtrl && 'Ctrl', mod && isMac && 'Meta', alt && 'Alt', shift && 'Shift'];
  return [...held.filter((one) => one !== false), code === 'NumpadEnter' ? 'Enter' : code].join('+');
}

/** True for a text that names a key, with modifiers in front of it. */
export function isChord(text: string): boolean {
  const parts = text.split('+');
  const key = parts.pop() ?? '';
  return (
    /^[A-Z0-9]$|^[A-Z][A-Za-z]+[0-9]*$|^F[0-9]{1,2}$/.test(key) &&
    !HELD.test(key) &&
    !MODIFIERS.includes(key) &&
    key !== 'Tab' &&
    parts.every((part) => MODIFIERS.includes(part)) &&
    new Set(parts).size === parts.length
  );
}

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
