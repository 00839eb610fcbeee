/**
 * What an action is. Menus, tooltips, the shortcut sheet and key dispatch all read the same records.
 */
import type { AppState } from '../state/app.svelte';

export interface Action {
  readonly id: string;
  readonly label: string;
  readonly category: string;
  /** By `event.code`: 'Mod+Enter', 'KeyJ', 'Space', 'Alt+ArrowUp'. Mod is Cmd on macOS and Ctrl elsewhere. */
  readonly keys: readonly string[];
  /** A mode of the window: its keys act only while the mode is open, and then before all others. */
  readonly scope?: 'compare';
  /** What is missing when it does not apply, as one sentence. */
  readonly needs?: string;
  when(app: AppState): boolean;
  run(app: AppState): void;
}
