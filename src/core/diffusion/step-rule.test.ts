/** The rule of a run's steps: off is plain guidance bit for bit, every rule counts its passes, and a saved one goes on. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guidedFromPair, rescaleGuided } from './guidance';
import { apgGuided } from './guidance-apg';
import { assertRulesFit, defaultApg, ruleContent, type GuidanceRule, type StepReuse } from './guidance-rule';
import { zeroStarGuided } from './guidance-zero-star';
import { passesOfRun, StepRule, type StepRuleOptions } from './step-rule';
import { TorchGenerator } from './torch-generator';

const SIZE = 48;
const STEPS = 8;
const layout = { offset: 0, frames: 4, inner: SIZE / 4, isGiven: () => false };
const plain: StepRuleOptions = { steps: STEPS, guidance: 4, isGuided: true, size: SIZE, layout };

/** A model of its own: what it says depends on where it is and when, smoothly. */
function answersAt(latents: Float32Array, step: number, passes: number): Float32Array {
  const noise = new TorchGenerator(step).randn(2 * SIZE);
  const pair = new Float32Array(2 * SIZE);
  for (let i = 0; i < 2 * SIZE; i++)
    pair[i] = 2 + 0.1 * (latents[i % SIZE] ?? 0) + 0.05 * (noise[i] ?? 0) + (i < SIZE ? 0 : 0.2);
  return passes === 2 ? pair : pair.slice(SIZE);
}

interface Run {
  readonly passes: number[];
  readonly predictions: Float32Array[];
  readonly tally: StepRule['tally'];
}

/** @param swapAt after this step the rule is saved, and a new one goes on */
function run(options: StepRuleOptions, swapAt = -1): Run {
  let rule = new StepRule(options);
  const latents = new TorchGenerator(77).randn(SIZE);
  const [passes, predictions]: [number[], Float32Array[]] = [[], []];
  for (let step = 0; step < options.steps; step++) {
    const count = rule.passes(step, latents);
    const out = new Float32Array(SIZE);
    rule.predict(latents, count === 0 ? null : answersAt(latents, step, count), out);
    for (let i = 0; i < SIZE; i++) latents[i] = (latents[i] ?? 0) - 0.02 * (out[i] ?? 0);
    passes.push(count);
    predictions.push(out);
    if (step !== swapAt) continue;
    const { arrays, memory } = rule.state();
    rule = new StepRule(options);
    rule.restore({ arrays: arrays.map((array) => array.slice()), memory });
  }
  return { passes, predictions, tally: rule.tally };
}

describe('without rules', () => {
  test('every step runs the model twice and is classifier-free guidance bit for bit', () => {
    const latents = new TorchGenerator(77).randn(SIZE);
    const { passes, predictions, tally } = run(plain);
    const wanted = new Float32Array(SIZE);
    guidedFromPair(answersAt(latents, 0, 2), 4, wanted);
    expect(predictions[0]).toEqual(wanted);
    expect(passes).toEqual([2, 2, 2, 2, 2, 2, 2, 2]);
    expect(tally).toEqual({ passes: 16, reusedSteps: 0, worstError: 0 });
    expect(new StepRule(plain).state().arrays).toEqual([]);
  });

  test('a run that is not guided runs it once, and its answer is the prediction', () => {
    const { passes, predictions } = run({ ...plain, isGuided: false, guidanceRule: { method: defaultApg } });
    expect(passes).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    expect(predictions[0]).toEqual(answersAt(new TorchGenerator(77).randn(SIZE), 0, 1));
  });
});

test.each<[string, GuidanceRule, (pair: Float32Array, out: Float32Array) => void]>([
  [
    'APG',
    { method: defaultApg },
    (pair, out) =>
      apgGuided(pair.subarray(0, SIZE), pair.subarray(SIZE), {
        ...defaultApg,
        scale: 4,
        average: new Float32Array(SIZE),
        out,
      }),
  ],
  [
    'CFG-Zero* with rescale',
    { method: { kind: 'zero-star', zeroInitSteps: 0 }, rescale: 0.7 },
    (pair, out) => {
      zeroStarGuided(pair.subarray(0, SIZE), pair.subarray(SIZE), 4, out);
      rescaleGuided(out, pair.subarray(SIZE), 0.7);
    },
  ],
])('%s is what its own file says', (_name, guidanceRule, wantedOf) => {
  const wanted = new Float32Array(SIZE);
  wantedOf(answersAt(new TorchGenerator(77).randn(SIZE), 0, 2), wanted);
  expect(run({ ...plain, guidanceRule }).predictions[0]).toEqual(wanted);
});

test('from a step on a second expert has a scale of its own', () => {
  const options = { ...plain, steps: 4, guidance: 3, size: 4, layout: { ...layout, inner: 1 } };
  const rule = new StepRule({ ...options, second: { from: 2, guidance: 1.5 } });
  const alone = (guidance: number): StepRule => new StepRule({ ...options, guidance });
  const [before, after] = [alone(3), alone(1.5)];
  const pair = Float32Array.from({ length: 8 }, (_, i) => Math.sin(i + 1));
  for (let step = 0; step < 4; step++) {
    const of = (one: StepRule): number[] => {
      const out = new Float32Array(4);
      one.passes(step, out);
      one.predict(new Float32Array(4), pair, out);
      return [...out];
    };
    const [made, first, second] = [of(rule), of(before), of(after)];
    expect(made).toEqual(step < 2 ? first : second);
    expect(first).not.toEqual(second);
  }
});

