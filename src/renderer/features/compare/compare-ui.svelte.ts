/** What is being compared and how; the window's state, never the document's. */
import type { AppState } from '../../state/app.svelte';

export type CompareMode = 'wipe' | 'side' | 'flicker' | 'difference';
export const compareModes: readonly CompareMode[] = ['wipe', 'side', 'flicker', 'difference'];

export type SideName = 'a' | 'b';

/** Takes of one shot, by id. */
export interface ComparePair {
  readonly shotId: string;
  readonly a: string;
  readonly b: string;
}

export class CompareUi {
  pair: ComparePair | null = $state.raw(null);
  mode: CompareMode = $state('wipe');
  /** Where the wipe stands, 0 … 1 of the width; what is left of it is the first side. */
  wipe = $state(0.5);
  /** B first: on screen in flicker, on the left otherwise. */
  isFlipped = $state(false);
  /** The difference, times this. */
  gain: 1 | 4 = $state(1);
  /** Which of the seams plays over and over; null = none. */
  seamIndex: number | null = $state(null);
}

const uiByApp = new WeakMap<AppState, CompareUi>();

export function compareUiOf(app: AppState): CompareUi {
  const known = uiByApp.get(app);
  if (known !== undefined) return known;
  const ui = new CompareUi();
  uiByApp.set(app, ui);
  return ui;
}
