/**
 * Ways to lay noise levels between a highest and a lowest σ: Karras, exponential, Beta; and from σ back to a timestep.
 * All in double, as numpy has them; callers round to float32 where diffusers does.
 * @see Karras et al. 2022, arXiv:2206.00364, eq. 5; Lee et al. 2024, arXiv:2407.12173
 */
import { linspace } from '../flow-match-euler';
import { betaQuantile } from './beta-quantile';
import { unsupportedConfig, type SchedulerConfigReader } from './scheduler-config';

export type SigmaSpacing = 'none' | 'karras' | 'exponential' | 'beta';

const KARRAS_RHO = 7;

/** Reads use_karras_sigmas, use_exponential_sigmas, use_beta_sigmas. @throws AppError when more than one is on */
export function readSigmaSpacing(config: SchedulerConfigReader): SigmaSpacing {
  const on = (['karras', 'exponential', 'beta'] as const).filter((kind) => config.boolean(`use_${kind}_sigmas`, false));
  if (on.length > 1) throw unsupportedConfig(`use_${on[1] ?? ''}_sigmas`, true);
  return on[0] ?? 'none';
}

/** `steps` levels from `high` down to `low`. */
export function spacedSigmas(
  spacing: Exclude<SigmaSpacing, 'none'>,
  steps: number,
  range: { readonly high: number; readonly low: number },
): number[] {
  const { high, low } = range;
  switch (spacing) {
    case 'karras': {
      const top = high ** (1 / KARRAS_RHO);
      const bottom = low ** (1 / KARRAS_RHO);
      return linspace(0, 1, steps).map((ramp) => (top + ramp * (bottom - top)) ** KARRAS_RHO);
    }
    case 'exponential':
      return linspace(Math.log(high), Math.log(low), steps).map(Math.exp);
    case 'beta':
      return linspace(0, 1, steps).map((ramp) => low + betaQuantile(1 - ramp) * (high - low));
    default:
      return spacing satisfies never;
  }
}

/**
 * _sigma_to_t: the fractional timestep whose σ this is, linear in log σ, held at both ends.
 * @param logSigmas     float32 log σ_t of the training schedule, rising
 * @param options.round Math.fround where numpy has σ as float32 (own sigmas); none where it is double
 */
export function timestepOfSigma(
  sigma: number,
  logSigmas: Float32Array,
  options: { readonly round?: (value: number) => number } = {},
): number {
  const round = options.round ?? ((value: number): number => value);
  const wanted = round(Math.log(Math.max(sigma, 1e-10)));
  // The highest t whose σ is not above the wanted one, but never the last: an interval begins there.
  let low = 0;
  while (low < logSigmas.length - 2 && wanted >= (logSigmas[low + 1] ?? 0)) low++;
  const below = logSigmas[low] ?? 0;
  // The difference of two float32 is one, whatever σ is.
  const weight = round(round(below - wanted) / Math.fround(below - (logSigmas[low + 1] ?? 0)));
  const held = Math.min(1, Math.max(0, weight));
  return round(1 - held) * low + held * (low + 1);
}
