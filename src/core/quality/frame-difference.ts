/**
 * Two pictures held against each other, as the viewer composed them: RGBA, [height, width, 4], alpha ignored. Integer
 * arithmetic on the pixels, so that the figures are the same on every machine.
 */
import { assert } from '../errors';

export interface FrameDifference {
  /** Mean absolute difference of the colour bytes, 0 … 255. */
  readonly mean: number;
  /** Largest difference of any colour byte, 0 … 255. */
  readonly max: number;
  /** Peak signal-to-noise ratio in dB; Infinity when the pictures are equal. */
  readonly psnr: number;
}

/** @param a RGBA bytes; b of the same size */
export function differenceOf(a: Uint8ClampedArray, b: Uint8ClampedArray): FrameDifference {
  assert(a.length === b.length && a.length > 0 && a.length % 4 === 0, 'pictures of one size expected');
  let sum = 0;
  let squares = 0;
  let max = 0;
  for (let i = 0; i < a.length; i += 4)
    for (let c = i; c < i + 3; c++) {
      const difference = Math.abs((a[c] ?? 0) - (b[c] ?? 0));
      sum += difference;
      squares += difference * difference;
      if (difference > max) max = difference;
    }
  const count = (a.length / 4) * 3;
  return { mean: sum / count, max, psnr: squares === 0 ? Infinity : 10 * Math.log10((255 * 255 * count) / squares) };
}

/** |a − b| · gain for each colour byte, held at 255; opaque. Written into `out`, which is given back. */
export function paintDifference(
  a: Uint8ClampedArray,
  b: Uint8ClampedArray,
  { gain, out }: { readonly gain: number; readonly out: Uint8ClampedArray<ArrayBuffer> },
): Uint8ClampedArray<ArrayBuffer> {
  assert(a.length === b.length && a.length === out.length, 'pictures of one size expected');
  assert(Number.isInteger(gain) && gain >= 1, `gain is ${gain}`);
  for (let i = 0; i < a.length; i += 4) {
    for (let c = i; c < i + 3; c++) out[c] = Math.abs((a[c] ?? 0) - (b[c] ?? 0)) * gain;
    out[i + 3] = 255;
  }
  return out;
}
