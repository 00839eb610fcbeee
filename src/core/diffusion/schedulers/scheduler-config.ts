/**
 * Reads scheduler_config.json, one key at a time, and remembers which keys were read. What is left at the end would
 * change the picture in a way this code does not know, and is refused with the key and its value.
 * A config often carries keys of other scheduler classes (it was saved under one and loaded under another); diffusers
 * ignores those, so they pass.
 */
import { AppError, assert } from '../../errors';
import { schedulerClassNames, type SchedulerClassName } from './scheduler';

export type RawConfig = Readonly<Record<string, unknown>>;

/** Arguments of diffusers 0.42 schedulers. A class ignores those that are not its own. */
const FOREIGN_KEYS: ReadonlySet<string> = new Set([
  'algorithm_type',
  'base_image_seq_len',
  'base_shift',
  'beta_end',
  'beta_schedule',
  'beta_start',
  'clip_sample',
  'clip_sample_range',
  'disable_corrector',
  'dynamic_thresholding_ratio',
  'eta',
  'euler_at_final',
  'final_sigmas_type',
  'flow_shift',
  'interpolation_type',
  'invert_sigmas',
  'lambda_min_clipped',
  'lower_order_final',
  'max_image_seq_len',
  'max_shift',
  'num_train_timesteps',
  'original_inference_steps',
  'predict_x0',
  'prediction_type',
  'rescale_betas_zero_snr',
  's_noise',
  'sample_max_value',
  'set_alpha_to_one',
  'shift',
  'shift_terminal',
  'sigma_max',
  'sigma_min',
  'skip_prk_steps',
  'snr_shift_scale',
  'solver_order',
  'solver_p',
  'solver_type',
  'steps_offset',
  'stochastic_sampling',
  'thresholding',
  'time_shift_type',
  'timestep_scaling',
  'timestep_spacing',
  'timestep_type',
  'trained_betas',
  'use_beta_sigmas',
  'use_dynamic_shifting',
  'use_exponential_sigmas',
  'use_flow_sigmas',
  'use_karras_sigmas',
  'use_lu_lambdas',
  'variance_type',
]);

export class SchedulerConfigReader {
  readonly #config: RawConfig;
  readonly #read = new Set<string>();

  /** @throws AppError model/unsupported when the config names another class; without _class_name it is taken as this one */
  constructor(config: RawConfig, className: SchedulerClassName) {
    this.#config = config;
    const named = config['_class_name'] ?? className;
    if (named !== className) throw unsupportedConfig('_class_name', named);
  }

  /** A finite number, at least `min` where given. */
  number(key: string, fallback: number, options: { readonly min?: number } = {}): number {
    const value = this.#take(key) ?? fallback;
    if (typeof value !== 'number' || !Number.isFinite(value) || value < (options.min ?? -Infinity))
      throw unsupportedConfig(key, value);
    return value;
  }

  wholeNumber(key: string, fallback: number, options: { readonly min: number }): number {
    const value = this.number(key, fallback, options);
    if (!Number.isInteger(value)) throw unsupportedConfig(key, value);
    return value;
  }

  /** null or absent = null. */
  optionalNumber(key: string, options: { readonly min?: number } = {}): number | null {
    return this.#take(key) === null ? null : this.number(key, 0, options);
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.#take(key) ?? fallback;
    if (typeof value !== 'boolean') throw unsupportedConfig(key, value);
    return value;
  }

  oneOf<const T extends string>(key: string, allowed: readonly T[], fallback: NoInfer<T>): T {
    const value = this.#take(key) ?? fallback;
    const found = allowed.find((name) => name === value);
    if (found === undefined) throw unsupportedConfig(key, value);
    return found;
  }

  /** A list of finite numbers; null or absent = null. */
  numbers(key: string): readonly number[] | null {
    const value = this.#take(key);
    if (value === null) return null;
    if (!isNumberList(value)) throw unsupportedConfig(key, value);
    return value;
  }

  /** The key's value as it is; null = absent. */
  raw(key: string): unknown {
    return this.#take(key);
  }

  /** For what this code cannot do: any value but these, and absent, is refused. */
  only(key: string, ...harmless: readonly unknown[]): void {
    const value = this.#take(key);
    if (value !== null && !harmless.includes(value)) throw unsupportedConfig(key, value);
  }

  /** For keys of this class that have no effect here, whatever their value. */
  ignore(...keys: readonly string[]): void {
    for (const key of keys) this.#read.add(key);
  }

  /** Call last. @throws AppError model/unsupported for the first key that nobody knows */
  finish(): void {
    for (const [key, value] of Object.entries(this.#config))
      if (!key.startsWith('_') && !this.#read.has(key) && !FOREIGN_KEYS.has(key)) throw unsupportedConfig(key, value);
  }

  #take(key: string): unknown {
    assert(FOREIGN_KEYS.has(key), `${key} is missing from the list of scheduler keys`);
    this.#read.add(key);
    return this.#config[key] ?? null;
  }
}

function isNumberList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number' && Number.isFinite(item));
}

export function isSchedulerClassName(name: unknown): name is SchedulerClassName {
  return schedulerClassNames.some((known) => known === name);
}

export function unsupportedConfig(key: string, value: unknown): AppError {
  const printed = JSON.stringify(value) ?? 'undefined';
  return new AppError('model/unsupported', `the model's scheduler asks for ${key} = ${printed}`, {
    field: `scheduler_config.json: ${key}`,
    value: printed,
    remedy: 'This version of Onionskin cannot sample that model; look for an update or another export of it.',
  });
}
