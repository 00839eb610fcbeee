/** Configurations as they are published, and what is refused. */
import { describe, expect, test } from 'vitest';
import { AppError } from '../../errors';
import { createScheduler } from './create-scheduler';
import type { RawConfig } from './scheduler-config';

/** scheduler_config.json of the models the families are made for, all keys. */
const published: readonly (readonly [string, RawConfig])[] = [
  [
    'Stable Video Diffusion',
    {
      _class_name: 'EulerDiscreteScheduler',
      _diffusers_version: '0.24.0.dev0',
      beta_end: 0.012,
      beta_schedule: 'scaled_linear',
      beta_start: 0.00085,
      clip_sample: false,
      interpolation_type: 'linear',
      num_train_timesteps: 1000,
      prediction_type: 'v_prediction',
      set_alpha_to_one: false,
      sigma_max: 700.0,
      sigma_min: 0.002,
      skip_prk_steps: true,
      steps_offset: 1,
      timestep_spacing: 'leading',
      timestep_type: 'continuous',
      trained_betas: null,
      use_karras_sigmas: true,
    },
  ],
  [
    'Wan 2.1',
    {
      _class_name: 'UniPCMultistepScheduler',
      _diffusers_version: '0.33.0.dev0',
      beta_end: 0.02,
      beta_schedule: 'linear',
      beta_start: 0.0001,
      disable_corrector: [],
      dynamic_thresholding_ratio: 0.995,
      final_sigmas_type: 'zero',
      flow_shift: 3.0,
      lower_order_final: true,
      num_train_timesteps: 1000,
      predict_x0: true,
      prediction_type: 'flow_prediction',
      rescale_betas_zero_snr: false,
      sample_max_value: 1.0,
      solver_order: 2,
      solver_p: null,
      solver_type: 'bh2',
      steps_offset: 0,
      thresholding: false,
      timestep_spacing: 'linspace',
      trained_betas: null,
      use_beta_sigmas: false,
      use_exponential_sigmas: false,
      use_flow_sigmas: true,
      use_karras_sigmas: false,
    },
  ],
  [
    'CogVideoX',
    {
      _class_name: 'CogVideoXDDIMScheduler',
      _diffusers_version: '0.30.0.dev0',
      beta_end: 0.012,
      beta_schedule: 'scaled_linear',
      beta_start: 0.00085,
      clip_sample: false,
      clip_sample_range: 1.0,
      num_train_timesteps: 1000,
      prediction_type: 'v_prediction',
      rescale_betas_zero_snr: true,
      sample_max_value: 1.0,
      set_alpha_to_one: true,
      snr_shift_scale: 3.0,
      steps_offset: 0,
      timestep_spacing: 'trailing',
      trained_betas: null,
    },
  ],
  [
    'AnimateDiff',
    {
      _class_name: 'DDIMScheduler',
      beta_end: 0.012,
      beta_schedule: 'linear',
      beta_start: 0.00085,
      clip_sample: false,
      num_train_timesteps: 1000,
      set_alpha_to_one: false,
      skip_prk_steps: true,
      steps_offset: 1,
      timestep_spacing: 'linspace',
      trained_betas: null,
    },
  ],
  [
    'a DPM-Solver config whose −∞ was made JSON',
    { _class_name: 'DPMSolverMultistepScheduler', lambda_min_clipped: '-inf' },
  ],
];

const refused: readonly RawConfig[] = [
  { _class_name: 'PNDMScheduler' },
  { _class_name: 42 },
  {},
  { _class_name: 'DDIMScheduler', thresholding: true },
  { _class_name: 'DDIMScheduler', prediction_type: 'flow_prediction' },
  { _class_name: 'DDIMScheduler', beta_schedule: 'sigmoid' },
  { _class_name: 'DDIMScheduler', timestep_spacing: 'karras' },
  { _class_name: 'DDIMScheduler', steps_offset: 0.5 },
  { _class_name: 'DDIMScheduler', beta_start: '0.1' },
  { _class_name: 'DDIMScheduler', trained_betas: [0.1, null] },
  { _class_name: 'DDIMScheduler', a_key_from_the_future: 0.5 },
  { _class_name: 'DDPMScheduler', variance_type: 'learned_range' },
  { _class_name: 'EulerDiscreteScheduler', use_karras_sigmas: true, use_beta_sigmas: true },
  { _class_name: 'EulerDiscreteScheduler', use_karras_sigmas: 1 },
  { _class_name: 'EulerAncestralDiscreteScheduler', prediction_type: 'sample' },
  { _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'dpmsolver' },
  { _class_name: 'DPMSolverMultistepScheduler', use_lu_lambdas: true },
  { _class_name: 'DPMSolverMultistepScheduler', solver_order: 4 },
  { _class_name: 'DPMSolverMultistepScheduler', variance_type: 'learned' },
  { _class_name: 'UniPCMultistepScheduler', predict_x0: false },
  { _class_name: 'UniPCMultistepScheduler', solver_type: 'bh1' },
  { _class_name: 'UniPCMultistepScheduler', lower_order_final: false },
  { _class_name: 'UniPCMultistepScheduler', shift_terminal: 0.1 },
  { _class_name: 'LCMScheduler', original_inference_steps: 0 },
  { _class_name: 'CogVideoXDDIMScheduler', snr_shift_scale: -1 },
  { _class_name: 'LTXEulerAncestralRFScheduler', eta: 'much' },
  { _class_name: 'LTXEulerAncestralRFScheduler', use_karras_sigmas: true },
  { _class_name: 'FlowMatchEulerDiscreteScheduler', invert_sigmas: true },
];

