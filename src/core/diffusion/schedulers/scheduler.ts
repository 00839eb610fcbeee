/**
 * What every scheduler (sampler) can do, with diffusers' names. A scheduler turns a number of steps into timesteps and
 * noise levels, and a model output into the sample of the next step.
 *
 * Where diffusers asks for a timestep, this asks for the step's index: of two equal timesteps the right one is meant.
 * Arithmetic is float32, in diffusers' order, wherever diffusers works on float32 tensors. Samples are flat, because no
 * scheduler here mixes values: any shape [B, …] in the order of the latents.
 * A run can be stopped after any step: `state()` is plain data, `restore()` on a scheduler of the same configuration goes
 * on with the same bits (the sample and the generator are the caller's to keep).
 */
import { assert } from '../../errors';

export const schedulerClassNames = [
  'CogVideoXDDIMScheduler',
  'DDIMScheduler',
  'DDPMScheduler',
  'DPMSolverMultistepScheduler',
  'EulerAncestralDiscreteScheduler',
  'EulerDiscreteScheduler',
  'FlowMatchEulerDiscreteScheduler',
  'LCMScheduler',
  'LTXEulerAncestralRFScheduler',
  'UniPCMultistepScheduler',
] as const;

/** diffusers' class, as `_class_name` in scheduler_config.json names it. */
export type SchedulerClassName = (typeof schedulerClassNames)[number];

/** What set_timesteps is given. Which of them a scheduler takes is said by its class. */
export type TimestepSource =
  /** num_inference_steps ≥ 1. */
  | { readonly steps: number }
  /** Own timesteps, falling. */
  | { readonly timesteps: readonly number[] }
  /** Own noise levels, falling. */
  | { readonly sigmas: readonly number[] };

/** Standard normal float32 values; TorchGenerator is one. */
export interface NormalSource {
  randn(count: number): Float32Array;
}

export interface StepOptions {
  /** Required by schedulers that add noise; how much they draw is part of parity and said by each class. */
  readonly generator?: NormalSource;
  /** DDIM: 0 = deterministic (default) … 1 = as noisy as DDPM. */
  readonly eta?: number;
  /** EulerDiscrete: s_churn (default 0) and s_noise (default 1) of Karras et al. 2022, algorithm 2. */
  readonly churn?: {
    readonly sChurn: number;
    readonly sNoise?: number;
    readonly sTmin?: number;
    readonly sTmax?: number;
  };
}

/** Plain data: numbers, strings and Float32Arrays; survives structuredClone. */
export interface SchedulerState {
  readonly className: SchedulerClassName;
  readonly source: TimestepSource;
  readonly mu: number | null;
  /** Index of the step to be made next; null = none has been made. */
  readonly nextIndex: number | null;
  /** Whole numbers that a multistep method counts, by name. */
  readonly counters: Readonly<Record<string, number>>;
  /** Earlier predictions that a multistep method needs, newest last; empty for the others. */
  readonly history: readonly Float32Array[];
  /** UniPC: the sample before the last step. */
  readonly lastSample: Float32Array | null;
}

export interface Scheduler {
  readonly className: SchedulerClassName;
  /** float32 [steps]: what the model is told at each step. */
  readonly timesteps: Float32Array;
  /** diffusers' dtype of the timesteps: int64 ones are whole numbers. */
  readonly timestepType: 'int64' | 'float32';
  /**
   * float32 [steps + 1], falling: the noise level before each step, and after the last.
   * Schedulers on ᾱ (DDIM, DDPM, LCM, CogVideoX) have none in diffusers; here it is √((1 − ᾱ)/ᾱ), Infinity at ᾱ = 0.
   */
  readonly sigmas: Float32Array;
  /** Standard normal noise is multiplied by this before the first step. */
  readonly initNoiseSigma: number;

  /**
   * Fixes the schedule and forgets the history.
   * @param options.mu shift for configurations with use_dynamic_shifting, which need it
   */
  setTimesteps(source: TimestepSource, options?: { readonly mu?: number }): void;