test('silent steps do not run the model and move nothing', () => {
  const { passes, predictions } = run({ ...plain, guidanceRule: { method: { kind: 'zero-star', zeroInitSteps: 2 } } });
  expect(passes).toEqual([0, 0, 2, 2, 2, 2, 2, 2]);
  expect(predictions[1]).toEqual(new Float32Array(SIZE));
});

test('outside its interval the prompt alone decides, at half the passes', () => {
  const { passes } = run({ ...plain, guidanceRule: { interval: { start: 0.25, stop: 0.75 } } });
  expect(passes).toEqual([1, 1, 2, 2, 2, 2, 1, 1]);
});

describe('step reuse', () => {
  const stepReuse: StepReuse = { threshold: 0.2, warmUpSteps: 2 };

  test('leaves steps out, counts them, and keeps the first and the last', () => {
    const { passes, tally } = run({ ...plain, stepReuse });
    expect(tally.reusedSteps).toBeGreaterThan(0);
    expect(tally.reusedSteps).toBe(passes.filter((count) => count === 0).length);
    expect(tally.worstError).toBeGreaterThan(0);
    expect(tally.worstError).toBeLessThan(0.2);
    expect([passes[0], passes[1], passes.at(-1)]).toEqual([2, 2, 2]);
  });

  test('computes where guidance goes on or off', () => {
    const { passes } = run({
      ...plain,
      stepReuse: { ...stepReuse, threshold: 1 },
      guidanceRule: { interval: { start: 0, stop: 0.5 } },
    });
    expect(passes).toEqual([2, 2, 0, 0, 1, 0, 0, 1]);
  });
});

describe('a rule that was saved', () => {
  const method = fc.option(
    fc.oneof(
      fc.constant({ kind: 'zero-star' as const, zeroInitSteps: 1 }),
      fc.record({
        kind: fc.constant('apg' as const),
        eta: fc.double({ min: 0, max: 1, noNaN: true }),
        momentum: fc.option(fc.double({ min: -0.9, max: 0.9, noNaN: true })),
        normThreshold: fc.double({ min: 0, max: 20, noNaN: true }),
      }),
    ),
    { nil: undefined },
  );
  const rules = fc.record({
    guidanceRule: fc.record({
      method,
      rescale: fc.double({ min: 0, max: 1, noNaN: true }),
      interval: fc.option(fc.constant({ start: 0.2, stop: 0.7 }), { nil: undefined }),
    }),
    stepReuse: fc.option(fc.record({ threshold: fc.constantFrom(0.05, 0.3), warmUpSteps: fc.constantFrom(2, 3) }), {
      nil: undefined,
    }),
  });

  test('goes on bit for bit, after any step and by any rules; its passes are those foreseen less those reused', () => {
    fc.assert(
      fc.property(rules, fc.integer({ min: 0, max: STEPS - 1 }), (given, swapAt) => {
        const options = { ...plain, ...given };
        const whole = run(options);
        const swapped = run(options, swapAt);
        expect(swapped.predictions).toEqual(whole.predictions);
        expect(swapped.tally).toEqual(whole.tally);
        expect(whole.tally.passes).toBe(whole.passes.reduce((sum, count) => sum + count, 0));
        if (whole.tally.reusedSteps === 0) expect(whole.tally.passes).toBe(passesOfRun(options));
        else expect(whole.tally.passes).toBeLessThan(passesOfRun(options));
      }),
      { numRuns: 60 },
    );
  });
});

describe('rules', () => {
  test.each<[string, Parameters<typeof assertRulesFit>[0], boolean, string]>([
    [
      'an interval that ends first',
      { steps: 8, guidanceRule: { interval: { start: 0.5, stop: 0.5 } } },
      true,
      'interval',
    ],
    [
      'silent steps of a noise model',
      { steps: 8, guidanceRule: { method: { kind: 'zero-star', zeroInitSteps: 1 } } },
      false,
      'zeroInitSteps',
    ],
    [
      'a run of silence',
      { steps: 2, guidanceRule: { method: { kind: 'zero-star', zeroInitSteps: 2 } } },
      true,
      'zeroInit',
    ],
    ['a warm-up of one', { steps: 8, stepReuse: { threshold: 0.1, warmUpSteps: 1 } }, true, 'warmUpSteps'],
  ])('refuse %s', (_name, given, isFlow, field) => {
    expect(() => assertRulesFit(given, { isFlow })).toThrow(
      expect.objectContaining({
        code: 'input/invalid',
        detail: expect.objectContaining({ field: expect.stringContaining(field) as string }) as object,
      }) as Error,
    );
  });

  test('that say the same have one content, and plain has none', () => {
    expect([
      ruleContent(undefined),
      ruleContent({}),
      ruleContent({ rescale: 0, interval: { start: 0, stop: 1 } }),
    ]).toEqual([null, null, null]);
    expect(ruleContent({ rescale: 0.5 })).toEqual([null, 0.5, null]);
  });
});
