/**
 * The one menu. Items name actions of the renderer's registry, which owns the keys: this app is full of text, so a menu
 * accelerator must never take a key from a text field. On Windows and Linux accelerators are only shown; on macOS they
 * are given for Mod combinations alone, where the system expects the menu to own them.
 */
import { app, Menu, type MenuItemConstructorOptions } from 'electron';

const isMac = process.platform === 'darwin';

export function installMenu(runAction: (actionId: string) => void): void {
  const action = (label: string, actionId: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => runAction(actionId),
    ...(accelerator && (!isMac || accelerator.includes('CmdOrCtrl')) && { accelerator, registerAccelerator: isMac }),
  });
  const line: MenuItemConstructorOptions = { type: 'separator' };
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        action('New Project…', 'project.new', 'CmdOrCtrl+N'),
        action('All Projects', 'project.start', 'CmdOrCtrl+O'),
        line,
        action('Import Images…', 'media.import', 'CmdOrCtrl+I'),
        action('Export…', 'export.open', 'CmdOrCtrl+E'),
        line,
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        action('Undo', 'edit.undo', 'CmdOrCtrl+Z'),
        action('Redo', 'edit.redo', 'Shift+CmdOrCtrl+Z'),
        line,
        { role: 'cut', registerAccelerator: isMac },
        { role: 'copy', registerAccelerator: isMac },
        { role: 'paste', registerAccelerator: isMac },
        line,
        action('Split at Playhead', 'timeline.split', 'CmdOrCtrl+K'),
        action('Delete', 'timeline.delete'),
        action('Ripple Delete', 'timeline.rippleDelete'),
        action('Add Dissolve', 'timeline.addDissolve', 'CmdOrCtrl+D'),
      ],
    },
    {
      label: '&Generate',
      submenu: [
        action('New Prompt Block', 'prompt.new'),
        action('Generate', 'generate.selected', 'CmdOrCtrl+Enter'),
        action('Extend from End…', 'generate.extendForward'),
        action('Extend from Start…', 'generate.extendBackward'),
        action('Retake with Another Seed', 'generate.retake'),
        line,
        action('Previous Take', 'takes.previous'),
        action('Next Take', 'takes.next'),
        line,
        action('Stop Running Job', 'jobs.stop', 'CmdOrCtrl+.'),
      ],
    },
    {
      label: '&View',
      submenu: [
        action('Zoom In', 'timeline.zoomIn'),
        action('Zoom Out', 'timeline.zoomOut'),
        action('Fit Film', 'timeline.zoomFit'),
        line,
        action('Onion Skin', 'viewer.onionSkin'),
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [line, { role: 'toggleDevTools' } as const]),
      ],
    },
    {
      label: '&Help',
      submenu: [action('Keyboard Shortcuts', 'help.shortcuts'), action('Doctor', 'help.doctor')],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
