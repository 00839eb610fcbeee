/**
 * Guidance in a part of the run only. Outside it the conditional prediction is used alone, and the unconditional half
 * need not be computed: half the cost of those steps. Guidance at high noise narrows what is made, at low noise it
 * does nothing.
 * @see Kynkäänniemi et al. 2024, arXiv:2404.07724
 */
import { assert } from '../errors';

export interface SigmaInterval {
  /** Not guided at this σ or below. */
  readonly low: number;
  /** Guided up to and at this σ; Infinity = from the start. */
  readonly high: number;
}

/** The paper's rule, σ ∈ (low, high]; σ in the units of the scheduler's `sigmas`. */
export function isSigmaGuided(sigma: number, { low, high }: SigmaInterval): boolean {
  assert(low <= high, `the interval ends at ${low}, above its beginning at ${high}`);
  return low < sigma && sigma <= high;
}

export interface StepFraction {
  /** Fraction of the steps after which guidance starts, 0 … 1. */
  readonly start: number;
  /** Fraction of the steps after which it stops, 0 … 1. */
  readonly stop: number;
}

/** diffusers' guiders: by the step's index, trunc(start·steps) ≤ index < trunc(stop·steps). */
export function isStepGuided(index: number, steps: number, { start, stop }: StepFraction): boolean {
  assert(start >= 0 && stop <= 1, `fractions are from 0 to 1, got ${start} and ${stop}`);
  return Math.trunc(start * steps) <= index && index < Math.trunc(stop * steps);
}
