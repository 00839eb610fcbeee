/**
 * diffusers' DDPMScheduler: x ← c₀·x₀ + c₁·x + s·z with the posterior's coefficients. Draws noise on every step but one
 * at timestep 0. Takes a number of steps or own timesteps.
 * Learned variances (models that predict twice the channels) and dynamic thresholding are refused.
 * @see Ho et al. 2020, arXiv:2006.11239, eq. 6 and 7; diffusers 0.42 scheduling_ddpm.py
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
const VARIANCE_MIN = f(1e-20);

export class DdpmScheduler extends SchedulerBase {
  readonly className = 'DDPMScheduler';
  readonly timestepType = 'int64';
  readonly initNoiseSigma = 1;
  readonly #alphasCumprod: Float32Array;
  readonly #prediction: PredictionType;
  readonly #clip: SampleClip;
  readonly #varianceType: 'fixed_small' | 'fixed_small_log' | 'fixed_large';
  readonly #spacing: TimestepSpacing;
  readonly #spacingOptions: SpacingOptions;

  /** @param config scheduler_config.json. @throws AppError model/unsupported */
  constructor(config: RawConfig) {
    super();
    const reader = new SchedulerConfigReader(config, this.className);
    const betas = readBetaConfig(reader, { start: 0.0001, end: 0.02, schedule: 'linear' });
    this.#alphasCumprod = alphasCumprodOf(betas);
    this.#prediction = readPredictionType(reader);
    this.#clip = readSampleClip(reader, true);
    this.#varianceType = reader.oneOf(
      'variance_type',
      ['fixed_small', 'fixed_small_log', 'fixed_large'],
      'fixed_small',
    );
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
    assert(!('sigmas' in source), 'DDPM takes a number of steps or timesteps');
    this.timesteps = Float32Array.from(
      'steps' in source ? wholeTimesteps(this.#spacing, source.steps, this.#spacingOptions) : source.timesteps,
    );
    this.sigmas = Float32Array.from({ length: this.timesteps.length + 1 }, (_, i) => sigmaOfAlpha(this.#alphaAt(i)));
  }

  override predictOriginalSample(
    modelOutput: Float32Array,
    index: number,
    sample: Float32Array,
    out: Float32Array,
  ): void {
    this.assertIndex(index);
    originalFromPrediction(this.#prediction, mixOfAlpha(this.#alphaAt(index)), modelOutput, sample, out);
    clipSample(out, this.#clip);
  }

  override addNoise(original: Float32Array, noise: Float32Array, index: number, out: Float32Array): void {
    this.assertIndex(index);
    mixNoise(mixOfAlpha(this.#alphaAt(index)), original, noise, out);
  }

  protected applyStep(modelOutput: Float32Array, index: number, sample: Float32Array, options: StepOptions): void {
    const at = this.#alphaAt(index);
    const previous = this.#alphaAt(index + 1);
    const alpha = f(at / previous);
    const beta = f(1 - alpha);
    const noiseShare = f(1 - at);
    const previousNoiseShare = f(1 - previous);
    const original = new Float32Array(sample.length);
    this.predictOriginalSample(modelOutput, index, sample, original);

    const toOriginal = f(f(f(Math.sqrt(previous)) * beta) / noiseShare);
    const toSample = f(f(f(Math.sqrt(alpha)) * previousNoiseShare) / noiseShare);
    for (let i = 0; i < sample.length; i++)
      sample[i] = f(toOriginal * (original[i] ?? 0)) + f(toSample * (sample[i] ?? 0));

    if ((this.timesteps[index] ?? 0) === 0) return;
    const z = drawNoise(options, sample.length, this.className);
    const deviation = this.#deviation(Math.max(VARIANCE_MIN, f(f(previousNoiseShare / noiseShare) * beta)), beta);
    for (let i = 0; i < sample.length; i++) sample[i] = (sample[i] ?? 0) + f(deviation * (z[i] ?? 0));
  }

  #deviation(posteriorVariance: number, beta: number): number {
    switch (this.#varianceType) {
      case 'fixed_small':
        return f(Math.sqrt(posteriorVariance));
      case 'fixed_small_log':
        return f(Math.exp(f(0.5 * f(Math.log(posteriorVariance)))));
      case 'fixed_large':
        return f(Math.sqrt(beta));
      default:
        return this.#varianceType satisfies never;
    }
  }

  /** ᾱ before step `index`; after the last one it is 1. */
  #alphaAt(index: number): number {
    const timestep = this.timesteps[index];
    return timestep === undefined ? 1 : alphaAt(this.#alphasCumprod, timestep);
  }
}
