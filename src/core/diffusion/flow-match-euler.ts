/**
 * diffusers' FlowMatchEulerDiscreteScheduler: the noise levels σ of a run and the Euler step between them.
 * Rectified flow: a sample at level σ is (1 − σ)·clean + σ·noise, the model predicts the velocity noise − clean, and
 * t = 1000·σ is what it is told. Arithmetic is float32 where diffusers' is (explicit sigmas) and double where numpy's is
 * (default spacing), so schedules agree to the bit or the last one.
 * A configuration key that this code does not know, or knows but cannot do, is refused: it would change the picture.
 * @see diffusers 0.42 schedulers/scheduling_flow_match_euler_discrete.py; Liu et al. 2022, arXiv:2209.03003
 */
import { AppError, assert } from '../errors';

export interface FlowMatchEulerConfig {
  readonly numTrainTimesteps: number;
  /** Static shift: σ ← shift·σ / (1 + (shift − 1)·σ). Not used with dynamic shifting. */
  readonly shift: number;
  /** Shift by `mu`, which the pipeline derives from the number of tokens. */
  readonly useDynamicShifting: boolean;
  readonly timeShiftType: 'exponential' | 'linear';
  /** Stretches the schedule so that its last σ is this; null = leave it. */
  readonly shiftTerminal: number | null;
}

/** Keys whose value must be this (or absent): other values are other samplers. */
const REQUIRED_VALUES: Readonly<Record<string, unknown>> = {
  invert_sigmas: false,
  use_karras_sigmas: false,
  use_exponential_sigmas: false,
  use_beta_sigmas: false,
  stochastic_sampling: false,
};
/** Keys read below, and keys that only pipelines read to compute `mu`. */
const KNOWN_KEYS = new Set([
  'num_train_timesteps',
  'shift',
  'use_dynamic_shifting',
  'time_shift_type',
  'shift_terminal',
  'base_shift',
  'max_shift',
  'base_image_seq_len',
  'max_image_seq_len',
]);

/**
 * Reads scheduler_config.json.
 * @throws AppError model/unsupported for another scheduler, an unknown key or a value this scheduler cannot do
 */
export function parseFlowMatchEulerConfig(config: Readonly<Record<string, unknown>>): FlowMatchEulerConfig {
  const className = config['_class_name'] ?? 'FlowMatchEulerDiscreteScheduler';
  if (className !== 'FlowMatchEulerDiscreteScheduler') throw unsupported('_class_name', className);
  for (const [key, value] of Object.entries(config)) {
    if (key.startsWith('_') || KNOWN_KEYS.has(key)) continue;
    if (!(key in REQUIRED_VALUES) || value !== REQUIRED_VALUES[key]) throw unsupported(key, value);
  }
  const timeShiftType = config['time_shift_type'] ?? 'exponential';
  if (timeShiftType !== 'exponential' && timeShiftType !== 'linear')
    throw unsupported('time_shift_type', timeShiftType);
  const isDynamic = config['use_dynamic_shifting'] ?? false;
  if (typeof isDynamic !== 'boolean') throw unsupported('use_dynamic_shifting', isDynamic);
  // diffusers tests `if self.config.shift_terminal`, so 0 means "leave it" as well.
  const terminal = config['shift_terminal'] ?? 0;
  if (typeof terminal !== 'number' || !(terminal >= 0 && terminal < 1)) throw unsupported('shift_terminal', terminal);
  return {
    numTrainTimesteps: positiveNumber(config, 'num_train_timesteps', 1000),
    shift: positiveNumber(config, 'shift', 1),
    useDynamicShifting: isDynamic,
    timeShiftType,
    shiftTerminal: terminal === 0 ? null : terminal,
  };
}

function positiveNumber(config: Readonly<Record<string, unknown>>, key: string, fallback: number): number {
  const value = config[key] ?? fallback;
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) throw unsupported(key, value);
  return value;
}

