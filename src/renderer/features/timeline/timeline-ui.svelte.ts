/**
 * What the timeline itself remembers while the window is open: the tool, what is being written or dropped, how wide it
 * is. Nothing here is saved.
 */
import type { AppState } from '../../state/app.svelte';

export interface PendingDrop {
  readonly clientX: number;
  readonly clientY: number;
  readonly mediaIds: readonly string[];
  readonly trackId: string;
  readonly frame: number;
}

export class TimelineUi {
  tool: 'select' | 'blade' = $state('select');
  /** The placed prompt block (clip and block) whose text is being written in place. */
  editingKey: string | null = $state(null);
  /** While something is dragged out of a clip's end the model's windows are shown. */
  isExtending = $state(false);
  pendingDrop: PendingDrop | null = $state.raw(null);
  /** Width of the lanes in CSS pixels, without the track headers. */
  laneWidth = $state(0);
  /** Height there is for the video tracks. */
  tracksHeight = $state(0);
}

const uiByApp = new WeakMap<AppState, TimelineUi>();

export function timelineUiOf(app: AppState): TimelineUi {
  const known = uiByApp.get(app);
  if (known !== undefined) return known;
  const ui = new TimelineUi();
  uiByApp.set(app, ui);
  return ui;
}
