import { describe, expect, test } from 'vitest';
import golden from './flow-match-euler.golden.json';
import {
  createFlowMatchSchedule,
  eulerStepPerToken,
  linearSigmas,
  parseFlowMatchEulerConfig,
  predictClean,
  type SigmaSource,
} from './flow-match-euler';
import { TorchGenerator } from './torch-generator';

interface GoldenSchedule {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly given: readonly number[] | null;
  readonly mu: number | null;
  readonly steps: number;
  readonly sigmas: readonly number[];
  readonly timesteps: readonly number[];
}

// The JSON's inferred type is a union of literal shapes; this is the one shape they all have.
const schedules = golden.schedules as readonly GoldenSchedule[];
const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (value, i) => Math.abs(value - (b[i] ?? Number.NaN))).reduce((most, value) => Math.max(most, value), 0);

describe('flow-match Euler', () => {
  test.each(schedules)('$name: noise levels and timesteps are those of diffusers', (expected) => {
    const source: SigmaSource = expected.given ? { sigmas: expected.given } : { steps: expected.steps };
    const schedule = createFlowMatchSchedule(
      parseFlowMatchEulerConfig(expected.config),
      source,
      expected.mu === null ? {} : { mu: expected.mu },
    );
    expect(schedule.sigmas).toHaveLength(expected.sigmas.length);
    expect(largestDifference(schedule.sigmas, expected.sigmas)).toBeLessThanOrEqual(6e-8);
    expect(largestDifference(schedule.timesteps, expected.timesteps)).toBeLessThanOrEqual(6.2e-5);
  });

  test('explicit sigmas without a shift come through bit for bit', () => {
    const expected = schedules.find((schedule) => schedule.name === 'pocket24');
    const schedule = createFlowMatchSchedule(parseFlowMatchEulerConfig({}), { sigmas: linearSigmas(24) });
    expect(Array.from(schedule.sigmas)).toEqual(expected?.sigmas);
    expect(Array.from(schedule.timesteps)).toEqual(expected?.timesteps);
  });

  test.each(golden.loops)('six steps of a toy model end where diffusers ends ($config)', ({ config, mu, out }) => {
    const schedule = createFlowMatchSchedule(
      parseFlowMatchEulerConfig(config as Readonly<Record<string, unknown>>),
      { steps: 6 },
      mu === null ? {} : { mu },
    );
    const sample = new TorchGenerator(0).randn(256);
    for (const timestep of schedule.timesteps) {
      const velocity = sample.map((x) => Math.tanh(x) * 0.5 + (0.01 * timestep) / 1000);
      eulerStepPerToken(sample, velocity, new Float32Array(64).fill(timestep), schedule);
    }
    expect(largestDifference(out, sample)).toBeLessThan(1e-6);
  });

  test('each token steps from its own level, and a clean one does not move', () => {
    const schedule = createFlowMatchSchedule(parseFlowMatchEulerConfig({}), { sigmas: linearSigmas(4) });
    const sample = Float32Array.from(golden.perToken.x);
    eulerStepPerToken(sample, Float32Array.from(golden.perToken.v), Float32Array.from(golden.perToken.t), schedule);
    expect(largestDifference(golden.perToken.out, sample)).toBeLessThan(2e-7);
    expect(Array.from(sample.slice(0, 4))).toEqual(golden.perToken.x.slice(0, 4));
  });

  test('the predicted clean sample of a true velocity is the clean sample', () => {
    const clean = Float32Array.of(0.25, -1, 0.5, 2);
    const noise = Float32Array.of(1, 0.5, -0.75, 0);
    const sample = clean.map((x, i) => (i < 2 ? 0.5 * x + 0.5 * (noise[i] ?? 0) : x));
    const velocity = clean.map((x, i) => (noise[i] ?? 0) - x);
    const out = new Float32Array(4);
    predictClean(sample, velocity, Float32Array.of(500, 0), out, { numTrainTimesteps: 1000 });
    expect(out).toEqual(clean);
  });

  test.each([
    { _class_name: 'UniPCMultistepScheduler' },
    { use_karras_sigmas: true },
    { invert_sigmas: true },
    { stochastic_sampling: true },
    { time_shift_type: 'cubic' },
    { shift: 0 },
    { shift_terminal: 1 },
    { a_key_from_the_future: 0.5 },
  ])('refuses a configuration it cannot follow: %o', (config) => {
    expect(() => parseFlowMatchEulerConfig(config)).toThrow(
      expect.objectContaining({ name: 'AppError', code: 'model/unsupported' }) as Error,
    );
  });
});
