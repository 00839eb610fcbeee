/**
 * How visible the seam of an extension is: the jump between the last old and the first new frame, held against the
 * motion around it. A jump no larger than its neighbours cannot be seen as one.
 */
import { assert } from '../errors';

export interface SeamMeasure {
  /** Mean absolute difference of RGB bytes (0 … 255) across the seam. */
  readonly seam: number;
  /** Median of the same figure over the neighbouring pairs of frames; null when there are none. */
  readonly neighbours: number | null;
  /** seam ÷ neighbours; null when nothing moves around the seam or it has no neighbours. */
  readonly ratio: number | null;
}

/** Pairs looked at on either side of the seam. */
const REACH = 4;

/**
 * @param frames RGB bytes of consecutive frames, all of one size
 * @param firstNew index of the first frame after the seam, 1 … frames.length − 1
 */
export function measureSeam(frames: readonly Uint8Array[], firstNew: number): SeamMeasure {
  assert(Number.isInteger(firstNew) && firstNew >= 1 && firstNew < frames.length, `no seam before frame ${firstNew}`);
  const differenceAt = (index: number): number => meanDifference(frames[index - 1], frames[index]);
  const around: number[] = [];
  for (let index = firstNew - REACH; index <= firstNew + REACH; index++)
    if (index !== firstNew && index >= 1 && index < frames.length) around.push(differenceAt(index));
  const seam = differenceAt(firstNew);
  const neighbours = around.length === 0 ? null : median(around);
  return { seam, neighbours, ratio: neighbours === null || neighbours === 0 ? null : seam / neighbours };
}

/** Mean absolute difference of two frames' bytes. */
export function meanDifference(a: Uint8Array | undefined, b: Uint8Array | undefined): number {
  assert(a !== undefined && b !== undefined && a.length === b.length && a.length > 0, 'frames of one size expected');
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return sum / a.length;
}

/** Peak signal-to-noise ratio of two frames of bytes, in dB; Infinity when they are equal. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  assert(a.length === b.length && a.length > 0, 'frames of one size expected');
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return sum === 0 ? Infinity : 10 * Math.log10((255 * 255 * a.length) / sum);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
