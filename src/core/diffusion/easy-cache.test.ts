import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  computed,
  decide,
  reused,
  startEasyCache,
  type EasyCacheDecision,
  type EasyCacheOptions,
  type EasyCacheState,
} from './easy-cache';

interface Run {
  readonly decisions: readonly EasyCacheDecision[];
  readonly outputs: readonly (readonly number[])[];
  readonly state: EasyCacheState;
}

/** Inputs are what the sampler would give; the model is any function of them. */
function runThrough(
  options: EasyCacheOptions,
  inputs: readonly (readonly number[])[],
  model: (x: number, step: number) => number,
): Run {
  let state = startEasyCache(options);
  const decisions: EasyCacheDecision[] = [];
  const outputs: number[][] = [];
  for (const [step, values] of inputs.entries()) {
    const input = Float32Array.from(values);
    const decision = decide(state, input);
    const output = new Float32Array(input.length);
    if (decision.action === 'reuse') {
      state = reused(state, input, { estimatedError: decision.estimatedError ?? 0, out: output });
    } else {
      output.set(input.map((x) => model(x, step)));
      state = computed(state, input, output);
    }
    input.fill(Number.NaN); // the caller's buffer goes on to the next step
    decisions.push(decision);
    outputs.push(Array.from(output));
  }
  return { decisions, outputs, state };
}

const options = { steps: 8, threshold: 0.1, warmUpSteps: 2 };

describe('EasyCache', () => {
  test('foresees the change of the output from the change of the input, adds it up, and computes at the threshold', () => {
    // Between steps 0 and 1 the input moves by 1 and the output by 0.5: k = 0.5. Later inputs move by 1 at |v| = 10.
    const inputs = [0, 1, 2, 3, 4, 5, 6, 7].map((x) => [x]);
    const { decisions, state } = runThrough(options, inputs, (x) => 9.5 + 0.5 * x);
    expect(decisions).toEqual([
      { action: 'compute', estimatedError: null, reason: 'warm-up' },
      { action: 'compute', estimatedError: null, reason: 'warm-up' },
      { action: 'reuse', estimatedError: 0.05, reason: 'below-threshold' },
      { action: 'compute', estimatedError: 0.1, reason: 'above-threshold' },
      { action: 'reuse', estimatedError: 0.5 / 11, reason: 'below-threshold' },
      { action: 'reuse', estimatedError: 1 / 11, reason: 'below-threshold' },
      { action: 'compute', estimatedError: 1.5 / 11, reason: 'above-threshold' },
      { action: 'compute', estimatedError: 0.5 / 12.5, reason: 'last-step' },
    ]);
    expect(state).toMatchObject({ reusedSteps: 3, worstError: 1 / 11, nextIndex: 8, accumulatedError: 0 });
  });

  test('a reused output moves with its input: x + (v_last − x_last)', () => {
    const inputs = [0, 1, 1.5, 2, 2, 2, 2, 2].map((x) => [x, -x]);
    const { decisions, outputs } = runThrough({ ...options, threshold: 1 }, inputs, (x) => x + 4);
    expect(decisions[2]?.action).toBe('reuse');
    expect(outputs[2]).toEqual([5.5, 2.5]);
  });

  test('threshold 0 never reuses, and the outputs are the model’s', () => {
    const inputs = [1, 1, 1, 1, 1, 1, 1, 1].map((x) => [x]);
    const { decisions, outputs } = runThrough({ ...options, threshold: 0 }, inputs, (x, step) => x + step);
    expect(decisions.every(({ action }) => action === 'compute')).toBe(true);
    expect(outputs).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((v) => [v]));
  });

  test('a model whose output is all zeros has no estimate to go by, and is run', () => {
    const inputs = [1, 2, 3, 4, 5, 6, 7, 8].map((x) => [x]);
    const { decisions } = runThrough(options, inputs, () => 0);
    expect(decisions.every(({ action }) => action === 'compute')).toBe(true);
  });

  test('an input that never moved has no rate, and is computed', () => {
    const { decisions } = runThrough(options, new Array<number[]>(8).fill([1]), () => 5);
    expect(decisions[2]).toEqual({ action: 'compute', estimatedError: null, reason: 'no-rate' });
  });

  test('of any run: warm-up and last step are computed, no reused step is above the threshold, the worst is told', () => {
    const value = fc.float({ noNaN: true, min: -8, max: 8 });
    const run = fc.record({
      inputs: fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 20 }),
      threshold: fc.double({ min: 0, max: 2, noNaN: true }),
      warmUpSteps: fc.integer({ min: 2, max: 5 }),
    });
    fc.assert(
      fc.property(run, ({ inputs, threshold, warmUpSteps }) => {
        const steps = inputs.length;
        const { decisions, state } = runThrough(
          { steps, threshold, warmUpSteps },
          inputs,
          (x, step) => Math.sin(x) + step,
        );
        const reusedErrors = decisions.filter((d) => d.action === 'reuse').map((d) => d.estimatedError ?? Number.NaN);
        expect(decisions.slice(0, warmUpSteps).every((d) => d.action === 'compute')).toBe(true);
        expect(decisions.at(-1)?.action).toBe('compute');
        expect(reusedErrors.every((error) => error < threshold)).toBe(true);
        expect(state.worstError).toBe(Math.max(0, ...reusedErrors));
        expect(state.reusedSteps).toBe(reusedErrors.length);
      }),
    );
  });

  test('the state of a run survives being stored', () => {
    let state = startEasyCache(options);
    for (const x of [0, 1, 2]) state = computed(state, Float32Array.of(x), Float32Array.of(9.5 + 0.5 * x));
    const input = Float32Array.of(3);
    expect(decide(structuredClone(state), input)).toEqual(decide(state, input));
  });

  test.each([{ steps: 0 }, { steps: 2.5 }, { threshold: -1 }, { threshold: Number.NaN }, { warmUpSteps: 1 }])(
    'options that make no sense are a bug: %o',
    (wrong) => {
      expect(() => startEasyCache({ ...options, ...wrong })).toThrow(
        expect.objectContaining({ name: 'AssertionError' }) as Error,
      );
    },
  );
});