describe('createScheduler', () => {
  test.each(published)('reads the configuration of %s', (_name, config) => {
    const scheduler = createScheduler(config);
    scheduler.setTimesteps({ steps: 10 });
    expect(scheduler.className).toBe(config['_class_name']);
    expect(scheduler.timesteps).toHaveLength(10);
    expect(scheduler.sigmas).toHaveLength(11);
  });

  test.each(refused)('refuses what would be another sampler, by key and value: %o', (config) => {
    const error = thrownBy(() => createScheduler(config));
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'model/unsupported' });
    // The last key of each row is the one at fault.
    const [key = '_class_name', value] = Object.entries(config).at(-1) ?? [];
    expect((error as AppError).detail).toMatchObject({
      field: `scheduler_config.json: ${key}`,
      value: JSON.stringify(value) ?? 'undefined',
    });
  });

  test('keys of other schedulers pass, as in diffusers', () => {
    const config = { _class_name: 'EulerAncestralDiscreteScheduler', solver_order: 9, use_karras_sigmas: true };
    expect(() => createScheduler(config)).not.toThrow();
  });
});

describe('a scheduler', () => {
  const unipc = { _class_name: 'UniPCMultistepScheduler', use_flow_sigmas: true, prediction_type: 'flow_prediction' };

  test('that remembers earlier steps does not jump', () => {
    const scheduler = createScheduler(unipc);
    scheduler.setTimesteps({ steps: 4 });
    const sample = new Float32Array(8).fill(1);
    scheduler.step(new Float32Array(8), 0, sample);
    expect(() => scheduler.step(new Float32Array(8), 2, sample)).toThrow(/cannot follow/);
    scheduler.setTimesteps({ steps: 4 });
    expect(() => scheduler.step(new Float32Array(8), 2, sample)).not.toThrow();
  });

  test('does not take the state of another class', () => {
    const scheduler = createScheduler(unipc);
    scheduler.setTimesteps({ steps: 4 });
    const other = createScheduler({ _class_name: 'LCMScheduler' });
    expect(() => {
      other.restore(scheduler.state());
    }).toThrow(/UniPCMultistepScheduler/);
  });

  test.each([
    ['no generator where noise is needed', { _class_name: 'EulerAncestralDiscreteScheduler' }, 0, 8],
    ['a step past the end', { _class_name: 'DDIMScheduler' }, 4, 8],
    ['a step before the start', { _class_name: 'DDIMScheduler' }, -1, 8],
    ['a model output of another size', { _class_name: 'DDIMScheduler' }, 0, 7],
  ] as const)('%s is a bug', (_what, config, index, outputLength) => {
    const scheduler = createScheduler(config);
    scheduler.setTimesteps({ steps: 4 });
    expect(() => scheduler.step(new Float32Array(outputLength), index, new Float32Array(8))).toThrow(
      expect.objectContaining({ name: 'AssertionError' }) as Error,
    );
  });

  test.each([
    [{ _class_name: 'DDIMScheduler' }, 1001],
    [{ _class_name: 'DDIMScheduler', steps_offset: 1 }, 1000],
    [{ _class_name: 'EulerDiscreteScheduler', num_train_timesteps: 10, timestep_spacing: 'leading' }, 11],
    [{ _class_name: 'UniPCMultistepScheduler' }, 1001],
    [{ _class_name: 'LCMScheduler' }, 51],
  ])('of %o cannot take %i steps, and says so', (config, steps) => {
    const scheduler = createScheduler(config);
    expect(() => {
      scheduler.setTimesteps({ steps });
    }).toThrow(expect.objectContaining({ name: 'AppError', code: 'input/invalid' }) as Error);
  });

  test.each([0, -1, 2.5, Number.NaN])('takes no %f steps', (steps) => {
    expect(() => {
      createScheduler(unipc).setTimesteps({ steps });
    }).toThrow(/whole number/);
  });

  test("predicts the clean sample from a true velocity, and adds noise to a clean one, by the model's own mix", () => {
    const scheduler = createScheduler(unipc);
    scheduler.setTimesteps({ steps: 4 });
    const clean = Float32Array.of(0.25, -1, 0.5, 2);
    const noise = Float32Array.of(1, 0.5, -0.75, 0);
    const [mixed, predicted] = [new Float32Array(4), new Float32Array(4)];
    scheduler.addNoise(clean, noise, 2, mixed);
    scheduler.predictOriginalSample(
      noise.map((z, i) => z - (clean[i] ?? 0)),
      2,
      mixed,
      predicted,
    );
    expect(Math.max(...predicted.map((x, i) => Math.abs(x - (clean[i] ?? 0))))).toBeLessThan(2e-7);
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return null;
}
