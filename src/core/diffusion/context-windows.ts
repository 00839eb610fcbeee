/**
 * Contexts for a denoiser that was trained on a fixed number of frames: overlapping stretches that cover a longer window,
 * and how much a frame of each counts where they overlap.
 * @see FreeNoise, arXiv:2310.15169 (the pyramid of weights); MultiDiffusion, arXiv:2302.08113 (averaging predictions)
 */
import { assert } from '../errors';

/** Frames that neighbouring contexts share at least. */
const OVERLAP = 4;

/** First frames of the contexts; the last context ends with the window. */
export function contextStarts(frames: number, contextFrames: number): number[] {
  assert(contextFrames >= 1 && frames >= contextFrames, `${frames} frames in contexts of ${contextFrames}`);
  const starts: number[] = [];
  const stride = Math.max(1, contextFrames - OVERLAP);
  for (let start = 0; start < frames - contextFrames; start += stride) starts.push(start);
  return [...starts, frames - contextFrames];
}

/** 1, 2 … n/2, n/2 … 2, 1: the middle of a context has seen most of what is around it. */
export function contextWeights(contextFrames: number): number[] {
  return Array.from({ length: contextFrames }, (_, i) => Math.min(i + 1, contextFrames - i));
}
