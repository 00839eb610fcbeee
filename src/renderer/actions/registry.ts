/**
 * Every action of the studio, and the one place where keys become actions. Bare letters never fire while the artist
 * writes; in a text field only the Mod keys that do not edit text do.
 */
import { compareActions } from '../features/compare/actions';
import { curveActions } from '../features/curves/actions';
import { timelineActions } from '../features/timeline/actions';
import { viewerActions } from '../features/viewer/actions';
import type { AppState } from '../state/app.svelte';
import { strings as sessionStrings } from '../state/strings';
import type { Action } from './action';
import { matchesChord, parseChord } from './keys';
import type { Chord } from './keys';
import { keymap } from './keymap.svelte';
import type { KeyChanges } from './keymap.svelte';
import { studioActions } from './studio-actions';

export const actions: readonly Action[] = [
  // First: their keys win while a comparison is open.
  ...compareActions,
  ...studioActions,
  ...timelineActions,
  ...curveActions,
  ...viewerActions,
];

/** The same in the order in which people read them. */
export const listedActions: readonly Action[] = [
  ...studioActions,
  ...timelineActions,
  ...curveActions,
  ...viewerActions,
  ...compareActions,
];

const byId = new Map(actions.map((action) => [action.id, action]));

interface Bound {
  readonly chord: Chord;
  readonly action: Action;
}

let bound: readonly Bound[] = [];
let boundFor: readonly [KeyChanges, KeyChanges] | null = null;

/** What each key does now; made anew when the key map changes. */
function bindings(): readonly Bound[] {
  const { preset, custom } = keymap;
  if (boundFor?.[0] === preset && boundFor[1] === custom) return bound;
  bound = actions.flatMap((action) => keymap.keysFor(action).map((keys) => ({ chord: parseChord(keys), action })));
  boundFor = [preset, custom];
  return bound;
}

export function actionById(id: string): Action | null {
  return byId.get(id) ?? null;
}

/** First key of an action, for tooltips. */
export function keysOf(id: string): string | undefined {
  const action = byId.get(id);
  return action === undefined ? undefined : keymap.keysFor(action)[0];
}

/** Runs an action if it applies now. From the menu, undo and redo belong to the text field that has the focus. */
export function runAction(app: AppState, id: string): boolean {
  const action = byId.get(id);
  if (action === undefined || app.screen === 'loading') return false;
  if ((id === 'edit.undo' || id === 'edit.redo') && isText(document.activeElement)) {
    // The only way to a text field's own history; there is no replacement for it.
    return document.execCommand(id === 'edit.undo' ? 'undo' : 'redo');
  }
  app.flushEdits();
  if (!action.when(app)) return false;
  perform(app, action);
  return true;
}

/** While an earlier version is looked at, nothing is made from it or written of it. */
function perform(app: AppState, action: Action): void {
  const past = app.session?.past ?? null;
  if (past !== null && (action.id.startsWith('generate.') || action.id.startsWith('export.')))
    app.toast('info', sessionStrings.lookingBack, sessionStrings.lookingBackRemedy);
  else action.run(app);
}

const TEXT_EDITING = /^(Key[ACVXYZ]|Arrow.*|Backspace|Delete|Home|End)$/;
const ACTIVATES = new Set(['Space', 'Enter', 'NumpadEnter']);
const MOVES_WITHIN = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End']);

/**
 * Resolves a key press; prevents the browser's own meaning when an action took it. A key whose action does not apply now
 * says what is missing instead of doing nothing.
 */
export function dispatchKey(app: AppState, event: KeyboardEvent, isMac: boolean): void {
  if (event.defaultPrevented || event.isComposing || app.dialog !== null) return;
  const target = event.target instanceof Element ? event.target : null;
  let missing: string | null = null;
  for (const { chord, action } of bindings()) {
    if (!matchesChord(chord, event, isMac) || !mayFire(chord, target)) continue;
    if (!action.when(app)) {
      if (action.scope === undefined) missing ??= action.needs ?? null;
      continue;
    }
    event.preventDefault();
    // Holding the key would queue a run per repeat.
    if (event.repeat && action.id.startsWith('generate.')) return;
    app.flushEdits();
    perform(app, action);
    return;
  }
  if (missing === null || app.screen !== 'studio') return;
  event.preventDefault();
  if (!event.repeat) app.toast('info', missing);
}

/**
 * Enter with Ctrl, Cmd or Alt on a button, before the button hears of it: triggers of popovers and menus open at Enter whatever
 * is held with it, and would answer “generate” with a list of pictures.
 */
export function dispatchHeldEnter(app: AppState, event: KeyboardEvent, isMac: boolean): void {
  if (event.code !== 'Enter' || !(event.ctrlKey || event.metaKey || event.altKey)) return;
  if (!(event.target instanceof Element) || event.target.closest('button') === null) return;
  dispatchKey(app, event, isMac);
  if (event.defaultPrevented) event.stopPropagation();
}

const CLIPBOARD_ACTIONS: Readonly<Record<string, string>> = {
  cut: 'timeline.cut',
  copy: 'timeline.copy',
  paste: 'timeline.paste',
};

/** Cut, copy and paste chosen in the native menu arrive as events; text that is selected or written keeps them. */
export function dispatchClipboard(app: AppState, event: ClipboardEvent): void {
  const hasText = isText(document.activeElement) || window.getSelection()?.isCollapsed === false;
  if (event.defaultPrevented || app.dialog !== null || hasText) return;
  if (runAction(app, CLIPBOARD_ACTIONS[event.type] ?? '')) event.preventDefault();
}

function mayFire(chord: Chord, target: Element | null): boolean {
  const hasMod = chord.mod || chord.ctrl;
  if (isText(target)) return hasMod && !TEXT_EDITING.test(chord.code);
  if (hasMod || chord.alt || target === null) return true;
  if (
    ACTIVATES.has(chord.code) &&
    target.closest('button, a, summary, [role="button"], [role="tab"], [role="menuitem"]')
  )
    return false;
  return !(
    MOVES_WITHIN.has(chord.code) &&
    target.closest('[role="slider"], input[type="range"], [role="tablist"], [role="separator"], [role="menu"]')
  );
}

function isText(element: Element | null): boolean {
  if (element === null) return false;
  if (element instanceof HTMLInputElement) return !['button', 'checkbox', 'radio', 'range'].includes(element.type);
  return (
    element instanceof HTMLTextAreaElement ||
    element instanceof HTMLSelectElement ||
    (element instanceof HTMLElement && element.isContentEditable)
  );
}
