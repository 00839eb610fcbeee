/**
 * diffusers' LCMScheduler for latent consistency models (AnimateLCM): the model's x₀, blended with x by the boundary
 * condition, is the result; between steps it is noised again. Takes a number of steps or own timesteps. Draws noise on
 * every step but the last. Dynamic thresholding is refused.
 * @see Luo et al. 2023, arXiv:2310.04378; diffusers 0.42 scheduling_lcm.py
 */
import { assert, invalidInput } from '../../errors';
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
import { alphaAt } from './timestep-spacing';

const f = Math.fround;
/** σ_data², the variance that distillation assumes of the data. */
const DATA_VARIANCE = 0.25;

export class LcmScheduler extends SchedulerBase {
  readonly className = 'LCMScheduler';
  readonly timestepType = 'int64';
  readonly initNoiseSigma = 1;
  readonly #alphasCumprod: Float32Array;
  readonly #prediction: PredictionType;
  readonly #clip: SampleClip;
  readonly #numTrainTimesteps: number;
  readonly #distilledSteps: number;
  readonly #timestepScaling: number;

  /** @param config scheduler_config.json. @throws AppError model/unsupported */
  constructor(config: RawConfig) {
    super();
    const reader = new SchedulerConfigReader(config, this.className);
    const betas = readBetaConfig(reader, { start: 0.00085, end: 0.012, schedule: 'scaled_linear' });
    this.#alphasCumprod = alphasCumprodOf(betas);
    this.#numTrainTimesteps = betas.numTrainTimesteps;
    this.#prediction = readPredictionType(reader);
    this.#clip = readSampleClip(reader, false);
    this.#distilledSteps = reader.wholeNumber('original_inference_steps', 50, { min: 1 });
    this.#timestepScaling = reader.number('timestep_scaling', 10);
    reader.only('thresholding', false);
    // diffusers reads none of these: its schedule is always that of the distillation, its last step ends at x₀.
    reader.ignore('dynamic_thresholding_ratio', 'sample_max_value');
    reader.ignore('timestep_spacing', 'steps_offset', 'set_alpha_to_one');
    reader.finish();
  }

  protected applyTimesteps(source: TimestepSource): void {
    assert(!('sigmas' in source), 'LCM takes a number of steps or timesteps');
    this.timesteps = Float32Array.from('steps' in source ? this.#distilledTimesteps(source.steps) : source.timesteps);
    const levels = Array.from(this.timesteps, (timestep) => sigmaOfAlpha(alphaAt(this.#alphasCumprod, timestep)));
    this.sigmas = Float32Array.from([...levels, 0]);
  }

  /** Evenly picked from the timesteps that the model was distilled on. */
  #distilledTimesteps(steps: number): number[] {
    const count = this.#distilledSteps;
    if (steps > count)
      throw invalidInput(
        'steps',
        steps,
        `the model was distilled to ${count} noise levels and cannot take ${steps} steps`,
        `Use at most ${count} steps; 4 to 8 are usual.`,
      );
    const stride = Math.floor(this.#numTrainTimesteps / count);
    const spacing = count / steps;
    return Array.from({ length: steps }, (_, i) => (count - Math.floor(i * spacing)) * stride - 1);
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
    const original = new Float32Array(sample.length);
    this.predictOriginalSample(modelOutput, index, sample, original);
    const scaled = f((this.timesteps[index] ?? 0) * f(this.#timestepScaling));
    const square = f(f(scaled * scaled) + DATA_VARIANCE);
    const toSample = f(f(1 / square) * DATA_VARIANCE);
    const toOriginal = f(scaled / f(Math.sqrt(square)));
    for (let i = 0; i < sample.length; i++)
      sample[i] = f(toOriginal * (original[i] ?? 0)) + f(toSample * (sample[i] ?? 0));
    if (index === this.timesteps.length - 1) return;
    mixNoise(mixOfAlpha(this.#alphaAt(index + 1)), sample, drawNoise(options, sample.length, this.className), sample);
  }

  #alphaAt(index: number): number {
    this.assertIndex(index);
    return alphaAt(this.#alphasCumprod, this.timesteps[index] ?? 0);
  }
}
