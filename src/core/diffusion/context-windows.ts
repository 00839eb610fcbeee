/**
 * Contexts for a denoiser that was trained on a fixed number of frames: overlapping stretches that cover a longer window,
 * and how much a frame of each counts where they overlap. In a loop they lie around a ring, so that the last frame has
 * the first one beside it like any other.
 * @see FreeNoise, arXiv:2310.15169 (the pyramid of weights); MultiDiffusion, arXiv:2302.08113 (averaging predictions);
 *   AnimateDiff-Evolved's closed loops (contexts whose frames are counted modulo the window)
 */
import { assert } from '../errors';

/** Frames that neighbouring contexts share at least. */
const OVERLAP = 4;

/** First frames of the contexts; the last context ends with the window. */
export function contextStarts(frames: number, contextFrames: number): number[] {
  assert(contextFrames >= 1 && frames >= contextFrames, `${frames} frames in contexts of ${contextFrames}`);
  const starts: number[] = [];
  const stride = strideOf(contextFrames);
  for (let start = 0; start < frames - contextFrames; start += stride) starts.push(start);
  return [...starts, frames - contextFrames];
}

/**
 * The same around a ring of frames: evenly apart, at least two, so that every seam of one lies inside another. Frame i of
 * a context is (start + i) mod frames.
 */
export function loopStarts(frames: number, contextFrames: number): number[] {
  assert(contextFrames >= 1 && frames >= contextFrames, `${frames} frames in contexts of ${contextFrames}`);
  const count = Math.min(frames, Math.max(2, Math.ceil(frames / strideOf(contextFrames))));
  return Array.from({ length: count }, (_, i) => Math.floor((i * frames) / count));
}

/** 1, 2 … n/2, n/2 … 2, 1: the middle of a context has seen most of what is around it. */
export function contextWeights(contextFrames: number): number[] {
  return Array.from({ length: contextFrames }, (_, i) => Math.min(i + 1, contextFrames - i));
}

function strideOf(contextFrames: number): number {
  return Math.max(1, contextFrames - OVERLAP);
}

/** Families whose engine can close a window to a loop. */
const looping: ReadonlySet<string> = new Set(['animatediff']);

export function closesLoops(family: string | undefined): boolean {
  return family !== undefined && looping.has(family);
}
