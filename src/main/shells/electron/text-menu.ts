/**
 * The right button's menu over text: cut, copy, paste and, where the spelling is in doubt, what may have been meant. The
 * page has menus of its own for everything that is not text.
 */
import { Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron';
import type { ShellWords } from './strings';

const MOST_SUGGESTIONS = 4;

/** `words` is asked each time: the language may change while the window is open. */
export function installTextMenu(window: BrowserWindow, words: () => ShellWords): void {
  const { webContents } = window;
  webContents.on('context-menu', (_event, at) => {
    const { isEditable, selectionText, editFlags, dictionarySuggestions } = at;
    if (!isEditable && selectionText.trim() === '') return;
    const { cut, copy, paste, selectAll } = words();
    const line: MenuItemConstructorOptions = { type: 'separator' };
    const suggestions = dictionarySuggestions.slice(0, MOST_SUGGESTIONS).map((label): MenuItemConstructorOptions => ({
      label,
      click: () => webContents.replaceMisspelling(label),
    }));
    const template: MenuItemConstructorOptions[] = [
      ...(suggestions.length > 0 ? [...suggestions, line] : []),
      ...(isEditable ? [{ role: 'cut', label: cut, enabled: editFlags.canCut } as const] : []),
      { role: 'copy', label: copy, enabled: editFlags.canCopy },
      ...(isEditable
        ? ([
            { role: 'paste', label: paste, enabled: editFlags.canPaste },
            line,
            { role: 'selectAll', label: selectAll, enabled: editFlags.canSelectAll },
          ] as const)
        : []),
    ];
    Menu.buildFromTemplate(template).popup({ window });
  });
}
