/**
 * SparseCtrl is told of all known frames of a window with one strength (controlnet_conditioning_scale): the mean of what
 * each is to be held by.
 */
import type { ModelLimits } from '../prompt/model-limits';

/** Whether a package has one strength for all known frames of a window. */
export function hasOneStrength({ files = [] }: Pick<ModelLimits, 'files'>): boolean {
  return files.some(({ path }) => path.startsWith('controlnet/'));
}

export interface HeldWindow {
  readonly prefix: number;
  readonly later: number | null;
  readonly hold?: { readonly prefix: number; readonly later: number } | undefined;
  readonly also?: readonly { readonly frames: number; readonly hold: number }[] | undefined;
}

/** How firmly each known frame of a window is to be held. */
export function holdsOf({ prefix, later, hold = { prefix: 1, later: 1 }, also = [] }: HeldWindow): number[] {
  return [
    ...Array.from({ length: prefix }, () => hold.prefix),
    ...(later === null ? [] : [hold.later]),
    ...also.flatMap((stretch) => Array.from({ length: stretch.frames }, () => stretch.hold)),
  ];
}

/** The strength that stands for all of them; 0 where nothing is known. */
export function oneStrength(window: HeldWindow): number {
  const holds = holdsOf(window);
  return holds.reduce((sum, hold) => sum + hold, 0) / Math.max(1, holds.length);
}
