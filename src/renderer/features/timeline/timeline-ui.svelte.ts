/**
 * What the timeline itself remembers while the window is open: the tool, what is being written or dropped, how wide it
 * is. Nothing here is saved.
 */
import type { CopiedClips } from '@core/timeline/paste';
import type { AppState } from '../../state/app.svelte';

export interface PendingDrop {
  readonly clientX: number;
  readonly clientY: number;
  /** Pictures, or films. */
  readonly mediaIds: readonly string[];
  readonly isFilm?: boolean;
  readonly trackId: string;
  readonly frame: number;
}

/** One thing that can be done, with what it costs or why it cannot be done. */
export interface ChoiceItem {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  /** Why it cannot be chosen; null when it can. */
  readonly refusal: string | null;
  /** Project frames of a clip that it changes, drawn hatched while it is looked at. */
  readonly preview: {
    readonly clipId: string;
    readonly from: number;
    readonly to: number;
    readonly label: string;
  } | null;
  readonly run: () => void;
}

/** A question asked over the timeline; answering or closing it gives the focus back. */
export interface Choice {
  readonly title: string;
  /** Project frame it stands at. */
  readonly frame: number;
  readonly items: readonly ChoiceItem[];
}

/** What the right button was pressed on. */
export type MenuOn =
  | { readonly kind: 'clip' | 'transition' | 'block' | 'marker' | 'track'; readonly id: string }
  /** Free room of a track, or a gap between two clips. */
  | { readonly kind: 'room'; readonly trackId: string; readonly frame: number }
  | { readonly kind: 'ruler' | 'viewer' };

export interface OpenMenu {
  readonly on: MenuOn;
  readonly clientX: number;
  readonly clientY: number;
}

export const tools = ['select', 'blade', 'trim', 'slip', 'slide'] as const;
export type Tool = (typeof tools)[number];

/** The height of tracks against what they have of themselves. */
export const MIN_TRACK_SCALE = 0.4;
export const MAX_TRACK_SCALE = 4;
const SCALE_KEY = 'onionskin.track-scale';

export class TimelineUi {
  trackScale = $state(1);
  tool: Tool = $state('select');
  choice: Choice | null = $state.raw(null);
  menu: OpenMenu | null = $state.raw(null);
  /** The track whose name is being written in its header. */
  renamingTrackId: string | null = $state(null);
  /** What the choice under the pointer or focus would change. */
  choicePreview: ChoiceItem['preview'] = $state.raw(null);
  /** The placed prompt block (clip and block) whose text is being written in place. */
  editingKey: string | null = $state(null);
  /** While something is dragged out of a clip's end the model's windows are shown. */
  isExtending = $state(false);
  /** The pinned image under the pointer or focus: what it influences is shown. */
  shownAnchorId: string | null = $state(null);
  /** The gap that was clicked, by a frame in it. Gone as soon as anything else is selected. */
  gap: { readonly trackId: string; readonly frame: number } | null = $state.raw(null);
  pendingDrop: PendingDrop | null = $state.raw(null);
  /** Clips that were copied; they can be put down in the project they came from. */
  clipboard: { readonly projectId: string; readonly copied: CopiedClips } | null = $state.raw(null);
  /** Width of the lanes in CSS pixels, without the track headers. */
  laneWidth = $state(0);
  /** Height there is for the video tracks. */
  tracksHeight = $state(0);

  /** From a press of the right button, or the keyboard's menu key. */
  openMenu(event: MouseEvent, on: MenuOn): void {
    event.preventDefault();
    event.stopPropagation();
    this.menu = { on, clientX: event.clientX, clientY: event.clientY };
  }

  setTrackScale(scale: number): void {
    this.trackScale = scale;
    localStorage.setItem(SCALE_KEY, String(scale));
  }
}

/** Kept by the window, like the sizes of its panels; anything unreadable means 1. */
export function keptTrackScale(): number {
  const kept = Number(localStorage.getItem(SCALE_KEY));
  return kept >= MIN_TRACK_SCALE && kept <= MAX_TRACK_SCALE ? kept : 1;
}

const uiByApp = new WeakMap<AppState, TimelineUi>();

export function timelineUiOf(app: AppState): TimelineUi {
  const known = uiByApp.get(app);
  if (known !== undefined) return known;
  const ui = new TimelineUi();
  uiByApp.set(app, ui);
  return ui;
}
