/**
 * Key maps of the editors that people come from, as changes to the studio's own. Named is only what differs. Where a
 * tool of theirs sits on P or R (pen and rate stretch, position and range), prompts and retakes move to Alt+P and
 * Alt+Shift+R.
 */
import type { KeyChanges } from '../../actions/keymap.svelte';

export type PresetName = 'default' | 'premiere' | 'resolve' | 'final-cut';

export interface KeyPreset {
  readonly name: PresetName;
  readonly label: string;
  readonly changes: KeyChanges;
}

/** Zoom and selection as Resolve and Final Cut have them. */
const magnetic: KeyChanges = {
  'timeline.selectTool': ['KeyA'],
  'timeline.bladeTool': ['KeyB'],
  'timeline.split': ['Mod+KeyB'],
  'timeline.snap': ['KeyN'],
  'timeline.nudgeLeft': ['Comma'],
  'timeline.nudgeRight': ['Period'],
  'timeline.nudgeLeftFar': ['Shift+Comma'],
  'timeline.nudgeRightFar': ['Shift+Period'],
  'timeline.zoomIn': ['Mod+Equal'],
  'timeline.zoomOut': ['Mod+Minus'],
  'timeline.zoomFit': ['Shift+KeyZ'],
  'timeline.dissolve': ['Mod+KeyT'],
};

export const presets: readonly KeyPreset[] = [
  { name: 'default', label: 'Onionskin', changes: {} },
  {
    name: 'premiere',
    label: 'Premiere Pro',
    changes: {
      'prompt.new': ['Alt+KeyP'],
      'generate.retake': ['Alt+Shift+KeyR'],
      'timeline.bladeTool': ['KeyC'],
      'timeline.trimTool': ['KeyN'],
      'timeline.split': ['Mod+KeyK'],
      'timeline.zoomFit': ['Backslash'],
      'export.open': ['Mod+KeyM'],
      'help.shortcuts': ['Mod+Alt+KeyK', 'Shift+Slash'],
      'viewer.fullscreen': ['Backquote'],
    },
  },
  {
    name: 'resolve',
    label: 'DaVinci Resolve',
    changes: {
      ...magnetic,
      'timeline.delete': ['Backspace'],
      'timeline.rippleDelete': ['Delete', 'Shift+Delete'],
      'timeline.trimStart': ['Mod+Shift+BracketLeft'],
      'timeline.trimEnd': ['Mod+Shift+BracketRight'],
      'viewer.loop': ['Mod+Slash'],
      'viewer.fullscreen': ['Mod+KeyF'],
    },
  },
  {
    name: 'final-cut',
    label: 'Final Cut Pro',
    changes: {
      ...magnetic,
      'prompt.new': ['Alt+KeyP'],
      'generate.retake': ['Alt+Shift+KeyR'],
      'timeline.delete': ['Shift+Delete', 'Shift+Backspace'],
      'timeline.rippleDelete': ['Delete', 'Backspace'],
      'timeline.trimStart': ['Alt+BracketLeft'],
      'timeline.trimEnd': ['Alt+BracketRight'],
      'viewer.fullscreen': ['Mod+Shift+KeyF'],
    },
  },
];

export function presetNamed(name: PresetName): KeyPreset {
  const found = presets.find((preset) => preset.name === name);
  if (found === undefined) throw new Error(`no preset ${name}`);
  return found;
}
