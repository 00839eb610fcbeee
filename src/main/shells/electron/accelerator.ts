/**
 * Keys of the renderer's registry as Electron writes them. Only combinations with Mod become accelerators: this app is
 * full of text, and a menu that owned a bare letter would cut the film while a prompt is typed.
 */

const NAMES: Readonly<Record<string, string>> = {
  Equal: '=',
  Minus: '-',
  Comma: ',',
  Period: '.',
  Slash: '/',
  Backslash: '\\',
  BracketLeft: '[',
  BracketRight: ']',
  Semicolon: ';',
  Quote: "'",
  Backquote: '`',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
};

/** 'Mod+Shift+KeyZ' → 'CmdOrCtrl+Shift+Z'; undefined for keys that a menu must not have. */
export function acceleratorFrom(keys: string | null | undefined): string | undefined {
  const parts = (keys ?? '').split('+');
  const key = parts.at(-1) ?? '';
  const held = parts.slice(0, -1);
  if (!held.includes('Mod')) return undefined;
  const name = NAMES[key] ?? key.replace(/^(Key|Digit)(?=[A-Z0-9]$)/, '');
  if (
    !/^[A-Z0-9]$|^F[0-9]{1,2}$|^(Enter|Space|Delete|Backspace|Home|End|Left|Right|Up|Down)$|^[^A-Za-z0-9]$/.test(name)
  )
    return undefined;
  const modifiers = held.map((one) => (one === 'Mod' ? 'CmdOrCtrl' : one));
  return [...modifiers, name].join('+');
}
