/**
 * Every scheduler against diffusers 0.42.1 (torch 2.13.0, CPU), over steps × spacing × prediction types × options; and
 * every one stopped after each step and taken up again. The values come from models/goldens/make_schedulers.py, which
 * says what a case is.
 */
import { describe, expect, test } from 'vitest';
import { TorchGenerator } from '../torch-generator';
import cogvideoxDdim from './cogvideox-ddim.golden.json';
import { createScheduler } from './create-scheduler';
import ddim from './ddim.golden.json';
import ddpm from './ddpm.golden.json';
import dpmSolver from './dpm-solver-multistep.golden.json';
import eulerAncestral from './euler-ancestral-discrete.golden.json';
import eulerDiscrete from './euler-discrete.golden.json';
import flowMatchEuler from './flow-match-euler.golden.json';
import lcm from './lcm.golden.json';
import ltxRf from './ltx-euler-ancestral-rf.golden.json';
import type { Scheduler, StepOptions, TimestepSource } from './scheduler';
import type { RawConfig } from './scheduler-config';
import unipc from './unipc-multistep.golden.json';

interface GoldenCase {
  readonly name: string;
  readonly config: RawConfig;
  readonly how: TimestepSource;
  readonly mu: number | null;
  readonly step: { readonly eta?: number; readonly sChurn?: number; readonly sNoise?: number };
  /** Index of the first step. */
  readonly begin: number;
  readonly timesteps: readonly number[];
  /** null = diffusers keeps none. */
  readonly sigmas: readonly number[] | null;
  readonly initNoiseSigma: number;
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly noised?: readonly number[];
  /** The same with torch's sqrt, log, exp, expm1 and tanh rounded correctly. */
  readonly rounded: {
    readonly first: readonly number[];
    readonly last: readonly number[];
    readonly noised?: readonly number[];
  };
}

// The JSON's inferred type is a union of literal shapes; this is the one shape they all have.
const families = Object.entries({
  cogvideoxDdim,
  ddim,
  ddpm,
  dpmSolver,
  eulerAncestral,
  eulerDiscrete,
  flowMatchEuler,
  lcm,
  ltxRf,
  unipc,
}) as unknown as readonly (readonly [string, readonly GoldenCase[]])[];

const VALUES = 64;

/** Of the largest value. Measured: median 1.1e-7, largest 7.5e-7 (DPM-Solver++), but for the cases below. */
const RELATIVE_MAX = 1e-6;
/** Where a difference of nearly equal numbers blows up the last bit of torch's square root. */
const CANCELLING: ReadonlyMap<string, number> = new Map([
  ['eulerAncestral zero SNR, v, trailing', 1e-4],
  ['eulerDiscrete zero SNR, v, trailing', 1e-4],
  ['cogvideoxDdim linear betas', 3e-6],
]);

/** UniPC's 2×2 and 3×3 systems: LAPACK may round in another order. Measured: 1.1e-7. */
const NOT_TO_THE_BIT: ReadonlySet<string> = new Set([
  'unipc leading, v_prediction, 6 steps',
  'unipc use_karras_sigmas True, zero, 6 steps',
  'unipc use_karras_sigmas True, sigma_min, 6 steps',
]);

const f = Math.fround;
const ends = (values: Float32Array): number[] => [...values.subarray(0, 4), ...values.subarray(-4)];

function relativeDifference(actual: ArrayLike<number>, expected: readonly number[]): number {
  expect(actual).toHaveLength(expected.length);
  const scale = Math.max(...expected.map((value) => Math.abs(f(value))), 1e-30);
  return Math.max(...expected.map((value, i) => Math.abs(f(value) - (actual[i] ?? Number.NaN)))) / scale;
}

function schedulerOf({ config, how, mu }: GoldenCase): Scheduler {
  const scheduler = createScheduler(config);
  scheduler.setTimesteps(how, mu === null ? {} : { mu });
  return scheduler;
}

function optionsOf({ step }: GoldenCase): StepOptions {
  return {
    ...(step.eta === undefined ? {} : { eta: step.eta }),
    ...(step.sChurn === undefined ? {} : { churn: { sChurn: step.sChurn, sNoise: step.sNoise ?? 1 } }),
  };
}

function startingSample(scheduler: Scheduler, generator: TorchGenerator): Float32Array {
  return generator.randn(VALUES).map((x) => x * scheduler.initNoiseSigma);
}

