/**
 * diffusers' EulerAncestralDiscreteScheduler: an Euler step to below the next level, then fresh noise up to it.
 * Takes a number of steps. Draws noise on every step, also on the last, where its weight is 0.
 * @see k-diffusion sample_euler_ancestral; diffusers 0.42 scheduling_euler_ancestral_discrete.py
 */
import { assert } from '../../errors';
import { originalAtSigma } from './euler-discrete';
import { alphasCumprodForSigmas, readBetaConfig, sigmasOf } from './noise-schedule';
import { drawNoise, SchedulerBase, type StepOptions, type TimestepSource } from './scheduler';
import { SchedulerConfigReader, type RawConfig } from './scheduler-config';
import {
  eulerTimesteps,
  interpolate,
  timestepSpacings,
  type SpacingOptions,
  type TimestepSpacing,
} from './timestep-spacing';

const f = Math.fround;

export class EulerAncestralDiscreteScheduler extends SchedulerBase {
  readonly className = 'EulerAncestralDiscreteScheduler';
  readonly timestepType = 'float32';
  readonly #trainSigmas: Float32Array;
  readonly #prediction: 'epsilon' | 'v_prediction';
  readonly #spacing: TimestepSpacing;
  readonly #spacingOptions: SpacingOptions;

  /** @param config scheduler_config.json. @throws AppError model/unsupported */
  constructor(config: RawConfig) {
    super();
    const reader = new SchedulerConfigReader(config, this.className);
    const betas = readBetaConfig(reader, { start: 0.0001, end: 0.02, schedule: 'linear' });
    this.#trainSigmas = sigmasOf(alphasCumprodForSigmas(betas));
    this.#prediction = reader.oneOf('prediction_type', ['epsilon', 'v_prediction'], 'epsilon');
    this.#spacing = reader.oneOf('timestep_spacing', timestepSpacings, 'linspace');
    this.#spacingOptions = {
      numTrainTimesteps: betas.numTrainTimesteps,
      stepsOffset: reader.wholeNumber('steps_offset', 0, { min: 0 }),
    };
    reader.finish();
  }

  get initNoiseSigma(): number {
    const highest = this.sigmas.reduce((most, sigma) => Math.max(most, sigma), 0);
    return this.#spacing === 'leading' ? f(Math.sqrt(f(f(highest * highest) + 1))) : highest;
  }

  protected applyTimesteps(source: TimestepSource): void {
    assert('steps' in source, 'Euler ancestral takes a number of steps');
    const timesteps = eulerTimesteps(this.#spacing, source.steps, this.#spacingOptions);
    this.timesteps = Float32Array.from(timesteps);
    this.sigmas = Float32Array.from([...timesteps.map((timestep) => interpolate(timestep, this.#trainSigmas)), 0]);
  }

  override scaleModelInput(sample: Float32Array, index: number, out: Float32Array): void {
    const sigma = this.#sigmaAt(index);
    const divisor = f(Math.sqrt(f(f(sigma * sigma) + 1)));
    for (let i = 0; i < out.length; i++) out[i] = (sample[i] ?? 0) / divisor;
  }

  override predictOriginalSample(
    modelOutput: Float32Array,
    index: number,
    sample: Float32Array,
    out: Float32Array,
  ): void {
    const sigma = this.#sigmaAt(index);
    originalAtSigma(this.#prediction, { sigma, sigmaHat: sigma }, modelOutput, sample, out);
  }

  override addNoise(original: Float32Array, noise: Float32Array, index: number, out: Float32Array): void {
    const sigma = this.#sigmaAt(index);
    for (let i = 0; i < out.length; i++) out[i] = (original[i] ?? 0) + f((noise[i] ?? 0) * sigma);
  }

  protected applyStep(modelOutput: Float32Array, index: number, sample: Float32Array, options: StepOptions): void {
    const from = this.#sigmaAt(index);
    const to = this.sigmas[index + 1] ?? 0;
    const fromSquare = f(from * from);
    const toSquare = f(to * to);
    const up = f(Math.sqrt(f(f(toSquare * f(fromSquare - toSquare)) / fromSquare)));
    const down = f(Math.sqrt(f(toSquare - f(up * up))));
    const delta = f(down - from);
    const original = new Float32Array(sample.length);
    this.predictOriginalSample(modelOutput, index, sample, original);
    const z = drawNoise(options, sample.length, this.className);
    for (let i = 0; i < sample.length; i++) {
      const x = sample[i] ?? 0;
      const moved = f(x + f(f(f(x - (original[i] ?? 0)) / from) * delta));
      sample[i] = moved + f((z[i] ?? 0) * up);
    }
  }

  #sigmaAt(index: number): number {
    this.assertIndex(index);
    return this.sigmas[index] ?? 0;
  }
}
