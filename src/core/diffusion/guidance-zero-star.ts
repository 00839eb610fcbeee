/**
 * CFG-Zero*: the unconditional prediction is first scaled to fit the conditional one best, and the first steps of a flow
 * model, whose predictions are worse than none, are left out.
 * @see Fan et al. 2025, arXiv:2503.18886; diffusers 0.42 guiders/classifier_free_zero_star_guidance.py
 */
import { assert } from '../errors';
import { type GuidanceScale, scaleOf } from './guidance';

const f = Math.fround;
const EPSILON = f(1e-8);

/** Whether step `index` predicts zero, and the model need not be run. */
export function isZeroInitStep(index: number, zeroInitSteps: number): boolean {
  return index < zeroInitSteps;
}

/** s* = ⟨c, u⟩ / (|u|² + 1e-8): the scale of u that is nearest to c. float32. */
export function zeroStarScale(uncond: Float32Array, cond: Float32Array): number {
  assert(uncond.length === cond.length, 'CFG-Zero* needs predictions of one length');
  let dot = 0;
  let squares = 0;
  for (let i = 0; i < cond.length; i++) {
    const u = uncond[i] ?? 0;
    dot += (cond[i] ?? 0) * u;
    squares += u * u;
  }
  return f(f(dot) / f(f(squares) + EPSILON));
}

/**
 * out = s*·u + guidance·(c − s*·u), for one item of a batch.
 * @param uncond,cond float32 predictions of one length
 * @param out         float32; may be one of them
 */
export function zeroStarGuided(
  uncond: Float32Array,
  cond: Float32Array,
  guidance: GuidanceScale,
  out: Float32Array,
): void {
  const fit = zeroStarScale(uncond, cond);
  const scale = scaleOf(guidance);
  for (let i = 0; i < out.length; i++) {
    const u = f((uncond[i] ?? 0) * fit);
    out[i] = u + f(scale(i) * f((cond[i] ?? 0) - u));
  }
}
