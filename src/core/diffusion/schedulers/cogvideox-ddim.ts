/**
 * diffusers' CogVideoXDDIMScheduler: deterministic DDIM on a signal-to-noise ratio shifted as in Stable Diffusion 3,
 * with zero terminal SNR applied to ᾱ itself. With scaled_linear betas ᾱ is double, as in diffusers. Takes a number of
 * steps. Draws no noise. `clip_sample` has no effect in diffusers' step, so it has none here.
 * @see Yang et al. 2024, arXiv:2408.06072; diffusers 0.42 scheduling_ddim_cogvideox.py
 */
import { assert } from '../../errors';
import { betasOf, readBetaConfig, type BetaConfig } from './noise-schedule';
import { mixNoise, mixOfAlpha, originalFromPrediction, readPredictionType, type PredictionType } from './prediction';
import { SchedulerBase, type TimestepSource } from './scheduler';
import { SchedulerConfigReader, type RawConfig } from './scheduler-config';
import {
  alphaAt,
  timestepSpacings,
  wholeTimesteps,
  type SpacingOptions,
  type TimestepSpacing,
} from './timestep-spacing';

const f = Math.fround;

export class CogVideoXDdimScheduler extends SchedulerBase {
  readonly className = 'CogVideoXDDIMScheduler';
  readonly timestepType = 'int64';
  readonly initNoiseSigma = 1;
  readonly #alphasCumprod: Float64Array;
  readonly #finalAlphaCumprod: number;
  /** float32 where ᾱ is, nothing where ᾱ is double. */
  readonly #round: (value: number) => number;
  readonly #prediction: PredictionType;
  readonly #spacing: TimestepSpacing;
  readonly #spacingOptions: SpacingOptions;
  #stride = 0;

  /** @param config scheduler_config.json. @throws AppError model/unsupported */
  constructor(config: RawConfig) {
    super();
    const reader = new SchedulerConfigReader(config, this.className);
    const betas = readBetaConfig(reader, { start: 0.00085, end: 0.012, schedule: 'scaled_linear' });
    const isDouble = betas.betaSchedule === 'scaled_linear' && betas.trainedBetas === null;
    this.#round = isDouble ? (value) => value : f;
    const snrShiftScale = reader.number('snr_shift_scale', 3, { min: 0 });
    this.#alphasCumprod = shiftedAlphas(betas, { isDouble, snrShiftScale });
    this.#finalAlphaCumprod = reader.boolean('set_alpha_to_one', true) ? 1 : (this.#alphasCumprod[0] ?? 1);
    this.#prediction = readPredictionType(reader);
    this.#spacing = reader.oneOf('timestep_spacing', timestepSpacings, 'leading');
    this.#spacingOptions = {
      numTrainTimesteps: betas.numTrainTimesteps,
      stepsOffset: reader.wholeNumber('steps_offset', 0, { min: 0 }),
    };
    reader.ignore('clip_sample', 'clip_sample_range', 'sample_max_value');
    reader.finish();
  }

  protected applyTimesteps(source: TimestepSource): void {
    assert('steps' in source, 'CogVideoX DDIM takes a number of steps');
    this.timesteps = Float32Array.from(wholeTimesteps(this.#spacing, source.steps, this.#spacingOptions));
    this.#stride = Math.floor(this.#spacingOptions.numTrainTimesteps / source.steps);
    const last = this.timesteps.length - 1;
    this.sigmas = Float32Array.from({ length: last + 2 }, (_, i) => {
      const alpha = i <= last ? this.#alphaAt(i) : this.#alphaAfter(last);
      return Math.sqrt((1 - alpha) / alpha);
    });
  }

  override predictOriginalSample(
    modelOutput: Float32Array,
    index: number,
    sample: Float32Array,
    out: Float32Array,
  ): void {
    const at = this.#alphaAt(index);
    const mix = { alpha: f(Math.sqrt(at)), sigma: f(Math.sqrt(this.#round(1 - at))) };
    originalFromPrediction(this.#prediction, mix, modelOutput, sample, out);
  }

  override addNoise(original: Float32Array, noise: Float32Array, index: number, out: Float32Array): void {
    mixNoise(mixOfAlpha(f(this.#alphaAt(index))), original, noise, out);
  }

  protected applyStep(modelOutput: Float32Array, index: number, sample: Float32Array): void {
    const round = this.#round;
    const at = this.#alphaAt(index);
    const previous = this.#alphaAfter(index);
    const toSample = round(Math.sqrt(round(round(1 - previous) / round(1 - at))));
    const kept = round(round(Math.sqrt(at)) * toSample);
    const toOriginal = f(round(round(Math.sqrt(previous)) - kept));
    const original = new Float32Array(sample.length);
    this.predictOriginalSample(modelOutput, index, sample, original);
    const scale = f(toSample);
    for (let i = 0; i < sample.length; i++)
      sample[i] = f(scale * (sample[i] ?? 0)) + f(toOriginal * (original[i] ?? 0));
  }

  #alphaAt(index: number): number {
    this.assertIndex(index);
    return alphaAt(this.#alphasCumprod, this.timesteps[index] ?? 0);
  }

  #alphaAfter(index: number): number {
    const previous = (this.timesteps[index] ?? 0) - this.#stride;
    return previous >= 0 ? alphaAt(this.#alphasCumprod, previous) : this.#finalAlphaCumprod;
  }
}

/** ᾱ/(s + (1 − s)·ᾱ), then √ᾱ shifted and scaled so that it ends at 0. */
function shiftedAlphas(
  betas: BetaConfig,
  options: { readonly isDouble: boolean; readonly snrShiftScale: number },
): Float64Array {
  const round = options.isDouble ? (value: number): number => value : f;
  const scale = options.snrShiftScale;
  let product = 1;
  const alphas = (options.isDouble ? doubleBetas(betas) : Float64Array.from(betasOf(betas))).map((beta) => {
    product *= round(1 - beta);
    const alpha = round(product);
    return round(alpha / round(scale + round(round(1 - scale) * alpha)));
  });
  if (!betas.rescaleBetasZeroSnr) return alphas;
  const roots = alphas.map((alpha) => round(Math.sqrt(alpha)));
  const first = roots[0] ?? 1;
  const last = roots.at(-1) ?? 0;
  const stretch = round(first / round(first - last));
  return roots.map((root) => {
    const scaled = round(round(root - last) * stretch);
    return round(scaled * scaled);
  });
}

/** torch.linspace(√start, √end, count, dtype=float64)². */
function doubleBetas({ numTrainTimesteps: count, betaStart, betaEnd }: BetaConfig): Float64Array {
  const start = Math.sqrt(betaStart);
  const end = Math.sqrt(betaEnd);
  const step = (end - start) / (count - 1);
  const half = Math.floor(count / 2);
  return Float64Array.from({ length: count }, (_, i) => {
    const root = i < half ? start + step * i : end - step * (count - i - 1);
    return root * root;
  });
}
