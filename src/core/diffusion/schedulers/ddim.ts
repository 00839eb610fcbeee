/**
 * diffusers' DDIMScheduler. One step: x₀ from the prediction, then x ← √ᾱ_prev·x₀ + √(1 − ᾱ_prev − s²)·ε + s·z with
 * s = η·√((1 − ᾱ_prev)/(1 − ᾱ)·(1 − ᾱ/ᾱ_prev)). Draws noise (one z per step, also on the last) only when η > 0.
 * Takes a number of steps. Dynamic thresholding, which is not for latents, is refused.
 * @see Song et al. 2021, arXiv:2010.02502, eq. 12 and 16; diffusers 0.42 scheduling_ddim.py
 */
import { assert } from '../../errors';
import { alphasCumprodOf, readBetaConfig, sigmaOfAlpha } from './noise-schedule';
import {
  clipSample,
  mixNoise,
  mixOfAlpha,
  originalFromPrediction,
  readPredictionType,
  readSampleClip,
  type PredictionType,
  type SampleClip,
} from './prediction';
import { drawNoise, SchedulerBase, type StepOptions, type TimestepSource } from './scheduler';
import { SchedulerConfigReader, type RawConfig } from './scheduler-config';
import {
  alphaAt,
  timestepSpacings,
  wholeTimesteps,
  type SpacingOptions,
  type TimestepSpacing,
} from './timestep-spacing';

const f = Math.fround;

export class DdimScheduler extends SchedulerBase {
  readonly className = 'DDIMScheduler';
  readonly timestepType = 'int64';
  readonly initNoiseSigma = 1;
  readonly #alphasCumprod: Float32Array;
  readonly #finalAlphaCumprod: number;
  readonly #prediction: PredictionType;
  readonly #clip: SampleClip;
  readonly #spacing: TimestepSpacing;
  readonly #spacingOptions: SpacingOptions;
  /** Timesteps from one step to the next; where it leads below 0 the run ends. */
  #stride = 0;

  /** @param config scheduler_config.json. @throws AppError model/unsupported */
  constructor(config: RawConfig) {
    super();
    const reader = new SchedulerConfigReader(config, this.className);
    const betas = readBetaConfig(reader, { start: 0.0001, end: 0.02, schedule: 'linear' });
    this.#alphasCumprod = alphasCumprodOf(betas);
    this.#finalAlphaCumprod = reader.boolean('set_alpha_to_one', true) ? 1 : (this.#alphasCumprod[0] ?? 1);
    this.#prediction = readPredictionType(reader);
    this.#clip = readSampleClip(reader, true);
    this.#spacing = reader.oneOf('timestep_spacing', timestepSpacings, 'leading');
    this.#spacingOptions = {
      numTrainTimesteps: betas.numTrainTimesteps,
      stepsOffset: reader.wholeNumber('steps_offset', 0, { min: 0 }),
    };
    reader.only('thresholding', false);
    reader.ignore('dynamic_thresholding_ratio', 'sample_max_value');
    reader.finish();
  }

  protected applyTimesteps(source: TimestepSource): void {
    assert('steps' in source, 'DDIM takes a number of steps');
    this.timesteps = Float32Array.from(wholeTimesteps(this.#spacing, source.steps, this.#spacingOptions));
    this.#stride = Math.floor(this.#spacingOptions.numTrainTimesteps / source.steps);
    const last = this.timesteps.length - 1;
    this.sigmas = Float32Array.from({ length: last + 2 }, (_, i) =>
      sigmaOfAlpha(i <= last ? this.#alphaAt(i) : this.#alphaAfter(last)),
    );
  }

  override predictOriginalSample(
    modelOutput: Float32Array,
    index: number,
    sample: Float32Array,
    out: Float32Array,
  ): void {
    originalFromPrediction(this.#prediction, mixOfAlpha(this.#alphaAt(index)), modelOutput, sample, out);
    clipSample(out, this.#clip);
  }

  override addNoise(original: Float32Array, noise: Float32Array, index: number, out: Float32Array): void {
    mixNoise(mixOfAlpha(this.#alphaAt(index)), original, noise, out);
  }

  protected applyStep(modelOutput: Float32Array, index: number, sample: Float32Array, options: StepOptions): void {
    const at = this.#alphaAt(index);
    const previous = this.#alphaAfter(index);
    const { alpha, sigma } = mixOfAlpha(at);
    const original = new Float32Array(sample.length);
    originalFromPrediction(this.#prediction, { alpha, sigma }, modelOutput, sample, original);
    const noisePart = this.#noiseFromPrediction(modelOutput, sample, original, { alpha, sigma });
    // The noise is that of the prediction, not of the clipped x₀ (use_clipped_model_output is off in every pipeline).
    clipSample(original, this.#clip);

    const eta = options.eta ?? 0;
    const variance = f(f(f(1 - previous) / f(1 - at)) * f(1 - f(at / previous)));
    const deviation = f(f(eta) * f(Math.sqrt(variance)));
    const toOriginal = f(Math.sqrt(previous));
    const toNoise = f(Math.sqrt(f(f(1 - previous) - f(deviation * deviation))));
    for (let i = 0; i < sample.length; i++)
      sample[i] = f(toOriginal * (original[i] ?? 0)) + f(toNoise * (noisePart[i] ?? 0));
    if (eta > 0) {
      const z = drawNoise(options, sample.length, this.className);
      for (let i = 0; i < sample.length; i++) sample[i] = (sample[i] ?? 0) + f(deviation * (z[i] ?? 0));
    }
  }

  #noiseFromPrediction(
    modelOutput: Float32Array,
    sample: Float32Array,
    original: Float32Array,
    { alpha, sigma }: { readonly alpha: number; readonly sigma: number },
  ): Float32Array {
    switch (this.#prediction) {
      case 'epsilon':
        return modelOutput;
      case 'sample':
        return sample.map((x, i) => f(x - f(alpha * (original[i] ?? 0))) / sigma);
      case 'v_prediction':
        return sample.map((x, i) => f(alpha * (modelOutput[i] ?? 0)) + f(sigma * x));
      default:
        return this.#prediction satisfies never;
    }
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
