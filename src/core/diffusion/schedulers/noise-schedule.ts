/**
 * β and ᾱ (alphas_cumprod) of a training schedule, bit for bit as torch 2.13 on x86-64 with FMA computes them in float32:
 * the linspace is one fused multiply-add per value, from the nearer end; the cumulative product is kept in double and
 * rounded per value.
 * @see diffusers scheduling_ddim.py; Lin et al. 2024, arXiv:2305.08891 (zero terminal SNR)
 */
import { assert } from '../../errors';
import type { SchedulerConfigReader } from './scheduler-config';

const f = Math.fround;

export interface BetaConfig {
  readonly numTrainTimesteps: number;
  readonly betaStart: number;
  readonly betaEnd: number;
  readonly betaSchedule: 'linear' | 'scaled_linear' | 'squaredcos_cap_v2';
  /** Given instead of the three above; null = not. */
  readonly trainedBetas: readonly number[] | null;
  readonly rescaleBetasZeroSnr: boolean;
}

export function readBetaConfig(
  config: SchedulerConfigReader,
  defaults: { readonly start: number; readonly end: number; readonly schedule: BetaConfig['betaSchedule'] },
): BetaConfig {
  const trainedBetas = config.numbers('trained_betas');
  return {
    numTrainTimesteps: config.wholeNumber('num_train_timesteps', 1000, { min: 2 }),
    betaStart: config.number('beta_start', defaults.start, { min: 0 }),
    betaEnd: config.number('beta_end', defaults.end, { min: 0 }),
    betaSchedule: config.oneOf('beta_schedule', ['linear', 'scaled_linear', 'squaredcos_cap_v2'], defaults.schedule),
    trainedBetas,
    rescaleBetasZeroSnr: config.boolean('rescale_betas_zero_snr', false),
  };
}

/** torch.linspace(from, to, count, dtype=float32). */
export function torchLinspace(from: number, to: number, count: number): Float32Array {
  const start = f(from);
  const end = f(to);
  const step = f(f(end - start) / f(count - 1));
  const half = Math.floor(count / 2);
  return Float32Array.from({ length: count }, (_, i) => (i < half ? start + step * i : end - step * (count - i - 1)));
}

/** float32 [numTrainTimesteps]. */
export function betasOf(config: BetaConfig): Float32Array {
  const { numTrainTimesteps: count, betaStart, betaEnd } = config;
  if (config.trainedBetas !== null) return Float32Array.from(config.trainedBetas);
  switch (config.betaSchedule) {
    case 'linear':
      return torchLinspace(betaStart, betaEnd, count);
    case 'scaled_linear':
      return torchLinspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), count).map((root) => root * root);
    case 'squaredcos_cap_v2':
      return cosineBetas(count);
    default:
      config.betaSchedule satisfies never;
      throw new Error('unreachable');
  }
}

const COSINE_BETA_MAX = 0.999;

/** betas_for_alpha_bar: β from ᾱ(t) = cos²((t + 0.008)/1.008 · π/2), in double. @see arXiv:2102.09672 */
function cosineBetas(count: number): Float32Array {
  const alphaBar = (t: number): number => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2;
  return Float32Array.from({ length: count }, (_, i) =>
    Math.min(1 - alphaBar((i + 1) / count) / alphaBar(i / count), COSINE_BETA_MAX),
  );
}

/** ᾱ_t, float32 [numTrainTimesteps]; its last value is 0 with rescaleBetasZeroSnr. */
export function alphasCumprodOf(config: BetaConfig): Float32Array {
  const betas = betasOf(config);
  return cumprod((config.rescaleBetasZeroSnr ? rescaleZeroTerminalSnr(betas) : betas).map((beta) => 1 - beta));
}

/** As above, but what the solvers on σ use: at zero SNR the last value is 2⁻²⁴, so that σ stays finite. */
export function alphasCumprodForSigmas(config: BetaConfig): Float32Array {
  const alphas = alphasCumprodOf(config);
  if (config.rescaleBetasZeroSnr) alphas[alphas.length - 1] = 2 ** -24;
  return alphas;
}

/** σ_t = √((1 − ᾱ)/ᾱ), float32. */
export function sigmasOf(alphasCumprod: Float32Array): Float32Array {
  return alphasCumprod.map((alpha) => sigmaOfAlpha(alpha));
}

export function sigmaOfAlpha(alphaCumprod: number): number {
  return f(Math.sqrt(f(f(1 - alphaCumprod) / alphaCumprod)));
}

function cumprod(values: Float32Array): Float32Array {
  let product = 1;
  return values.map((value) => (product *= value));
}

/** β such that √ᾱ ends at 0 and begins where it did. */
function rescaleZeroTerminalSnr(betas: Float32Array): Float32Array {
  const roots = cumprod(betas.map((beta) => 1 - beta)).map((alpha) => Math.sqrt(alpha));
  const first = roots[0];
  const last = roots.at(-1);
  assert(first !== undefined && last !== undefined, 'a schedule has at least one β');
  const scale = f(first / f(first - last));
  const alphaBar = roots.map((root) => {
    const scaled = f(f(root - last) * scale);
    return scaled * scaled;
  });
  return alphaBar.map((alpha, t) => 1 - (t === 0 ? alpha : f(alpha / (alphaBar[t - 1] ?? 1))));
}
