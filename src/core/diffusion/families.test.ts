import { expect, test } from 'vitest';
import { assertFamily, assertSchedulerFits } from './families';

test('a family that is not known is refused, naming those that are', () => {
  expect(assertFamily('animatediff')).toBe('animatediff');
  expect(() => assertFamily('constructor')).toThrow(
    expect.objectContaining({
      code: 'model/unsupported',
      detail: expect.objectContaining({
        remedy: 'It runs: ltx, animatediff, wan, svd, unet3d, text2video-zero.',
      }) as object,
    }) as Error,
  );
});

test.each([
  ['ltx', 'FlowMatchEulerDiscreteScheduler'],
  ['animatediff', 'DDIMScheduler'],
  ['animatediff', 'DPMSolverMultistepScheduler'],
] as const)('%s samples with %s', (family, className) => {
  expect(() => assertSchedulerFits(family, { _class_name: className })).not.toThrow();
});

test.each([
  ['ltx', 'DDIMScheduler'],
  ['animatediff', 'FlowMatchEulerDiscreteScheduler'],
  ['animatediff', 'PNDMScheduler'],
  ['wan', 'DDIMScheduler'],
  ['svd', 'DDIMScheduler'],
  ['unet3d', 'FlowMatchEulerDiscreteScheduler'],
  ['text2video-zero', 'EulerDiscreteScheduler'],
] as const)('%s does not sample with %s', (family, className) => {
  expect(() => assertSchedulerFits(family, { _class_name: className })).toThrow(
    expect.objectContaining({
      code: 'model/unsupported',
      detail: expect.objectContaining({ field: 'scheduler_config.json: _class_name' }) as object,
    }) as Error,
  );
});

test('wan samples with flows alone', () => {
  const flow = { prediction_type: 'flow_prediction', use_flow_sigmas: true, flow_shift: 3 };
  for (const config of [
    { _class_name: 'UniPCMultistepScheduler', ...flow },
    { _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3 },
  ])
    expect(() => assertSchedulerFits('wan', config)).not.toThrow();
  for (const config of [
    { _class_name: 'UniPCMultistepScheduler' },
    { _class_name: 'UniPCMultistepScheduler', ...flow, use_flow_sigmas: false },
    { _class_name: 'FlowMatchEulerDiscreteScheduler', use_dynamic_shifting: true },
  ])
    expect(() => assertSchedulerFits('wan', config)).toThrow(
      expect.objectContaining({ code: 'model/unsupported' }) as Error,
    );
});
