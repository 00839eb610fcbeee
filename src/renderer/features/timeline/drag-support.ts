/**
 * What every drag on the timeline shares: the host's geometry, the overlay it draws on, snapping, the note beside the
 * pointer and scrolling at the edges.
 */
import { snapTargets } from '@core/timeline/snap';
import type { AppState } from '../../state/app.svelte';
import type { Gesture, ProjectSession } from '../../state/session.svelte';
import type { TrackRow } from './lane-layout';
import type { Ghost } from './paint-tracks';
import { startDrag, type DragPoint } from './pointer-drag';
import { snapTo } from './snapping';
import { clamp, frameAtX } from './time-scale';

/** What a drag draws besides the document. Plain fields: the host redraws when told. */
export interface Overlay {
  snapFrame: number | null;
  ghost: Ghost | null;
  marquee: { readonly left: number; readonly top: number; readonly width: number; readonly height: number } | null;
  /** Beside the pointer: why an edit is not possible there. */
  note: { readonly text: string; readonly x: number; readonly y: number } | null;
}

export interface DragHost {
  readonly app: AppState;
  /** Stays in the page for the whole drag. */
  readonly element: HTMLElement;
  readonly overlay: Overlay;
  /** The lanes' box in the window, without headers. */
  lanes(): DOMRect;
  /** The box of the video tracks, as scrolled. */
  tracks(): DOMRect;
  rows(): readonly TrackRow[];
  /** Clips that touch a rectangle given in lane pixels. */
  clipsIn(left: number, top: number, right: number, bottom: number): readonly string[];
  redraw(): void;
}

export function frameUnder(host: DragHost, point: { readonly clientX: number }): number {
  return frameAtX(host.app.timelineView, point.clientX - host.lanes().left);
}

export function clearOverlay(host: DragHost): void {
  Object.assign(host.overlay, { snapFrame: null, ghost: null, marquee: null, note: null });
  host.redraw();
}

export function targets(host: DragHost, session: ProjectSession, exclude: readonly string[]): readonly number[] {
  return snapTargets(session.doc, { exclude, playhead: host.app.transport.playhead });
}

/** Shift holds snapping off for as long as it is down. */
export function snapped(host: DragHost, edges: readonly number[], fixed: readonly number[], point: DragPoint): number {
  const isOn = host.app.isSnapping !== point.shiftKey;
  const snap = isOn ? snapTo(edges, fixed, host.app.timelineView.pixelsPerFrame) : null;
  host.overlay.snapFrame = snap?.at ?? null;
  return snap?.delta ?? 0;
}

export function note(host: DragHost, point: DragPoint, text: string | null): void {
  const { left, top } = host.element.getBoundingClientRect();
  host.overlay.note = text === null ? null : { text, x: point.clientX - left + 12, y: point.clientY - top + 14 };
  host.redraw();
}

/** Puts the rectangle from where the pointer went down to where it is on the overlay. @returns it, in pixels of the window */
export function drawMarquee(
  host: DragHost,
  down: Pick<DragPoint, 'clientX' | 'clientY'>,
  point: DragPoint,
): { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number } {
  const [left, right] = [Math.min(down.clientX, point.clientX), Math.max(down.clientX, point.clientX)];
  const [top, bottom] = [Math.min(down.clientY, point.clientY), Math.max(down.clientY, point.clientY)];
  const area = host.element.getBoundingClientRect();
  host.overlay.marquee = { left: left - area.left, top: top - area.top, width: right - left, height: bottom - top };
  return { left, top, right, bottom };
}

const EDGE_PX = 28;

/** Scrolls while the pointer is held near the left or right edge, and lets the drag follow. */
export function createAutoScroll(
  host: DragHost,
  follow: (point: DragPoint) => void,
): { at(point: DragPoint): void; stop(): void } {
  let request: number | null = null;
  let last: DragPoint | null = null;
  const tick = (): void => {
    request = null;
    if (last === null) return;
    const { left, right } = host.lanes();
    const over =
      last.clientX > right - EDGE_PX ? last.clientX - (right - EDGE_PX) : Math.min(0, last.clientX - (left + EDGE_PX));
    const view = host.app.timelineView;
    const scrollX = Math.max(0, view.scrollX + clamp(over, -60, 60) * 0.3);
    if (scrollX === view.scrollX) return;
    view.scrollX = scrollX;
    follow(last);
    request = requestAnimationFrame(tick);
  };
  return {
    at: (point) => {
      last = point;
      request ??= requestAnimationFrame(tick);
    },
    stop: () => {
      last = null;
      if (request !== null) cancelAnimationFrame(request);
    },
  };
}

/** A drag that previews one edit and commits it on release. `follow` previews; it is called again while the view scrolls. */
export function dragEdit(
  host: DragHost,
  session: ProjectSession,
  down: PointerEvent,
  drag: {
    readonly label: string;
    readonly begin?: () => void;
    readonly follow: (point: DragPoint, gesture: Gesture) => void;
    readonly click?: () => void;
  },
): void {
  let gesture: Gesture | null = null;
  const follow = (point: DragPoint): void => {
    if (gesture !== null) drag.follow(point, gesture);
  };
  const scroll = createAutoScroll(host, follow);
  const stop = (): void => {
    scroll.stop();
    clearOverlay(host);
  };
  startDrag(host.element, down, {
    begin: () => {
      drag.begin?.();
      gesture = session.beginGesture(drag.label);
    },
    move: (point) => {
      follow(point);
      scroll.at(point);
    },
    end: () => {
      gesture?.commit();
      stop();
    },
    cancel: () => {
      gesture?.cancel();
      stop();
    },
    ...(drag.click && { click: drag.click }),
  });
}