function unsupported(key: string, value: unknown): AppError {
  return new AppError('model/unsupported', `the model's scheduler asks for ${key} = ${JSON.stringify(value)}`, {
    field: `scheduler_config.json: ${key}`,
    value: JSON.stringify(value) ?? 'undefined',
    remedy: 'This version of Onionskin cannot sample that model; look for an update or another export of it.',
  });
}

export interface FlowMatchSchedule {
  /** steps + 1 values, falling, the last is 0. */
  readonly sigmas: Float32Array;
  /** What the model is told at each step: σ × num_train_timesteps. */
  readonly timesteps: Float32Array;
  readonly numTrainTimesteps: number;
}

export type SigmaSource =
  /** σ before shifting, as the pipelines of LTX, Flux and Wan pass them. */
  | { readonly sigmas: ArrayLike<number> }
  /** diffusers' default: evenly spaced timesteps between the training ends. */
  | { readonly steps: number };

/**
 * set_timesteps.
 * @param mu shift for dynamic shifting; required with it, ignored without
 */
export function createFlowMatchSchedule(
  config: FlowMatchEulerConfig,
  source: SigmaSource,
  options: { readonly mu?: number } = {},
): FlowMatchSchedule {
  const isExplicit = 'sigmas' in source;
  // Explicit sigmas are a float32 array in diffusers and stay one; the default spacing is computed in double.
  const round = isExplicit ? Math.fround : (value: number): number => value;
  let sigmas = isExplicit ? Array.from(source.sigmas, Math.fround) : defaultSigmas(config, source.steps);
  assert(sigmas.length >= 1, 'a schedule needs at least one step');

  if (config.useDynamicShifting) {
    assert(options.mu !== undefined, 'dynamic shifting needs mu');
    const strength = round(config.timeShiftType === 'exponential' ? Math.exp(options.mu) : options.mu);
    sigmas = sigmas.map((sigma) => round(strength / round(strength + round(round(1 / sigma) - 1))));
  } else {
    const shift = round(config.shift);
    const extra = round(config.shift - 1);
    sigmas = sigmas.map((sigma) => round(round(shift * sigma) / round(1 + round(extra * sigma))));
  }
  if (config.shiftTerminal !== null) {
    const last = sigmas.at(-1) ?? 0;
    const scale = round(round(1 - last) / round(1 - config.shiftTerminal));
    sigmas = sigmas.map((sigma) => round(1 - round(round(1 - sigma) / scale)));
  }

  const timesteps = Float32Array.from(sigmas, (sigma) => Math.fround(sigma) * config.numTrainTimesteps);
  return { sigmas: Float32Array.from([...sigmas, 0]), timesteps, numTrainTimesteps: config.numTrainTimesteps };
}

/** Between the training ends. The lower end is already shifted once, so a static shift acts on it twice, as in diffusers. */
function defaultSigmas(config: FlowMatchEulerConfig, steps: number): number[] {
  const f = Math.fround;
  const train = config.numTrainTimesteps;
  const shifted = (sigma: number): number =>
    config.useDynamicShifting ? sigma : f(f(f(config.shift) * sigma) / f(1 + f(f(config.shift - 1) * sigma)));
  const top = shifted(1) * train;
  const bottom = shifted(f(1 / train)) * train;
  return linspace(top, bottom, steps).map((timestep) => timestep / train);
}

/** numpy.linspace(from, to, count), in double; the last value is exactly `to`. */
export function linspace(from: number, to: number, count: number): number[] {
  const step = count > 1 ? (to - from) / (count - 1) : 0;
  return Array.from({ length: count }, (_, i) => (i === count - 1 && count > 1 ? to : i * step + from));
}

/** LTX's levels before shifting: linspace(1, 1/steps, steps). */
export function linearSigmas(steps: number): Float32Array {
  return Float32Array.from(linspace(1, 1 / steps, steps));
}

