import { expect, test } from 'vitest';
import { assertFamily, assertSchedulerFits } from './families';

test('a family that is not known is refused, naming those that are', () => {
  expect(assertFamily('animatediff')).toBe('animatediff');
  expect(() => assertFamily('constructor')).toThrow(
    expect.objectContaining({
      code: 'model/unsupported',
      detail: expect.objectContaining({ remedy: 'It runs: ltx, animatediff.' }) as object,
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
] as const)('%s does not sample with %s', (family, className) => {
  expect(() => assertSchedulerFits(family, { _class_name: className })).toThrow(
    expect.objectContaining({
      code: 'model/unsupported',
      detail: expect.objectContaining({ field: 'scheduler_config.json: _class_name' }) as object,
    }) as Error,
  );
});
