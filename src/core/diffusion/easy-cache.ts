/**
 * EasyCache: whether a step may reuse the last model output instead of running the model. Needs nothing of the model
 * but what goes in and what comes out.
 *
 * In the calm middle of a run the output changes in proportion to the input: k = mean|Δv| / mean|Δx|, measured between
 * the last two computed steps. Each step's change is then foreseen as k·mean|Δx| / mean|v|, and these are added up while
 * the model is not run; as long as the sum stays below the threshold the step is v ≈ x + (v_last − x_last).
 * The sum is the estimated relative error of the reused output, and is handed out to be shown.
 *
 * A pure state machine: `decide` for every step, then `computed` or `reused` with what was decided. The state is plain
 * data, part of a saved run; it holds copies of at most three latents.
 * @see Zhou et al. 2025, arXiv:2507.02860
 */
import { assert } from '../errors';

export interface EasyCacheOptions {
  /** Steps of the run. */
  readonly steps: number;
  /** Largest estimated relative error, ≥ 0; 0 = never reuse. 0.05 … 0.2 are usual. */
  readonly threshold: number;
  /** First steps that always run the model, ≥ 2 (two outputs are needed to measure k). */
  readonly warmUpSteps: number;
}

export interface EasyCacheState {
  readonly options: EasyCacheOptions;
  /** Index of the step to be decided next. */
  readonly nextIndex: number;
  /** The step before: its input. */
  readonly lastInput: Float32Array | null;
  /** The last step that was computed: its input and output. */
  readonly computedInput: Float32Array | null;
  readonly computedOutput: Float32Array | null;
  /** k: change of the output per change of the input, mean absolute values; null = not measured yet. */
  readonly rate: number | null;
  /** Sum of the changes foreseen since the last computed step. */
  readonly accumulatedError: number;
  readonly reusedSteps: number;
  /** Largest estimated error of any reused step: what the whole run can be labelled with. */
  readonly worstError: number;
}

export interface EasyCacheDecision {
  readonly action: 'compute' | 'reuse';
  /** Estimated relative error that reusing has or would have; null = no estimate (warm-up). */
  readonly estimatedError: number | null;
  readonly reason: 'warm-up' | 'last-step' | 'no-rate' | 'above-threshold' | 'below-threshold';
}

export function startEasyCache(options: EasyCacheOptions): EasyCacheState {
  assert(Number.isInteger(options.steps) && options.steps >= 1, `steps must be ≥ 1, got ${options.steps}`);
  assert(options.threshold >= 0, `threshold must be ≥ 0, got ${options.threshold}`);
  assert(options.warmUpSteps >= 2, `warmUpSteps must be ≥ 2, got ${options.warmUpSteps}`);
  return {
    options,
    nextIndex: 0,
    lastInput: null,
    computedInput: null,
    computedOutput: null,
    rate: null,
    accumulatedError: 0,
    reusedSteps: 0,
    worstError: 0,
  };
}

/**
 * What to do in the next step. Changes nothing.
 * @param input the model input x of this step (the latents, once, without the copies for guidance)
 */
export function decide(state: EasyCacheState, input: Float32Array): EasyCacheDecision {
  const { options, nextIndex, lastInput, computedOutput, rate } = state;
  assert(nextIndex < options.steps, `step ${nextIndex} of a run of ${options.steps}`);
  if (nextIndex < options.warmUpSteps) return { action: 'compute', estimatedError: null, reason: 'warm-up' };
  if (rate === null || lastInput === null || computedOutput === null)
    return { action: 'compute', estimatedError: null, reason: 'no-rate' };
  const foreseen = (rate * meanAbsoluteDifference(input, lastInput)) / meanAbsolute(computedOutput);
  const estimatedError = state.accumulatedError + foreseen;
  // A run ends on a prediction of the model's own: the last step makes the finest detail.
  if (nextIndex === options.steps - 1) return { action: 'compute', estimatedError, reason: 'last-step' };
  // Written so that NaN (an output of zeros that did not change) computes.
  return estimatedError < options.threshold
    ? { action: 'reuse', estimatedError, reason: 'below-threshold' }
    : { action: 'compute', estimatedError, reason: 'above-threshold' };
}

/** After running the model. Copies both. */
export function computed(state: EasyCacheState, input: Float32Array, output: Float32Array): EasyCacheState {
  assert(input.length === output.length, 'EasyCache adds outputs to inputs: they have one shape');
  const { computedInput, computedOutput } = state;
  let { rate } = state;
  if (computedInput !== null && computedOutput !== null) {
    const inputChange = meanAbsoluteDifference(input, computedInput);
    // Nothing has moved: the rate of before is as good as any.
    if (inputChange > 0) rate = meanAbsoluteDifference(output, computedOutput) / inputChange;
  }
  const copy = input.slice();
  return {
    ...state,
    nextIndex: state.nextIndex + 1,
    lastInput: copy,
    computedInput: copy,
    computedOutput: output.slice(),
    rate,
    accumulatedError: 0,
  };
}

/**
 * Instead of running the model.
 * @param input          as given to `decide`
 * @param estimatedError as `decide` gave it
 * @param out            receives x + (v_last − x_last); may not be `input`
 */
export function reused(
  state: EasyCacheState,
  input: Float32Array,
  options: { readonly estimatedError: number; readonly out: Float32Array },
): EasyCacheState {
  const { computedInput, computedOutput } = state;
  assert(computedInput && computedOutput, 'there is no output to reuse');
  const { estimatedError, out } = options;
  for (let i = 0; i < out.length; i++)
    out[i] = (input[i] ?? 0) + Math.fround((computedOutput[i] ?? 0) - (computedInput[i] ?? 0));
  return {
    ...state,
    nextIndex: state.nextIndex + 1,
    lastInput: input.slice(),
    accumulatedError: estimatedError,
    reusedSteps: state.reusedSteps + 1,
    worstError: Math.max(state.worstError, estimatedError),
  };
}

function meanAbsolute(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum / values.length;
}

function meanAbsoluteDifference(a: Float32Array, b: Float32Array): number {
  assert(a.length === b.length, 'the latents of a run keep their size');
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return sum / a.length;
}
