/**
 * The one menu. Items name actions of the renderer's registry, which owns the keys: this app is full of text, so a menu
 * accelerator must never take a key from a text field. On Windows and Linux accelerators are only shown; on macOS they
 * are given for Mod combinations alone, where the system expects the menu to own them.
 */
import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import { z } from 'zod';
import { acceleratorFrom } from './accelerator';

const isMac = process.platform === 'darwin';

/** The artist's own keys by action id, null for none; what is not named keeps its key. */
export const MenuKeys = z.record(z.string(), z.string().nullable());
export type MenuKeys = z.infer<typeof MenuKeys>;

/** Called again when the keys have changed. */
export function installMenu(runAction: (actionId: string) => void, keys: MenuKeys): void {
  const action = (label: string, actionId: string, ownAccelerator?: string): MenuItemConstructorOptions => {
    const accelerator = Object.hasOwn(keys, actionId) ? acceleratorFrom(keys[actionId]) : ownAccelerator;
    return {
      label,
      click: () => runAction(actionId),
      ...(accelerator?.includes('CmdOrCtrl') && { accelerator, registerAccelerator: isMac }),
    };
  };
  const line: MenuItemConstructorOptions = { type: 'separator' };
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        action('New Project…', 'project.new', 'CmdOrCtrl+N'),
        action('All Projects', 'project.start', 'CmdOrCtrl+O'),
        line,
        action('Import Images and Sound…', 'media.import', 'CmdOrCtrl+I'),
        action('Export…', 'export.open', 'CmdOrCtrl+E'),
        line,
        action('Open Bundle…', 'bundle.import'),
        action('Save Bundle…', 'bundle.export'),
        action('Open Recipe…', 'recipe.open'),
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
        action('Paste and Move the Rest', 'timeline.pasteInsert', 'Shift+CmdOrCtrl+V'),
        line,
        action('Split at Playhead', 'timeline.split', 'CmdOrCtrl+K'),
        action('Delete', 'timeline.delete'),
        action('Ripple Delete', 'timeline.rippleDelete'),
        action('Lift Marked Range', 'timeline.lift'),
        action('Extract Marked Range', 'timeline.extract'),
        action('Add Dissolve', 'timeline.dissolve', 'CmdOrCtrl+D'),
      ],
    },
    {
      label: '&Generate',
      submenu: [
        action('New Prompt Block', 'prompt.new'),
        action('Generate', 'generate.selected', 'CmdOrCtrl+Enter'),
        action('Generate Everything Stale', 'generate.stale', 'Shift+CmdOrCtrl+Enter'),
        action('Extend from End…', 'generate.extendForward'),
        action('Extend from Start…', 'generate.extendBackward'),
        action('Retake with Another Seed', 'generate.retake'),
        line,
        action('Previous Take', 'takes.previous'),
        action('Next Take', 'takes.next'),
        line,
        action('Queue More Seeds', 'generate.moreSeeds', 'Shift+CmdOrCtrl+R'),
        action('Pause or Resume Job', 'jobs.pause', 'Shift+CmdOrCtrl+.'),
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
        action('Onion Skin', 'viewer.onion'),
        action('Safe Areas and Thirds', 'viewer.guides'),
        action('Compare Takes', 'compare.toggle'),
        action('Full-Screen Viewer', 'viewer.fullscreen'),
        // Elsewhere its key is F11, which the viewer has.
        ...(isMac ? [{ role: 'togglefullscreen' } as const] : []),
        ...(app.isPackaged ? [] : [line, { role: 'toggleDevTools' } as const]),
      ],
    },
    {
      label: '&Help',
      submenu: [
        action('Search Commands…', 'help.palette', 'Shift+CmdOrCtrl+P'),
        action('Keyboard Shortcuts…', 'help.shortcuts'),
        action('Library', 'help.library'),
        action('Doctor', 'help.doctor'),
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
