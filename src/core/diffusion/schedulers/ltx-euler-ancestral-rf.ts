/**
 * diffusers' LTXEulerAncestralRFScheduler: ancestral Euler for rectified flow. It steps below the next level and adds
 * noise up to it, keeping the total variance. eta 0 is plain Euler and draws nothing; else one draw per step, none on a
 * last step to σ = 0. Takes a number of steps (then the schedule is FlowMatchEuler's of the same configuration) or sigmas
 * with the last one; diffusers keeps a timestep for that one too, whose step does nothing, and this leaves it out.
 * @see diffusers 0.42 scheduling_ltx_euler_ancestral_rf.py
 */
import { assert } from '../../errors';
import { createFlowMatchSchedule, parseFlowMatchEulerConfig, type FlowMatchEulerConfig } from '../flow-match-euler';
import { mixNoise, mixOfFlow, originalFromPrediction } from './prediction';
import { drawNoise, SchedulerBase, type StepOptions, type TimestepSource } from './scheduler';
import { SchedulerConfigReader, type RawConfig } from './scheduler-config';

const f = Math.fround;
const LAST_SIGMA = 1e-8;
const EPSILON = f(1e-12);

export class LtxEulerAncestralRfScheduler extends SchedulerBase {
  readonly className = 'LTXEulerAncestralRFScheduler';
  readonly timestepType = 'float32';
  readonly initNoiseSigma = 1;
  readonly #flow: FlowMatchEulerConfig;
  readonly #eta: number;
  readonly #noiseScale: number;

  /** @param config scheduler_config.json, FlowMatchEuler's keys included. @throws AppError model/unsupported */
  constructor(config: RawConfig) {
    super();
    const reader = new SchedulerConfigReader(config, this.className);
    this.#eta = reader.number('eta', 1, { min: 0 });
    this.#noiseScale = reader.number('s_noise', 1, { min: 0 });
    // FlowMatchEuler's own parser takes the rest, and refuses what neither knows.
    const rest = Object.entries(config).filter(([key]) => !['_class_name', 'eta', 's_noise'].includes(key));
    this.#flow = parseFlowMatchEulerConfig(Object.fromEntries(rest));
  }

  protected applyTimesteps(source: TimestepSource, mu: number | null): void {
    assert(!('timesteps' in source), 'the RF sampler takes a number of steps or sigmas');
    if ('steps' in source) {
      const { sigmas, timesteps } = createFlowMatchSchedule(this.#flow, source, mu === null ? {} : { mu });
      this.sigmas = sigmas;
      this.timesteps = timesteps;
      return;
    }
    this.sigmas = Float32Array.from(source.sigmas);
    this.timesteps = this.sigmas.subarray(0, -1).map((sigma) => sigma * this.#flow.numTrainTimesteps);
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

  /** (1 − σ)·original + σ·noise. diffusers' class has none; this is what rectified flow is. */
  override addNoise(original: Float32Array, noise: Float32Array, index: number, out: Float32Array): void {
    this.assertIndex(index);
    mixNoise(mixOfFlow(this.sigmas[index] ?? 0), original, noise, out);
  }

  protected applyStep(modelOutput: Float32Array, index: number, sample: Float32Array, options: StepOptions): void {
    const sigma = this.sigmas[index] ?? 0;
    const next = this.sigmas[index + 1] ?? 0;
    const original = new Float32Array(sample.length);
    this.predictOriginalSample(modelOutput, index, sample, original);
    if (Math.abs(next) < LAST_SIGMA) {
      sample.set(original);
      return;
    }
    const down = f(next * f(1 + f(f(f(next / sigma) - 1) * f(this.#eta))));
    const ratio = f(down / sigma);
    const rest = f(1 - ratio);
    for (let i = 0; i < sample.length; i++) sample[i] = f(ratio * (sample[i] ?? 0)) + f(rest * (original[i] ?? 0));
    if (this.#eta === 0 || this.#noiseScale === 0) return;

    const alphaNext = f(1 - next);
    const alphaDown = f(1 - down);
    const kept = f(f(f(down * down) * f(alphaNext * alphaNext)) / f(f(alphaDown * alphaDown) + EPSILON));
    const deviation = f(Math.sqrt(Math.max(0, f(f(next * next) - kept))));
    const scale = f(alphaNext / f(alphaDown + EPSILON));
    const noiseScale = f(this.#noiseScale);
    const z = drawNoise(options, sample.length, this.className);
    for (let i = 0; i < sample.length; i++)
      sample[i] = f(scale * (sample[i] ?? 0)) + f(f((z[i] ?? 0) * deviation) * noiseScale);
  }
}
