/**
 * diffusers' FlowMatchEulerDiscreteScheduler behind the common interface. Schedule and configuration are those of
 * ../flow-match-euler.ts, which also has the step with a noise level per token that LTX's conditioning needs.
 * Takes a number of steps, or sigmas before the shift and without the last 0. Draws no noise.
 */
import { assert } from '../../errors';
import { createFlowMatchSchedule, parseFlowMatchEulerConfig, type FlowMatchEulerConfig } from '../flow-match-euler';
import { mixOfFlow, originalFromPrediction } from './prediction';
import { SchedulerBase, type TimestepSource } from './scheduler';
import type { RawConfig } from './scheduler-config';

const f = Math.fround;

export class FlowMatchEulerDiscreteScheduler extends SchedulerBase {
  readonly className = 'FlowMatchEulerDiscreteScheduler';
  readonly timestepType = 'float32';
  readonly initNoiseSigma = 1;
  readonly #config: FlowMatchEulerConfig;

  /** @param config scheduler_config.json. @throws AppError model/unsupported */
  constructor(config: RawConfig) {
    super();
    this.#config = parseFlowMatchEulerConfig(config);
  }

  protected applyTimesteps(source: TimestepSource, mu: number | null): void {
    assert(!('timesteps' in source), 'flow-match Euler takes a number of steps or sigmas');
    const { sigmas, timesteps } = createFlowMatchSchedule(this.#config, source, mu === null ? {} : { mu });
    this.sigmas = sigmas;
    this.timesteps = timesteps;
  }

  override predictOriginalSample(
    modelOutput: Float32Array,
    index: number,
    sample: Float32Array,
    out: Float32Array,
  ): void {
    this.assertIndex(index);
    originalFromPrediction('flow_prediction', mixOfFlow(this.sigmas[index] ?? 0), modelOutput, sample, out);
  }

  /** scale_noise: σ·noise + (1 − σ)·original. */
  override addNoise(original: Float32Array, noise: Float32Array, index: number, out: Float32Array): void {
    this.assertIndex(index);
    const { alpha, sigma } = mixOfFlow(this.sigmas[index] ?? 0);
    for (let i = 0; i < out.length; i++) out[i] = f(sigma * (noise[i] ?? 0)) + f(alpha * (original[i] ?? 0));
  }

  protected applyStep(modelOutput: Float32Array, index: number, sample: Float32Array): void {
    const delta = f((this.sigmas[index + 1] ?? 0) - (this.sigmas[index] ?? 0));
    for (let i = 0; i < sample.length; i++) sample[i] = (sample[i] ?? 0) + f(delta * (modelOutput[i] ?? 0));
  }
}
