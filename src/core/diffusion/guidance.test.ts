/** Guidance against diffusers' guiders; the values come from models/goldens/make_schedulers.py. */
import { describe, expect, test } from 'vitest';
import { type GuidanceScale, guidedFromPair, rescaleGuided } from './guidance';
import { apgGuided } from './guidance-apg';
import golden from './guidance.golden.json';
import { isSigmaGuided, isStepGuided } from './guidance-interval';
import { isZeroInitStep, zeroStarGuided, zeroStarScale } from './guidance-zero-star';
import { TorchGenerator } from './torch-generator';

const VALUES = 64;
/** Of the largest value. Measured: 2.1e-7 (APG, CFG-Zero*; torch sums in another order), 0 for the rescale. */
const RELATIVE_MAX = 3e-7;
const f = Math.fround;

/** The predictions of four steps: u = randn(2k), c = randn(2k) + 0.3·randn(2k + 1), by seed. */
const steps = [0, 1, 2, 3].map((k) => {
  const uncond = new TorchGenerator(2 * k).randn(VALUES);
  const other = new TorchGenerator(2 * k + 1).randn(VALUES);
  return { uncond, cond: uncond.map((u, i) => u + f(f(0.3) * (other[i] ?? 0))) };
});
const firstStep = steps[0]!;
const joined = (uncond: Float32Array, cond: Float32Array): Float32Array => Float32Array.from([...uncond, ...cond]);
const ends = (values: Float32Array): number[] => [...values.subarray(0, 4), ...values.subarray(-4)];

function relativeDifference(actual: readonly number[], expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs), 1e-30);
  return Math.max(...expected.map((value, i) => Math.abs(f(value) - (actual[i] ?? Number.NaN)))) / scale;
}

describe('classifier-free guidance', () => {
  test.each(golden.rescale)("scale $scale with rescale $rescale is diffusers'", ({ scale, rescale, out }) => {
    const guided = new Float32Array(VALUES);
    guidedFromPair(joined(firstStep.uncond, firstStep.cond), scale, guided);
    rescaleGuided(guided, firstStep.cond, rescale);
    expect(relativeDifference(ends(guided), out)).toBeLessThanOrEqual(RELATIVE_MAX);
  });

  test('at scale 1 it is the conditional prediction, but for rounding', () => {
    const guided = new Float32Array(VALUES);
    guidedFromPair(joined(firstStep.uncond, firstStep.cond), 1, guided);
    expect(relativeDifference(Array.from(guided), Array.from(firstStep.cond))).toBeLessThan(1e-7);
  });

  test('a scale per value guides each by its own', () => {
    const pair = Float32Array.of(0, 0, 1, 1, 1, 2, 2, 3);
    const out = new Float32Array(4);
    guidedFromPair(pair, Float32Array.of(1, 1, 3, 3), out);
    expect(Array.from(out)).toEqual([1, 2, 4, 7]);
  });

  test('a scale per value: where all are one it is that one bit for bit, else each value has its own', () => {
    const { uncond, cond } = firstStep;
    const ways: readonly ((scale: GuidanceScale, out: Float32Array) => void)[] = [
      (scale, out) => guidedFromPair(joined(uncond, cond), scale, out),
      (scale, out) => zeroStarGuided(uncond, cond, scale, out),
      (scale, out) =>
        apgGuided(uncond, cond, { scale, eta: 0.5, normThreshold: 3, momentum: null, average: null, out }),
    ];
    for (const guide of ways) {
      const [low, high, equal, split] = [0, 1, 2, 3].map(() => new Float32Array(VALUES));
      guide(1.7, low!);
      guide(4.2, high!);
      guide(new Float32Array(VALUES).fill(1.7), equal!);
      guide(new Float32Array(VALUES).fill(1.7).fill(4.2, VALUES / 2), split!);
      expect(equal).toEqual(low);
      expect([...split!]).toEqual([...low!.subarray(0, VALUES / 2), ...high!.subarray(VALUES / 2)]);
    }
  });

  test('full rescale gives the guided prediction the deviation of the conditional one', () => {
    const cond = Float32Array.of(1, 2, 3, 4);
    const guided = Float32Array.of(4, 8, 12, 16);
    rescaleGuided(guided, cond, 1);
    expect(Array.from(guided)).toEqual([1, 2, 3, 4]);
  });

  test.each([
    ['a pair that is not twice as long', () => guidedFromPair(new Float32Array(3), 2, new Float32Array(2))],
    ['a rescale above 1', () => rescaleGuided(new Float32Array(4), new Float32Array(4), 1.5)],
  ])('%s is a bug', (_what, call) => {
    expect(call).toThrow(expect.objectContaining({ name: 'AssertionError' }) as Error);
  });
});

describe('adaptive projected guidance', () => {
  test.each(golden.apg)('four steps with $momentum, $normThreshold, $eta are diffusers', ({ outs, ...options }) => {
    const average = new Float32Array(VALUES);
    for (const [k, { uncond, cond }] of steps.entries()) {
      const out = new Float32Array(VALUES);
      apgGuided(uncond, cond, { ...options, average, out });
      expect(relativeDifference(ends(out), outs[k]!)).toBeLessThanOrEqual(RELATIVE_MAX);
    }
  });

  test('with eta 1, no threshold and no momentum it is classifier-free guidance', () => {
    const { uncond, cond } = firstStep;
    const [plain, out] = [new Float32Array(VALUES), new Float32Array(VALUES)];
    guidedFromPair(joined(uncond, cond), 6, plain);
    apgGuided(uncond, cond, { scale: 6, eta: 1, normThreshold: 0, momentum: null, average: null, out });
    expect(relativeDifference(Array.from(out), Array.from(plain))).toBeLessThan(3e-7);
  });

  test('with eta 0 nothing is added along the conditional prediction', () => {
    const out = new Float32Array(2);
    const options = { scale: 2, eta: 0, normThreshold: 0, momentum: null, average: null, out };
    apgGuided(Float32Array.of(0, 0), Float32Array.of(3, 4), options);
    expect(Array.from(out)).toEqual([0, 0]);
  });
});

describe('CFG-Zero*', () => {
  test.each(golden.zeroStar)(
    "scale $scale after $zeroInitSteps zero steps is diffusers'",
    ({ scale, zeroInitSteps, alpha, outs }) => {
      expect(relativeDifference([zeroStarScale(firstStep.uncond, firstStep.cond)], [alpha])).toBeLessThanOrEqual(3e-7);
      for (const [k, { uncond, cond }] of steps.entries()) {
        const out = new Float32Array(VALUES);
        if (!isZeroInitStep(k, zeroInitSteps)) zeroStarGuided(uncond, cond, scale, out);
        expect(relativeDifference(ends(out), outs[k]!)).toBeLessThanOrEqual(RELATIVE_MAX);
      }
    },
  );

  test('of an unconditional prediction of zeros there is nothing to scale', () => {
    const out = new Float32Array(2);
    zeroStarGuided(new Float32Array(2), Float32Array.of(1, -2), 3, out);
    expect(Array.from(out)).toEqual([3, -6]);
  });
});

describe('guidance in an interval', () => {
  test.each(golden.steps)("steps from $start to $stop are diffusers'", ({ start, stop, on }) => {
    expect(on.map((_, i) => isStepGuided(i, on.length, { start, stop }))).toEqual(on);
  });

  test('σ is guided above the low end, up to and at the high end', () => {
    const interval = { low: 0.3, high: 5 };
    expect([0, 0.3, 0.31, 5, 5.01, Infinity].map((sigma) => isSigmaGuided(sigma, interval))).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
  });
});
