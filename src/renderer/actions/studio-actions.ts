/**
 * Actions of the panels: project, editing, generating, takes, help. Their ids are those of the native menu.
 */
import type { AppState } from '../state/app.svelte';
import type { Action } from './action';
import { collectOriginals } from '../features/assets/collect';
import { askGenerateStale, askRetake } from '../features/timeline/choices';
import { exportClip } from './export-clip';
import { keepFrame } from './footage';
import { openRecipe } from '../features/recipe/dropped-recipes';
import { toggleVersions } from '../features/versions/versions-ui.svelte';
import { generateSelected, newPromptBlock } from './generate';
import { discardRunning, pauseOrResume, stopRunning } from './jobs';
import { redoFromHere } from './redo-from-here';
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

function openPromptMap(app: AppState): void {
  const focus = app.session === null ? null : focusOf(app.session, app.transport.playhead);
  app.flushEdits();
  if (focus !== null) app.dialog = { kind: 'prompt-map', shotId: focus.shot.id };
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
    id: 'media.collect',
    label: strings.collectOriginals,
    category: categories.project,
    keys: [],
    when: hasProject,
    run: (app) => void collectOriginals(app, null),
  },
  {
    id: 'media.keepFrame',
    label: strings.keepFrame,
    category: categories.project,
    keys: [],
    when: hasProject,
    run: (app) => void keepFrame(app),
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
    id: 'export.clip',
    label: strings.exportClip,
    category: categories.project,
    keys: ['Shift+Mod+KeyE'],
    when: hasProject,
    run: (app) => exportClip(app),
  },
  {
    id: 'bundle.import',
    label: strings.openBundle,
    category: categories.project,
    keys: [],
    when: (app) => app.screen !== 'loading',
    run: (app) => (app.dialog = { kind: 'bundle', work: 'import' }),
  },
  {
    id: 'recipe.open',
    label: strings.openRecipe,
    category: categories.project,
    keys: [],
    when: (app) => app.screen !== 'loading',
    run: (app) => void openRecipe(app),
  },
  {
    id: 'bundle.export',
    label: strings.saveBundle,
    category: categories.project,
    keys: [],
    when: hasProject,
    needs: strings.openAProject,
    run: (app) => (app.dialog = { kind: 'bundle', work: 'export' }),
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
    id: 'versions.toggle',
    label: strings.versions,
    category: categories.edit,
    keys: ['Mod+Shift+KeyH'],
    when: hasProject,
    run: toggleVersions,
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
    id: 'generate.stale',
    label: strings.generateStale,
    category: categories.generate,
    keys: ['Shift+Mod+Enter'],
    when: hasProject,
    run: askGenerateStale,
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
    id: 'prompt.map',
    label: strings.promptMap,
    category: categories.generate,
    keys: [],
    when: hasShot,
    run: openPromptMap,
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
    needs: strings.selectAClip,
    run: (app) => openExtend(app, 'forward'),
  },
  {
    id: 'generate.extendBackward',
    label: strings.extendBackward,
    category: categories.generate,
    keys: ['Shift+KeyE'],
    when: hasShot,
    needs: strings.selectAClip,
    run: (app) => openExtend(app, 'backward'),
  },
  {
    id: 'generate.retake',
    label: strings.retake,
    category: categories.generate,
    keys: ['KeyR'],
    when: hasShot,
    needs: strings.selectAClip,
    run: askRetake,
  },
  {
    id: 'generate.redoFromHere',
    label: strings.redoFromHere,
    category: categories.generate,
    keys: ['Shift+KeyR'],
    when: hasShot,
    needs: strings.selectAClip,
    run: redoFromHere,
  },
  {
    id: 'jobs.stop',
    label: strings.stop,
    category: categories.generate,
    keys: ['Mod+Period'],
    when: (app) => app.jobs.running !== null,
    run: stopRunning,
  },
  {
    id: 'jobs.discard',
    label: strings.discard,
    category: categories.generate,
    keys: ['Mod+Alt+Period'],
    when: (app) => app.jobs.running?.kind === 'generate',
    run: discardRunning,
  },
  {
    id: 'jobs.pause',
    label: strings.pause,
    category: categories.generate,
    keys: ['Mod+Shift+Period'],
    when: (app) => app.jobs.running !== null || app.jobs.paused.length > 0,
    run: pauseOrResume,
  },
  {
    id: 'generate.moreSeeds',
    label: strings.moreSeeds,
    category: categories.generate,
    keys: ['Mod+Shift+KeyR'],
    when: hasShot,
    needs: strings.selectAClip,
    run: (app) => {
      app.isQueueOpen = true;
      app.seedCountFocusRequests += 1;
    },
  },
  {
    id: 'takes.previous',
    label: strings.takePrevious,
    category: categories.takes,
    keys: ['Alt+ArrowUp'],
    when: hasShot,
    needs: strings.selectAClip,
    run: (app) => stepTake(app, -1),
  },
  {
    id: 'takes.next',
    label: strings.takeNext,
    category: categories.takes,
    keys: ['Alt+ArrowDown'],
    when: hasShot,
    needs: strings.selectAClip,
    run: (app) => stepTake(app, 1),
  },
  {
    id: 'takes.prune',
    label: strings.prune,
    category: categories.takes,
    keys: [],
    when: hasProject,
    needs: strings.openAProject,
    run: (app) => (app.dialog = { kind: 'prune' }),
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
    id: 'history.show',
    label: strings.showHistory,
    category: categories.takes,
    keys: ['Mod+Digit3'],
    when: hasProject,
    run: (app) => (app.leftTab = 'history'),
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
    id: 'help.palette',
    label: strings.palette,
    category: categories.help,
    keys: ['Mod+Shift+KeyP'],
    when: (app) => app.screen !== 'loading',
    run: (app) => (app.dialog = { kind: 'palette' }),
  },
  {
    id: 'help.settings',
    label: strings.settings,
    category: categories.help,
    keys: ['Mod+Comma'],
    when: (app) => app.screen !== 'loading',
    run: (app) => (app.dialog = { kind: 'settings' }),
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
    id: 'help.library',
    label: strings.library,
    category: categories.help,
    keys: [],
    when: (app) => app.screen !== 'loading',
    run: (app) => (app.dialog = { kind: 'library' }),
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
