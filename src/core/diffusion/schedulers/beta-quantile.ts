/**
 * Quantiles of the Beta(0.6, 0.6) distribution, for "beta sigmas" (diffusers takes them from scipy.stats.beta.ppf).
 * Accurate to 1e-13; the sigmas made from them are float32.
 * @see Lee et al. 2024, arXiv:2407.12173; the series is DLMF 8.17.7
 */
import { assert } from '../../errors';

const SHAPE = 0.6;
/** B(0.6, 0.6) = Γ(0.6)² / Γ(1.2). */
const BETA_FUNCTION = 2.4153442080024714;
const HALVINGS = 60;

/** The x with P(X ≤ x) = probability; 0 ≤ probability ≤ 1. */
export function betaQuantile(probability: number): number {
  assert(probability >= 0 && probability <= 1, `a probability is from 0 to 1, got ${probability}`);
  // The distribution is symmetric, and the series converges fast below one half.
  if (probability > 0.5) return 1 - betaQuantile(1 - probability);
  let low = 0;
  let high = 0.5;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (cumulative(middle) < probability) low = middle;
    else high = middle;
  }
  return probability === 0 ? 0 : (low + high) / 2;
}

/** I_x(a, a) = x^a/B · Σ (1 − a)_n xⁿ / (n! (a + n)) for 0 ≤ x ≤ 1/2. */
function cumulative(x: number): number {
  let term = 1;
  let sum = 1 / SHAPE;
  for (let n = 1; n <= 80 && term > 1e-18; n++) {
    term *= ((n - SHAPE) / n) * x;
    sum += term / (SHAPE + n);
  }
  return (x ** SHAPE * sum) / BETA_FUNCTION;
}