  /** What the model is given for `sample` at a step; `out` may be `sample`. */
  scaleModelInput(sample: Float32Array, index: number, out: Float32Array): void;

  /**
   * One step, from `timesteps[index]` to the next one.
   * @param modelOutput float32, as long as `sample`
   * @param sample      x, changed in place
   */
  step(modelOutput: Float32Array, index: number, sample: Float32Array, options?: StepOptions): void;

  /** The clean sample that a model output points to, for previews. `out` may not be `modelOutput` or `sample`. */
  predictOriginalSample(modelOutput: Float32Array, index: number, sample: Float32Array, out: Float32Array): void;

  /** Brings a clean sample to the noise level of a step; `out` may be one of the inputs. */
  addNoise(original: Float32Array, noise: Float32Array, index: number, out: Float32Array): void;

  state(): SchedulerState;

  /** @throws AssertionError for the state of another scheduler class */
  restore(state: SchedulerState): void;
}

/** Bookkeeping that all schedulers share: the source, the next index, the checks of lengths and indices. */
export abstract class SchedulerBase implements Scheduler {
  abstract readonly className: SchedulerClassName;
  abstract readonly timestepType: 'int64' | 'float32';
  timesteps: Float32Array = new Float32Array(0);
  sigmas: Float32Array = new Float32Array(0);
  #source: TimestepSource | null = null;
  #mu: number | null = null;
  #nextIndex: number | null = null;

  abstract get initNoiseSigma(): number;
  abstract predictOriginalSample(
    modelOutput: Float32Array,
    index: number,
    sample: Float32Array,
    out: Float32Array,
  ): void;
  abstract addNoise(original: Float32Array, noise: Float32Array, index: number, out: Float32Array): void;
  /** Sets `timesteps` and `sigmas`. */
  protected abstract applyTimesteps(source: TimestepSource, mu: number | null): void;
  protected abstract applyStep(
    modelOutput: Float32Array,
    index: number,
    sample: Float32Array,
    options: StepOptions,
  ): void;

  setTimesteps(source: TimestepSource, options: { readonly mu?: number } = {}): void {
    if ('steps' in source)
      assert(
        Number.isInteger(source.steps) && source.steps >= 1,
        `steps must be a whole number ≥ 1, got ${source.steps}`,
      );
    this.#source = source;
    this.#mu = options.mu ?? null;
    this.#nextIndex = null;
    this.applyTimesteps(source, this.#mu);
  }

  scaleModelInput(sample: Float32Array, _index: number, out: Float32Array): void {
    if (out !== sample) out.set(sample);
  }

  step(modelOutput: Float32Array, index: number, sample: Float32Array, options: StepOptions = {}): void {
    this.assertIndex(index);
    assert(modelOutput.length === sample.length, `a model output of ${modelOutput.length} for ${sample.length} values`);
    this.applyStep(modelOutput, index, sample, options);
    this.#nextIndex = index + 1;
  }

  state(): SchedulerState {
    assert(this.#source, 'setTimesteps comes before state');
    return {
      className: this.className,
      source: this.#source,
      mu: this.#mu,
      nextIndex: this.#nextIndex,
      counters: {},
      history: [],
      lastSample: null,
    };
  }

  restore(state: SchedulerState): void {
    assert(state.className === this.className, `the state of a ${state.className} is not one of a ${this.className}`);
    this.setTimesteps(state.source, state.mu === null ? {} : { mu: state.mu });
    this.#nextIndex = state.nextIndex;
  }

  protected assertIndex(index: number): void {
    assert(index >= 0 && index < this.timesteps.length, `step ${index} of a schedule of ${this.timesteps.length}`);
  }

  /** A method with a memory cannot jump: its steps follow each other. The first may be any. */
  protected assertFollows(index: number): void {
    const next = this.#nextIndex;
    assert(next === null || next === index, `${this.className}: step ${index} cannot follow step ${(next ?? 0) - 1}`);
  }
}

/** Noise for a step. */
export function drawNoise(options: StepOptions, count: number, className: SchedulerClassName): Float32Array {
  assert(options.generator, `${className} adds noise in this step and needs a generator`);
  return options.generator.randn(count);
}