/** tanh(scaled input)·0.5 + 0.01·t/1000 */
function toyModel(scheduler: Scheduler, index: number, sample: Float32Array): Float32Array {
  const scaled = new Float32Array(sample.length);
  scheduler.scaleModelInput(sample, index, scaled);
  const offset = f((0.01 * (scheduler.timesteps[index] ?? 0)) / 1000);
  return scaled.map((x) => f(f(Math.tanh(x)) * 0.5) + offset);
}

function runToEnd(golden: GoldenCase): { first: number[]; last: number[] } {
  const scheduler = schedulerOf(golden);
  const generator = new TorchGenerator(0);
  const sample = startingSample(scheduler, generator);
  let first: number[] = [];
  for (let i = golden.begin; i < scheduler.timesteps.length; i++) {
    scheduler.step(toyModel(scheduler, i, sample), i, sample, { generator, ...optionsOf(golden) });
    if (i === golden.begin) first = ends(sample);
  }
  return { first, last: ends(sample) };
}

describe.each(families)('%s', (family, cases) => {
  test.each(cases)("$name: timesteps and sigmas are diffusers'", (golden) => {
    const scheduler = schedulerOf(golden);
    expect(relativeDifference(scheduler.timesteps, golden.timesteps)).toBeLessThanOrEqual(1.3e-7);
    if (scheduler.timestepType === 'int64') expect(Array.from(scheduler.timesteps)).toEqual(golden.timesteps);
    if (golden.sigmas !== null) {
      expect(scheduler.sigmas).toHaveLength(golden.sigmas.length);
      expect(relativeDifference(scheduler.sigmas, golden.sigmas)).toBeLessThanOrEqual(1.2e-7);
    }
    expect(relativeDifference([scheduler.initNoiseSigma], [golden.initNoiseSigma])).toBeLessThanOrEqual(1.5e-7);
  });

  test.each(cases)('$name: a run ends where diffusers ends', (golden) => {
    const { first, last } = runToEnd(golden);
    const tolerance = CANCELLING.get(`${family} ${golden.name}`) ?? RELATIVE_MAX;
    expect(relativeDifference(first, golden.first)).toBeLessThanOrEqual(tolerance);
    expect(relativeDifference(last, golden.last)).toBeLessThanOrEqual(tolerance);
  });

  test.each(cases)("$name: with correctly rounded square roots it is diffusers' to the bit", (golden) => {
    const { first, last } = runToEnd(golden);
    if (NOT_TO_THE_BIT.has(`${family} ${golden.name}`)) {
      expect(relativeDifference(last, golden.rounded.last)).toBeLessThanOrEqual(1.2e-7);
      return;
    }
    expect({ first, last }).toEqual({ first: golden.rounded.first.map(f), last: golden.rounded.last.map(f) });
  });

  test.each(cases.filter((golden) => golden.noised))('$name: adds as much noise as diffusers', (golden) => {
    const scheduler = schedulerOf(golden);
    const noise = new TorchGenerator(1).randn(VALUES);
    const clean = new TorchGenerator(2).randn(VALUES);
    scheduler.addNoise(clean, noise, Math.floor(scheduler.timesteps.length / 2), clean);
    expect(relativeDifference(ends(clean), golden.noised ?? [])).toBeLessThanOrEqual(2e-7);
    expect(ends(clean)).toEqual(golden.rounded.noised?.map(f));
  });

  test('a run that is stopped after any step and taken up by another process ends with the same bits', () => {
    // Long enough for every order, warm-up and corrector, short enough to be stopped at every step.
    for (const golden of cases.filter((each) => each.timesteps.length >= 4 && each.timesteps.length <= 9)) {
      const whole = runToEnd(golden);
      let scheduler = schedulerOf(golden);
      let generator = new TorchGenerator(0);
      let sample = startingSample(scheduler, generator);
      for (let i = golden.begin; i < scheduler.timesteps.length; i++) {
        const saved = structuredClone({ scheduler: scheduler.state(), generator: generator.state(), sample });
        scheduler = createScheduler(golden.config);
        scheduler.restore(saved.scheduler);
        generator = TorchGenerator.fromState(saved.generator);
        sample = saved.sample;
        expect(scheduler.state()).toEqual(saved.scheduler);
        scheduler.step(toyModel(scheduler, i, sample), i, sample, { generator, ...optionsOf(golden) });
      }
      expect({ name: golden.name, last: ends(sample) }).toEqual({ name: golden.name, last: whole.last });
    }
  });
});
