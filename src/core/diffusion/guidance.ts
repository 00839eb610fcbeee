/**
 * Classifier-free guidance: push the prediction away from what the negative prompt would give.
 * @see Ho & Salimans 2022, arXiv:2207.12598
 */
import { assert } from '../errors';

/**
 * out = u + guidance·(c − u), rounded to float32 after every operation, as numpy and torch do.
 * @param pair model output for the batch [uncond, cond], float32 [2, …]
 * @param out  float32, half as long; may not overlap `pair`
 */
export function guidedFromPair(pair: Float32Array, guidance: number, out: Float32Array): void {
  const half = out.length;
  assert(pair.length === 2 * half, `a guided pair of ${half} values needs ${2 * half}, got ${pair.length}`);
  const scale = Math.fround(guidance);
  for (let i = 0; i < half; i++) {
    const uncond = pair[i] ?? 0;
    out[i] = uncond + Math.fround(scale * Math.fround((pair[half + i] ?? 0) - uncond));
  }
}
