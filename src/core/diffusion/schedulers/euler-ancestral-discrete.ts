/**
 * diffusers' EulerAncestralDiscreteScheduler: an Euler step to below the next level, then fresh noise up to it.
 * Takes a number of steps. Draws noise on every step, also on the last, where its weight is 0.
 * @see k-diffusion sample_euler_ancestral; diffusers 0.42 scheduling_euler_ancestral_discrete.py
 */
import { assert } from '../../errors';
import { alphasCumprodForSigmas, readBetaConfig, sigmasOf } from './noise-schedule';
import { drawNoise, type StepOptions, type TimestepSource } from './scheduler';
import { SchedulerConfigReader, type RawConfig } from './scheduler-config';
import {
  eulerTimesteps,
  interpolate,
  timestepSpacings,
  type SpacingOptions,
  type TimestepSpacing,
} from './timestep-spacing';
import { VarianceExplodingScheduler } from './variance-exploding';

const f = Math.fround;

export class EulerAncestralDiscreteScheduler extends VarianceExplodingScheduler {
  readonly className = 'EulerAncestralDiscreteScheduler';
  readonly #trainSigmas: Float32Array;
  protected readonly prediction: 'epsilon' | 'v_prediction';
  protected readonly spacing: TimestepSpacing;
  readonly #spacingOptions: SpacingOptions;

  /** @param config scheduler_config.json. @throws AppError model/unsupported */
  constructor(config: RawConfig) {
    super();
    const reader = new SchedulerConfigReader(config, this.className);
    const betas = readBetaConfig(reader, { start: 0.0001, end: 0.02, schedule: 'linear' });
    this.#trainSigmas = sigmasOf(alphasCumprodForSigmas(betas));
    this.prediction = reader.oneOf('prediction_type', ['epsilon', 'v_prediction'], 'epsilon');
    this.spacing = reader.oneOf('timestep_spacing', timestepSpacings, 'linspace');
    this.#spacingOptions = {
      numTrainTimesteps: betas.numTrainTimesteps,
      stepsOffset: reader.wholeNumber('steps_offset', 0, { min: 0 }),
    };
    reader.finish();
  }

  protected applyTimesteps(source: TimestepSource): void {
    assert('steps' in source, 'Euler ancestral takes a number of steps');
    const timesteps = eulerTimesteps(this.spacing, source.steps, this.#spacingOptions);
    this.timesteps = Float32Array.from(timesteps);
    this.sigmas = Float32Array.from([...timesteps.map((timestep) => interpolate(timestep, this.#trainSigmas)), 0]);
  }

  protected applyStep(modelOutput: Float32Array, index: number, sample: Float32Array, options: StepOptions): void {
    const from = this.sigmaAt(index);
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
}
