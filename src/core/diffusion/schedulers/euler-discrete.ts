/**
 * diffusers' EulerDiscreteScheduler: x₀ from the prediction at σ, then one Euler step of dx/dσ = (x − x₀)/σ.
 * Takes a number of steps, own timesteps or own sigmas (with the last one they end at). Draws noise only with churn, and
 * then once per step. With timestep_type "continuous" and v-prediction (Stable Video Diffusion) the model is told
 * 0.25·ln σ.
 * @see Karras et al. 2022, arXiv:2206.00364, algorithm 2; diffusers 0.42 scheduling_euler_discrete.py
 */
import { assert } from '../../errors';
import { alphasCumprodForSigmas, readBetaConfig, sigmasOf, torchLinspace } from './noise-schedule';
import { readPredictionType, type PredictionType } from './prediction';
import { drawNoise, type StepOptions, type TimestepSource } from './scheduler';
import { SchedulerConfigReader, type RawConfig } from './scheduler-config';
import { readSigmaSpacing, spacedSigmas, timestepOfSigma, type SigmaSpacing } from './sigma-spacing';
import {
  eulerTimesteps,
  interpolate,
  timestepSpacings,
  type SpacingOptions,
  type TimestepSpacing,
} from './timestep-spacing';
import { originalAtSigma, VarianceExplodingScheduler } from './variance-exploding';

const f = Math.fround;
const CHURN_GAMMA_MAX = Math.SQRT2 - 1;

export class EulerDiscreteScheduler extends VarianceExplodingScheduler {
  readonly className = 'EulerDiscreteScheduler';
  readonly #trainSigmas: Float32Array;
  readonly #logSigmas: Float32Array;
  protected readonly prediction: PredictionType;
  readonly #interpolation: 'linear' | 'log_linear';
  readonly #sigmaSpacing: SigmaSpacing;
  readonly #sigmaMin: number | null;
  readonly #sigmaMax: number | null;
  protected readonly spacing: TimestepSpacing;
  readonly #spacingOptions: SpacingOptions;
  readonly #isContinuous: boolean;
  readonly #finalSigmas: 'zero' | 'sigma_min';

  /** @param config scheduler_config.json. @throws AppError model/unsupported */
  constructor(config: RawConfig) {
    super();
    const reader = new SchedulerConfigReader(config, this.className);
    const betas = readBetaConfig(reader, { start: 0.0001, end: 0.02, schedule: 'linear' });
    this.#trainSigmas = sigmasOf(alphasCumprodForSigmas(betas));
    this.#logSigmas = this.#trainSigmas.map((sigma) => Math.log(sigma));
    this.prediction = readPredictionType(reader);
    this.#interpolation = reader.oneOf('interpolation_type', ['linear', 'log_linear'], 'linear');
    this.#sigmaSpacing = readSigmaSpacing(reader);
    this.#sigmaMin = reader.optionalNumber('sigma_min', { min: 0 });
    this.#sigmaMax = reader.optionalNumber('sigma_max', { min: 0 });
    this.spacing = reader.oneOf('timestep_spacing', timestepSpacings, 'linspace');
    this.#spacingOptions = {
      numTrainTimesteps: betas.numTrainTimesteps,
      stepsOffset: reader.wholeNumber('steps_offset', 0, { min: 0 }),
    };
    const timestepType = reader.oneOf('timestep_type', ['discrete', 'continuous'], 'discrete');
    this.#isContinuous = timestepType === 'continuous' && this.prediction === 'v_prediction';
    this.#finalSigmas = reader.oneOf('final_sigmas_type', ['zero', 'sigma_min'], 'zero');
    reader.finish();
  }

  protected applyTimesteps(source: TimestepSource): void {
    let timesteps: readonly number[];
    if ('sigmas' in source) {
      this.sigmas = Float32Array.from(source.sigmas);
      timesteps = Array.from(this.sigmas.subarray(0, -1), (sigma) =>
        timestepOfSigma(sigma, this.#logSigmas, { round: f }),
      );
    } else {
      assert(
        'steps' in source || (this.#sigmaSpacing === 'none' && !this.#isContinuous),
        'own timesteps do not go with karras, exponential, beta or continuous timesteps',
      );
      timesteps =
        'steps' in source ? eulerTimesteps(this.spacing, source.steps, this.#spacingOptions) : source.timesteps;
      let sigmas = this.#interpolated(timesteps);
      if (this.#sigmaSpacing !== 'none') {
        const high = this.#sigmaMax ?? sigmas[0] ?? 0;
        const low = this.#sigmaMin ?? sigmas.at(-1) ?? 0;
        sigmas = spacedSigmas(this.#sigmaSpacing, timesteps.length, { high, low });
        timesteps = sigmas.map((sigma) => timestepOfSigma(sigma, this.#logSigmas));
      }
      this.sigmas = Float32Array.from([...sigmas, this.#finalSigmas === 'zero' ? 0 : (this.#trainSigmas[0] ?? 0)]);
    }
    this.timesteps = this.#isContinuous
      ? this.sigmas.slice(0, timesteps.length).map((sigma) => 0.25 * f(Math.log(sigma)))
      : Float32Array.from(timesteps);
  }

  protected applyStep(modelOutput: Float32Array, index: number, sample: Float32Array, options: StepOptions): void {
    const sigma = this.sigmaAt(index);
    const { sChurn = 0, sNoise = 1, sTmin = 0, sTmax = Infinity } = options.churn ?? {};
    const isChurned = sTmin <= sigma && sigma <= sTmax;
    const gamma = isChurned ? Math.min(sChurn / (this.sigmas.length - 1), CHURN_GAMMA_MAX) : 0;
    const sigmaHat = f(sigma * f(gamma + 1));
    if (gamma > 0) {
      const z = drawNoise(options, sample.length, this.className);
      const scale = f(Math.sqrt(f(f(sigmaHat * sigmaHat) - f(sigma * sigma))));
      for (let i = 0; i < sample.length; i++) sample[i] = (sample[i] ?? 0) + f(f((z[i] ?? 0) * f(sNoise)) * scale);
    }
    const original = new Float32Array(sample.length);
    originalAtSigma(this.prediction, { sigma, sigmaHat }, modelOutput, sample, original);
    const delta = f((this.sigmas[index + 1] ?? 0) - sigmaHat);
    for (let i = 0; i < sample.length; i++) {
      const x = sample[i] ?? 0;
      sample[i] = x + f(f(f(x - (original[i] ?? 0)) / sigmaHat) * delta);
    }
  }

  #interpolated(timesteps: readonly number[]): number[] {
    if (this.#interpolation === 'linear')
      return timesteps.map((timestep) => interpolate(f(timestep), this.#trainSigmas));
    const logs = this.#logSigmas;
    return Array.from(torchLinspace(logs.at(-1) ?? 0, logs[0] ?? 0, timesteps.length + 1), (log) => f(Math.exp(log)));
  }
}
