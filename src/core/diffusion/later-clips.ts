/**
 * What a model asks of a clip that it is shown behind a window's first frames: how many frames it may have, and where it
 * may begin. LTX reads whole latent frames: 8n + 1 frames of which the first two latent frames stand beside the others
 * with times of their own, so a clip of those may begin anywhere, and what is longer lies in place, on the latents' grid.
 */
import type { ModelLimits } from '../prompt/model-limits';

export interface LaterClips {
  /** Frames of a clip: step·n + 1, at least `least`. */
  readonly step: number;
  readonly least: number;
  /** Whether a longer one begins a multiple of `step` from its window's first frame. */
  readonly isOnGrid: boolean;
}

/** null = the model is shown single images only. */
export function laterClipsOf({
  family,
  frameGrid,
  conditioning,
}: Pick<ModelLimits, 'family' | 'frameGrid' | 'conditioning'>): LaterClips | null {
  if (conditioning.laterClips !== true || conditioning.laterImages < 1) return null;
  const step = family === 'ltx' ? frameGrid.multiple : 1;
  return { step, least: step + 1, isOnGrid: step > 1 };
}

/** The most frames ≤ `frames` that a clip can have; 1 = a single image, 0 = nothing. */
export function clipFloor(frames: number, { step, least }: LaterClips): number {
  return frames < least ? Math.max(0, Math.min(1, frames)) : Math.floor((frames - 1) / step) * step + 1;
}
