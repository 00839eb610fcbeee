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
  when(app: AppState): boolean;
  run(app: AppState): void;
}
