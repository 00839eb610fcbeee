/**
 * How a run is guided and which of its steps may be saved, as the artist sets it: part of a shot's sampling and of every
 * recipe. What is absent is off: a run without rules is plain classifier-free guidance, the model run in every step.
 */
import { invalidInput } from '../errors';

export interface ApgMethod {
  readonly kind: 'apg';
  /** Weight of what only saturates: 1 = as in plain guidance, 0 = none of it. */
  readonly eta: number;
  /** Weight of the steps before; negative turns away from them. null = they do not count. */
  readonly momentum: number | null;
  /** Longest guidance vector (L2 over all latent values); 0 = any. */
  readonly normThreshold: number;
}

export interface ZeroStarMethod {
  readonly kind: 'zero-star';
  /** First steps in which the model is not run and nothing moves. */
  readonly zeroInitSteps: number;
}

export interface GuidanceRule {
  /** Absent = classifier-free guidance. */
  readonly method?: ApgMethod | ZeroStarMethod | undefined;
  /** 0 … 1: takes back the contrast that guidance adds. */
  readonly rescale?: number | undefined;
  /** 0 … 1: how much of guidance is only what neighbouring frames share (guidance-steady.ts). */
  readonly steady?: number | undefined;
  /** Fractions of the steps between which guidance is on; outside them the model is run once a step. */
  readonly interval?: { readonly start: number; readonly stop: number } | undefined;
}

export interface StepReuse {
  /** Largest estimated relative error of a step that is not computed, > 0. */
  readonly threshold: number;
  /** First steps that are always computed, at least 2. */
  readonly warmUpSteps: number;
}

export const defaultApg: ApgMethod = { kind: 'apg', eta: 0, momentum: -0.5, normThreshold: 0 };
export const defaultZeroStar: ZeroStarMethod = { kind: 'zero-star', zeroInitSteps: 1 };
export const defaultWarmUpSteps = 3;

export interface RuledRun {
  readonly steps: number;
  readonly guidanceRule?: GuidanceRule | undefined;
  readonly stepReuse?: StepReuse | undefined;
}

/**
 * What schemas do not see: values that exclude each other, and steps that only a flow can leave out.
 * @param isFlow the model predicts a flow's velocity; without it, a step of zeros would blow the latents up
 * @throws AppError input/invalid
 */
export function assertRulesFit({ steps, guidanceRule, stepReuse }: RuledRun, { isFlow }: { isFlow: boolean }): void {
  const { interval, method } = guidanceRule ?? {};
  if (interval && interval.start >= interval.stop)
    throw invalidInput(
      'guidanceRule.interval',
      `${interval.start} to ${interval.stop}`,
      'guidance ends before it begins',
      'Let it begin before it ends; 0 to 1 is the whole run.',
    );
  if (method?.kind === 'zero-star' && method.zeroInitSteps > 0) {
    if (!isFlow)
      throw invalidInput(
        'guidanceRule.method.zeroInitSteps',
        method.zeroInitSteps,
        'this model predicts noise, of which no step can be left out',
        'Set the silent steps to 0.',
      );
    if (method.zeroInitSteps >= steps)
      throw invalidInput(
        'guidanceRule.method.zeroInitSteps',
        method.zeroInitSteps,
        `all ${steps} steps would be left out`,
        'Leave out fewer; 1 is usual.',
      );
  }
  if (stepReuse && stepReuse.warmUpSteps < 2)
    throw invalidInput(
      'stepReuse.warmUpSteps',
      stepReuse.warmUpSteps,
      'two computed steps are needed to estimate the third',
      'Use 2 or more.',
    );
}

/** What decides pixels, as one JSON-able value with one form; null = plain. */
export function ruleContent(rule: GuidanceRule | undefined): unknown {
  const { method, rescale = 0, steady = 0, interval } = rule ?? {};
  const isWhole = interval === undefined || (interval.start === 0 && interval.stop === 1);
  if (method === undefined && rescale === 0 && steady === 0 && isWhole) return null;
  const chosen =
    method === undefined
      ? null
      : method.kind === 'apg'
        ? ['apg', method.eta, method.momentum, method.normThreshold]
        : ['zero-star', method.zeroInitSteps];
  const content = [chosen, rescale, isWhole ? null : [interval.start, interval.stop]];
  // Recipes from before keep their form.
  return steady === 0 ? content : [...content, steady];
}
