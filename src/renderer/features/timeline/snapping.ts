/**
 * Snapping in pixels: which of the edges being dragged lies closest to a fixed point, within reach on screen.
 * Frames are project frames. The fixed points come sorted from core/timeline/snap, once per drag.
 */
export const SNAP_REACH_PX = 8;

export interface Snap {
  /** Frames to add to the drag so that it lands exactly. */
  readonly delta: number;
  /** The fixed point it lands on, for the line that is drawn there. */
  readonly at: number;
}

/** @param moving frames of the dragged edges as they would be without snapping. Null when nothing is in reach. */
export function snapTo(
  moving: readonly number[],
  sortedTargets: readonly number[],
  pixelsPerFrame: number,
): Snap | null {
  const reachFrames = SNAP_REACH_PX / pixelsPerFrame;
  let best: Snap | null = null;
  for (const frame of moving) {
    const at = nearest(sortedTargets, frame);
    if (at === null) continue;
    const delta = at - frame;
    if (Math.abs(delta) <= reachFrames && (best === null || Math.abs(delta) < Math.abs(best.delta)))
      best = { delta, at };
  }
  return best;
}

/** The closest of `sorted`, the earlier one when two are as close. */
function nearest(sorted: readonly number[], value: number): number | null {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  const after = sorted[low];
  const before = sorted[low - 1];
  if (before === undefined) return after ?? null;
  if (after === undefined) return before;
  return value - before <= after - value ? before : after;
}
