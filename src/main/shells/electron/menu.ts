/**
 * The one menu. Items name actions of the renderer's registry, which owns the keys: this app is full of text, so a menu
 * accelerator must never take a key from a text field. On Windows and Linux accelerators are only shown; on macOS they
 * are given for Mod combinations alone, where the system expects the menu to own them.
 */
import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import { z } from 'zod';
import { acceleratorFrom } from './accelerator';
import type { ShellWords } from './strings';

const isMac = process.platform === 'darwin';

/** The artist's own keys by action id, null for none; what is not named keeps its key. */
export const MenuKeys = z.record(z.string(), z.string().nullable());
export type MenuKeys = z.infer<typeof MenuKeys>;

/** Called again when the keys or the language have changed. */
export function installMenu(runAction: (actionId: string) => void, keys: MenuKeys, words: ShellWords): void {
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
      label: words.file,
      submenu: [
        action(words.newProject, 'project.new', 'CmdOrCtrl+N'),
        action(words.allProjects, 'project.start', 'CmdOrCtrl+O'),
        line,
        action(words.import, 'media.import', 'CmdOrCtrl+I'),
        action(words.keepFrame, 'media.keepFrame'),
        action(words.export, 'export.open', 'CmdOrCtrl+E'),
        action(words.exportClip, 'export.clip', 'Shift+CmdOrCtrl+E'),
        line,
        action(words.openBundleItem, 'bundle.import'),
        action(words.saveBundleItem, 'bundle.export'),
        action(words.openRecipeItem, 'recipe.open'),
        line,
        action(words.settings, 'help.settings', 'CmdOrCtrl+,'),
        line,
        isMac ? { role: 'close', label: words.close } : { role: 'quit', label: words.quit },
      ],
    },
    {
      label: words.edit,
      submenu: [
        action(words.undo, 'edit.undo', 'CmdOrCtrl+Z'),
        action(words.redo, 'edit.redo', 'Shift+CmdOrCtrl+Z'),
        action(words.versions, 'versions.toggle', 'Shift+CmdOrCtrl+H'),
        line,
        { role: 'cut', label: words.cut, registerAccelerator: isMac },
        { role: 'copy', label: words.copy, registerAccelerator: isMac },
        { role: 'paste', label: words.paste, registerAccelerator: isMac },
        action(words.pasteAttributes, 'timeline.pasteAttributes'),
        action(words.pasteInsert, 'timeline.pasteInsert', 'Shift+CmdOrCtrl+V'),
        line,
        action(words.split, 'timeline.split', 'CmdOrCtrl+K'),
        action(words.delete, 'timeline.delete'),
        action(words.rippleDelete, 'timeline.rippleDelete'),
        action(words.lift, 'timeline.lift'),
        action(words.extract, 'timeline.extract'),
        action(words.rename, 'timeline.rename'),
        action(words.group, 'timeline.group', 'CmdOrCtrl+G'),
        action(words.ungroup, 'timeline.ungroup', 'Shift+CmdOrCtrl+G'),
        action(words.link, 'timeline.link', 'CmdOrCtrl+L'),
        action(words.dissolve, 'timeline.dissolve', 'CmdOrCtrl+D'),
      ],
    },
    {
      label: words.generate,
      submenu: [
        action(words.newBlock, 'prompt.new'),
        action(words.generateSelected, 'generate.selected', 'CmdOrCtrl+Enter'),
        action(words.generateStale, 'generate.stale', 'Shift+CmdOrCtrl+Enter'),
        action(words.extendForward, 'generate.extendForward'),
        action(words.extendBackward, 'generate.extendBackward'),
        action(words.retake, 'generate.retake'),
        action(words.redoFromHere, 'generate.redoFromHere'),
        action(words.fillGap, 'timeline.fillGap'),
        action(words.closeLoop, 'timeline.closeLoop'),
        action(words.redraw, 'timeline.redraw'),
        action(words.pinClip, 'timeline.pinCopied'),
        line,
        action(words.takePrevious, 'takes.previous'),
        action(words.takeNext, 'takes.next'),
        action(words.pruneTakes, 'takes.prune'),
        line,
        action(words.moreSeeds, 'generate.moreSeeds', 'Shift+CmdOrCtrl+R'),
        action(words.pause, 'jobs.pause', 'Shift+CmdOrCtrl+.'),
        action(words.stop, 'jobs.stop', 'CmdOrCtrl+.'),
      ],
    },
    {
      label: words.view,
      submenu: [
        action(words.zoomIn, 'timeline.zoomIn'),
        action(words.zoomOut, 'timeline.zoomOut'),
        action(words.zoomFit, 'timeline.zoomFit'),
        action(words.tallerTracks, 'timeline.tallerTracks'),
        action(words.lowerTracks, 'timeline.lowerTracks'),
        line,
        action(words.matchFrame, 'timeline.matchFrame'),
        action(words.nextUse, 'timeline.nextUse'),
        action(words.previousMarker, 'timeline.previousMarker'),
        action(words.nextMarker, 'timeline.nextMarker'),
        line,
        action(words.onion, 'viewer.onion'),
        action(words.guides, 'viewer.guides'),
        action(words.compare, 'compare.toggle'),
        action(words.fullscreen, 'viewer.fullscreen'),
        // Elsewhere its key is F11, which the viewer has.
        ...(isMac ? [{ role: 'togglefullscreen' } as const] : []),
        ...(app.isPackaged ? [] : [line, { role: 'toggleDevTools' } as const]),
      ],
    },
    {
      label: words.help,
      submenu: [
        action(words.palette, 'help.palette', 'Shift+CmdOrCtrl+P'),
        action(words.shortcuts, 'help.shortcuts'),
        action(words.library, 'help.library'),
        action(words.doctor, 'help.doctor'),
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