/**
 * LTXConditionPipeline's timesteps: the first half goes down evenly to 1 − 0.025, the second in a parabola, in double.
 * @see linear_quadratic_schedule, pipelines/ltx/pipeline_ltx_condition.py
 */
export function linearQuadraticTimesteps(steps: number): Float32Array {
  const threshold = 0.025;
  if (steps < 2) return Float32Array.of(1_000);
  const linear = Math.floor(steps / 2);
  const quadratic = steps - linear;
  const difference = linear - threshold * steps;
  const square = difference / (linear * quadratic ** 2);
  const slope = threshold / linear - (2 * difference) / quadratic ** 2;
  const constant = square * linear ** 2;
  return Float32Array.from({ length: steps }, (_, i) => {
    const risen = i < linear ? (i * threshold) / linear : square * i ** 2 + slope * i + constant;
    return Math.fround(Math.fround(1 - risen) * 1_000);
  });
}

/** set_timesteps(timesteps): the model is told those; the levels they stand for are shifted. */
export function scheduleFromTimesteps(config: FlowMatchEulerConfig, timesteps: Float32Array): FlowMatchSchedule {
  const sigmas = timesteps.map((timestep) => timestep / config.numTrainTimesteps);
  return { ...createFlowMatchSchedule(config, { sigmas }), timesteps };
}

/**
 * One Euler step with a noise level per token: token i goes from its own σ = t/1000 down to the next lower level of the
 * schedule, x ← x − (σ − σ_next)·v. A clean token (timestep 0) has nowhere to go and stays as it is.
 * @param sample        x, float32 [tokens, channels], changed in place
 * @param velocity      model output v = noise − clean, same shape
 * @param tokenTimesteps float32 [tokens], σ × num_train_timesteps
 * @see FlowMatchEulerDiscreteScheduler.step(per_token_timesteps); diffusers negates v and adds, which is the same
 */
export function eulerStepPerToken(
  sample: Float32Array,
  velocity: Float32Array,
  tokenTimesteps: Float32Array,
  schedule: FlowMatchSchedule,
): void {
  const tokens = tokenTimesteps.length;
  const channels = sample.length / tokens;
  assert(Number.isInteger(channels) && velocity.length >= sample.length, 'sample, velocity and timesteps do not fit');
  let knownTimestep = Number.NaN;
  let delta = 0;
  for (let token = 0; token < tokens; token++) {
    const timestep = tokenTimesteps[token] ?? 0;
    if (timestep !== knownTimestep) {
      knownTimestep = timestep;
      delta = stepDown(timestep, schedule);
    }
    if (delta === 0) continue;
    const end = (token + 1) * channels;
    for (let i = token * channels; i < end; i++) sample[i] = (sample[i] ?? 0) - Math.fround(delta * (velocity[i] ?? 0));
  }
}

/** σ − max{σ_i < σ − 1e-6}, float32; 0 when the token is clean. */
function stepDown(timestep: number, schedule: FlowMatchSchedule): number {
  const sigma = Math.fround(timestep / schedule.numTrainTimesteps);
  const below = Math.fround(sigma - Math.fround(1e-6));
  let lower = 0;
  for (const candidate of schedule.sigmas) if (candidate < below && candidate > lower) lower = candidate;
  return Math.fround(sigma - lower);
}

/** The clean sample that velocity v at level σ points to: x₀ = x − σ·v, per token. Writes [tokens, channels] into `out`. */
export function predictClean(
  sample: Float32Array,
  velocity: Float32Array,
  tokenTimesteps: Float32Array,
  out: Float32Array,
  options: { readonly numTrainTimesteps: number },
): void {
  const channels = sample.length / tokenTimesteps.length;
  for (let token = 0; token < tokenTimesteps.length; token++) {
    const sigma = (tokenTimesteps[token] ?? 0) / options.numTrainTimesteps;
    const end = (token + 1) * channels;
    for (let i = token * channels; i < end; i++) out[i] = (sample[i] ?? 0) - sigma * (velocity[i] ?? 0);
  }
}
