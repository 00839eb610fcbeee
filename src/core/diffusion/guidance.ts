/**
 * Classifier-free guidance: push the prediction away from what the negative prompt would give; and the rescale that
 * takes back the contrast it adds. Arithmetic is float32 in diffusers' order.
 * Other ways to combine the two predictions: guidance-apg.ts, guidance-zero-star.ts. When to: guidance-interval.ts.
 * @see Ho & Salimans 2022, arXiv:2207.12598; Lin et al. 2024, arXiv:2305.08891, section 3.4
 */
import { assert } from '../errors';

const f = Math.fround;

/** One scale, or one for each value of a prediction: along a curve every frame has its own. */
export type GuidanceScale = number | Float32Array;

/** The scale of each value, as a function: float32. */
export function scaleOf(guidance: GuidanceScale): (at: number) => number {
  if (typeof guidance !== 'number') return (at) => guidance[at] ?? 1;
  const scale = f(guidance);
  return () => scale;
}

/**
 * out = u + guidance·(c − u), rounded to float32 after every operation, as numpy and torch do.
 * @param pair model output for the batch [uncond, cond], float32 [2, …]
 * @param out  float32, half as long; may not overlap `pair`
 */
export function guidedFromPair(pair: Float32Array, guidance: GuidanceScale, out: Float32Array): void {
  const half = out.length;
  assert(pair.length === 2 * half, `a guided pair of ${half} values needs ${2 * half}, got ${pair.length}`);
  guided(pair.subarray(0, half), pair.subarray(half), guidance, out);
}

/** The same of two arrays of one length; `out` may be `uncond`. */
export function guided(uncond: Float32Array, cond: Float32Array, guidance: GuidanceScale, out: Float32Array): void {
  const perValue = typeof guidance === 'number' ? null : guidance;
  const one = typeof guidance === 'number' ? f(guidance) : 1;
  for (let i = 0; i < out.length; i++) {
    const from = uncond[i] ?? 0;
    const scale = perValue === null ? one : (perValue[i] ?? 1);
    out[i] = from + f(scale * f((cond[i] ?? 0) - from));
  }
}

/**
 * rescale_noise_cfg: gives the guided prediction the standard deviation of the conditional one, and mixes the two.
 * The deviations are over all values (Bessel's correction), so call it once per item of a batch.
 * @param guided  float32, at least 2 values, changed in place
 * @param cond    the conditional prediction, same length
 * @param rescale φ, 0 = leave as it is … 1 = only the rescaled one; 0.7 is the paper's
 */
export function rescaleGuided(guided: Float32Array, cond: Float32Array, rescale: number): void {
  assert(guided.length === cond.length && guided.length > 1, 'rescaling needs two predictions of one length');
  assert(rescale >= 0 && rescale <= 1, `rescale is from 0 to 1, got ${rescale}`);
  if (rescale === 0) return;
  const ratio = f(f(standardDeviation(cond)) / f(standardDeviation(guided)));
  const rescaledShare = f(rescale);
  const plainShare = f(1 - rescale);
  for (let i = 0; i < guided.length; i++) {
    const value = guided[i] ?? 0;
    guided[i] = f(rescaledShare * f(value * ratio)) + f(plainShare * value);
  }
}

/** With Bessel's correction, in double. */
function standardDeviation(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}
