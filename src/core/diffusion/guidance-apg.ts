/**
 * Adaptive projected guidance: the guidance direction is averaged over steps (with negative momentum it turns away from
 * where it went before), held to a length, and its part along the conditional prediction, which saturates colours, is
 * weighted down. Follows diffusers' normalized_guidance, float32 with the projection in double.
 * @see Sadat et al. 2024, arXiv:2410.02416; diffusers 0.42 guiders/adaptive_projected_guidance.py
 */
import { assert } from '../errors';
import { type GuidanceScale, scaleOf } from './guidance';

const f = Math.fround;
/** torch.nn.functional.normalize divides by no less than this. */
const NORM_MIN = 1e-12;

export interface ApgOptions {
  /** As in classifier-free guidance; 1 = only the (projected) difference itself. */
  readonly scale: GuidanceScale;
  /** Weight of the part along the conditional prediction: 1 = classifier-free guidance, 0 = none of it. */
  readonly eta: number;
  /** Longest difference vector (L2 over all values); 0 = any length. */
  readonly normThreshold: number;
  /** Weight of the earlier steps' average; negative is usual (−0.5 … −0.75); null = no average. */
  readonly momentum: number | null;
}

/**
 * One step for one item of a batch.
 * @param uncond,cond float32 predictions of one length
 * @param average     the running average of the run, zeros at its start, updated in place; it is part of a saved run.
 *                    Not touched when momentum is null
 * @param out         float32; may be `uncond` or `cond`, not `average`
 */
export function apgGuided(
  uncond: Float32Array,
  cond: Float32Array,
  options: ApgOptions & { readonly average: Float32Array | null; readonly out: Float32Array },
): void {
  const { scale, eta, normThreshold, momentum, average, out } = options;
  const count = out.length;
  assert(uncond.length === count && cond.length === count, 'APG needs predictions of one length');
  assert(momentum === null || average?.length === count, 'momentum needs the average of the steps before');

  const difference = new Float32Array(count);
  for (let i = 0; i < count; i++) difference[i] = (cond[i] ?? 0) - (uncond[i] ?? 0);
  if (momentum !== null && average) {
    const weight = f(momentum);
    for (let i = 0; i < count; i++) average[i] = (difference[i] ?? 0) + f(weight * (average[i] ?? 0));
    difference.set(average);
  }
  if (normThreshold > 0) {
    const shrink = Math.min(1, f(f(1 / f(norm(difference))) * f(normThreshold)));
    for (let i = 0; i < count; i++) difference[i] = (difference[i] ?? 0) * shrink;
  }

  const length = Math.max(norm(cond), NORM_MIN);
  let along = 0;
  for (let i = 0; i < count; i++) along += (difference[i] ?? 0) * ((cond[i] ?? 0) / length);
  const strength = scaleOf(scale);
  const parallelWeight = f(eta);
  for (let i = 0; i < count; i++) {
    const parallel = along * ((cond[i] ?? 0) / length);
    const orthogonal = f((difference[i] ?? 0) - parallel);
    const update = f(orthogonal + f(parallelWeight * f(parallel)));
    out[i] = (uncond[i] ?? 0) + f(strength(i) * update);
  }
}

function norm(values: Float32Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}
