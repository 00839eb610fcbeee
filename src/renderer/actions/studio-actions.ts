/**
 * Actions of the panels: project, editing, generating, takes, help. Their ids are those of the native menu.
 */
import type { AppState } from '../state/app.svelte';
import type { Action } from './action';
import { cancelRunning, generateSelected, newPromptBlock, retakeSelected } from './generate';
import { focusOf } from './selection';
import { stepTake } from './takes';
import { strings } from './strings';

const { categories } = strings;

function hasProject(app: AppState): boolean {
  return app.screen === 'studio' && app.session !== null;
}

function hasShot(app: AppState): boolean {
  return app.session !== null && focusOf(app.session, app.transport.playhead) !== null;
}

function openExtend(app: AppState, direction: 'forward' | 'backward'): void {
  const focus = app.session === null ? null : focusOf(app.session, app.transport.playhead);
  if (focus !== null) app.openExtend({ clipId: focus.clip.id, direction });
}

/** The selected block, or the block of the selected clip. */
function editSelectedPrompt(app: AppState): void {
  const focus = app.session === null ? null : focusOf(app.session, app.transport.playhead);
  if (focus?.block) app.editPrompt(focus.block.id);
}

export const studioActions: readonly Action[] = [
  {
    id: 'project.new',
    label: strings.newProject,
    category: categories.project,
    keys: ['Mod+KeyN'],
    when: (app) => app.screen !== 'loading',
    run: (app) => (app.dialog = { kind: 'new-project' }),
  },
  {
    id: 'project.start',
    label: strings.allProjects,
    category: categories.project,
    keys: ['Mod+KeyO'],
    when: hasProject,
    run: (app) => void app.showStart(),
  },
  {
    id: 'media.import',
    label: strings.importImages,
    category: categories.project,
    keys: ['Mod+KeyI'],
    when: hasProject,
    run: (app) => void app.chooseMedia(),
  },
  {
    id: 'export.open',
    label: strings.exportFilm,
    category: categories.project,
    keys: ['Mod+KeyE'],
    when: hasProject,
    run: (app) => (app.dialog = { kind: 'export' }),
  },
  {
    id: 'edit.undo',
    label: strings.undo,
    category: categories.edit,
    keys: ['Mod+KeyZ'],
    when: (app) => (app.session?.history.undo.length ?? 0) > 0,
    run: (app) => app.session?.undo(),
  },
  {
    id: 'edit.redo',
    label: strings.redo,
    category: categories.edit,
    keys: ['Mod+Shift+KeyZ', 'Ctrl+KeyY'],
    when: (app) => (app.session?.history.redo.length ?? 0) > 0,
    run: (app) => app.session?.redo(),
  },
  {
    id: 'generate.selected',
    label: strings.generate,
    category: categories.generate,
    keys: ['Mod+Enter'],
    when: hasProject,
    run: generateSelected,
  },
  {
    id: 'prompt.new',
    label: strings.newBlock,
    category: categories.generate,
    keys: ['KeyP'],
    when: hasProject,
    run: newPromptBlock,
  },
  {
    id: 'prompt.edit',
    label: strings.editBlock,
    category: categories.generate,
    keys: ['Enter'],
    when: (app) => hasShot(app) && (app.session?.selection.size ?? 0) > 0,
    run: editSelectedPrompt,
  },
  {
    id: 'generate.extendForward',
    label: strings.extendForward,
    category: categories.generate,
    keys: ['KeyE'],
    when: hasShot,
    run: (app) => openExtend(app, 'forward'),
  },
  {
    id: 'generate.extendBackward',
    label: strings.extendBackward,
    category: categories.generate,
    keys: ['Shift+KeyE'],
    when: hasShot,
    run: (app) => openExtend(app, 'backward'),
  },
  {
    id: 'generate.retake',
    label: strings.retake,
    category: categories.generate,
    keys: ['KeyR'],
    when: hasShot,
    run: retakeSelected,
  },
  {
    id: 'jobs.stop',
    label: strings.stop,
    category: categories.generate,
    keys: ['Mod+Period'],
    when: (app) => app.jobs.running !== null,
    run: cancelRunning,
  },
  {
    id: 'takes.previous',
    label: strings.takePrevious,
    category: categories.takes,
    keys: ['Alt+ArrowUp'],
    when: hasShot,
    run: (app) => stepTake(app, -1),
  },
  {
    id: 'takes.next',
    label: strings.takeNext,
    category: categories.takes,
    keys: ['Alt+ArrowDown'],
    when: hasShot,
    run: (app) => stepTake(app, 1),
  },
  {
    id: 'takes.show',
    label: strings.showTakes,
    category: categories.takes,
    keys: ['Mod+Digit2'],
    when: hasProject,
    run: (app) => (app.leftTab = 'takes'),
  },
  {
    id: 'media.show',
    label: strings.showMedia,
    category: categories.takes,
    keys: ['Mod+Digit1'],
    when: hasProject,
    run: (app) => (app.leftTab = 'media'),
  },
  {
    id: 'jobs.queue',
    label: strings.queue,
    category: categories.generate,
    keys: ['Mod+KeyJ'],
    when: hasProject,
    run: (app) => (app.isQueueOpen = !app.isQueueOpen),
  },
  {
    id: 'help.shortcuts',
    label: strings.shortcuts,
    category: categories.help,
    keys: ['Shift+Slash'],
    when: () => true,
    run: (app) => (app.dialog = { kind: 'shortcuts' }),
  },
  {
    id: 'help.doctor',
    label: strings.doctor,
    category: categories.help,
    keys: [],
    when: () => true,
    run: (app) => (app.dialog = { kind: 'doctor' }),
  },
];
