import { describe, expect, it } from 'vitest';
import { acceleratorFrom } from './accelerator';

describe('menu accelerators', () => {
  it('are written as Electron reads them', () => {
    const written = [
      'Mod+KeyZ',
      'Mod+Shift+KeyZ',
      'Mod+Enter',
      'Mod+Alt+Digit2',
      'Mod+Period',
      'Mod+ArrowUp',
      'Mod+F5',
    ];
    expect(written.map(acceleratorFrom)).toEqual([
      'CmdOrCtrl+Z',
      'CmdOrCtrl+Shift+Z',
      'CmdOrCtrl+Enter',
      'CmdOrCtrl+Alt+2',
      'CmdOrCtrl+.',
      'CmdOrCtrl+Up',
      'CmdOrCtrl+F5',
    ]);
  });

  it('are never bare keys, and never keys Electron has no name for', () => {
    const refused = ['KeyE', 'Shift+KeyE', 'Alt+KeyP', 'Ctrl+KeyY', 'Delete', 'Mod+IntlBackslash', '', null, undefined];
    expect(refused.map(acceleratorFrom)).toEqual(refused.map(() => undefined));
  });
});
