/**
 * One window's denoising, step by step: how often the model has to be run, and what becomes of its answers. Guidance
 * (guidance*.ts), the interval it is on in, and step reuse (easy-cache.ts) meet here, so that every family applies them
 * in the same way:
 *
 *   const passes = rule.passes(step, latents);      // 2 = [uncond, cond], 1 = cond, 0 = the model is not run
 *   rule.predict(latents, answers, prediction);
 *
 * Without rules it is classifier-free guidance in every step, bit for bit. The order is diffusers' guiders': zero steps,
 * then the interval, the method, the rescale; steadiness, which is ours,
 * comes before the method. What it remembers is part of a saved run.
 */
import { assert } from '../errors';
import { computed, decide, reused, startEasyCache, type EasyCacheState } from './easy-cache';
import { guided, type GuidanceScale, rescaleGuided } from './guidance';
import { apgGuided } from './guidance-apg';
import { isStepGuided } from './guidance-interval';
import { type FrameLayout, steadyUncond } from './guidance-steady';
import type { RuledRun } from './guidance-rule';
import { isZeroInitStep, zeroStarGuided } from './guidance-zero-star';
import { firstStepOf, type Redrawn } from './source-film';

export interface StepRuleOptions extends RuledRun {
  readonly guidance: GuidanceScale;
  /** false = the prompt alone decides, at every step. */
  readonly isGuided: boolean;
  /** Another scale from a step on: that of a model's second expert. */
  readonly second?: { readonly from: number; readonly guidance: GuidanceScale } | undefined;
  /** Values of the latents. */
  readonly size: number;
  /** Where frames lie in them. */
  readonly layout: FrameLayout;
}

/** Times the model is run for a step. */
export type Passes = 0 | 1 | 2;

/** All of a rule between two steps. The arrays have the latents' size. */
export interface StepRuleState {
  readonly arrays: readonly Float32Array[];
  /** JSON. */
  readonly memory: string;
}

/** What the rule has saved so far. */
export interface StepRuleTally {
  /** Times the model was run. */
  readonly passes: number;
  readonly reusedSteps: number;
  /** Largest estimated relative error of a reused step; 0 = none was reused. */
  readonly worstError: number;
}

interface Memory {
  readonly passes: number;
  /** For each name of an array that is there, its place; two names may share one. */
  readonly places: Readonly<Partial<Record<ArrayName, number>>>;
  readonly reuse: Omit<EasyCacheState, 'options' | ReuseArray> | null;
}

type ReuseArray = 'lastInput' | 'computedInput' | 'computedOutput';
type ArrayName = ReuseArray | 'average';

export class StepRule {
  readonly #options: StepRuleOptions;
  /** What stands for the unconditional prediction when guidance is steady. */
  readonly #steadied: Float32Array | null;
  /** The average of the guidance vectors so far, for APG with momentum. */
  #average: Float32Array | null = null;
  #reuse: EasyCacheState | null = null;
  #passes = 0;
  #pending: { readonly step: number; readonly passes: Passes; readonly reusedError: number | null } | null = null;

  constructor(options: StepRuleOptions) {
    this.#options = options;
    const { guidanceRule, stepReuse, steps, isGuided, size } = options;
    const method = guidanceRule?.method;
    this.#steadied = isGuided && (guidanceRule?.steady ?? 0) > 0 ? new Float32Array(size) : null;
    if (isGuided && method?.kind === 'apg' && method.momentum !== null) this.#average = new Float32Array(size);
    if (stepReuse) {
      const silent = isGuided && method?.kind === 'zero-star' ? method.zeroInitSteps : 0;
      // The change of the output is measured between steps that were really computed.
      const warmUpSteps = Math.max(stepReuse.warmUpSteps, silent + 2);
      this.#reuse = startEasyCache({ steps, threshold: stepReuse.threshold, warmUpSteps });
    }
  }

  /** @param input the latents of this step, once, as the model would see them */
  passes(step: number, input: Float32Array): Passes {
    const { steps, isGuided } = this.#options;
    const wanted = isGuided ? wantedPasses(step, this.#options) : 1;
    // Where guidance goes on or off the output jumps, and the last one is no guide to the next.
    const isTurn = isGuided && step > 0 && step < steps && wanted !== wantedPasses(step - 1, this.#options);
    const decision = this.#reuse === null || wanted === 0 || isTurn ? null : decide(this.#reuse, input);
    const reusedError = decision?.action === 'reuse' ? (decision.estimatedError ?? 0) : null;
    const passes = reusedError === null ? wanted : 0;
    this.#pending = { step, passes, reusedError };
    return passes;
  }

  /**
   * @param answers what the model gave: float32 [passes · size], [uncond, cond] for two; null for none
   * @param out     the prediction to step with, float32 [size]; may be neither of the others
   */
  predict(input: Float32Array, answers: Float32Array | null, out: Float32Array): void {
    assert(this.#pending !== null, 'passes() comes before predict()');
    const { step, passes, reusedError } = this.#pending;
    this.#pending = null;
    this.#passes += passes;
    if (reusedError !== null) {
      assert(this.#reuse !== null, 'only a rule with reuse reuses');
      this.#reuse = reused(this.#reuse, input, { estimatedError: reusedError, out });
      return;
    }
    if (passes === 0) out.fill(0);
    else {
      assert(answers?.length === passes * out.length, `${passes} answers of ${out.length} values are needed`);
      if (passes === 1) out.set(answers);
      else this.#guide(step, answers, out);
    }
    if (this.#reuse !== null) this.#reuse = computed(this.#reuse, input, out);
  }

  get tally(): StepRuleTally {
    const { reusedSteps = 0, worstError = 0 } = this.#reuse ?? {};
    return { passes: this.#passes, reusedSteps, worstError };
  }

  /** Nothing to remember = no arrays. The arrays are this rule's own: copy what must not change. */
  state(): StepRuleState {
    const arrays: Float32Array[] = [];
    const places: Partial<Record<ArrayName, number>> = {};
    const keep = (name: ArrayName, values: Float32Array | null): void => {
      if (values === null) return;
      const at = arrays.indexOf(values);
      places[name] = at < 0 ? arrays.push(values) - 1 : at;
    };
    keep('average', this.#average);
    let reuse: Memory['reuse'] = null;
    if (this.#reuse !== null) {
      const { options: _, lastInput, computedInput, computedOutput, ...numbers } = this.#reuse;
      keep('lastInput', lastInput);
      keep('computedInput', computedInput);
      keep('computedOutput', computedOutput);
      reuse = numbers;
    }
    return { arrays, memory: JSON.stringify({ passes: this.#passes, places, reuse } satisfies Memory) };
  }

  /** Takes up where a rule with the same options stood. The arrays become this rule's own. */
  restore({ arrays, memory }: StepRuleState): void {
    // Written by state() under a checksum.
    const { passes, places, reuse } = JSON.parse(memory) as Memory;
    const at = (name: ArrayName): Float32Array | null => arrays[places[name] ?? -1] ?? null;
    this.#passes = passes;
    if (this.#average !== null) this.#average = at('average') ?? this.#average;
    if (this.#reuse === null || reuse === null) return;
    const kept = {
      lastInput: at('lastInput'),
      computedInput: at('computedInput'),
      computedOutput: at('computedOutput'),
    };
    this.#reuse = { ...this.#reuse, ...reuse, ...kept };
  }

  #guide(step: number, pair: Float32Array, out: Float32Array): void {
    const { guidance, second, layout, guidanceRule: { method, rescale = 0, steady = 0 } = {} } = this.#options;
    const scale = second !== undefined && step >= second.from ? second.guidance : guidance;
    const plain = pair.subarray(0, out.length);
    const cond = pair.subarray(out.length);
    const uncond = this.#steadied ?? plain;
    if (this.#steadied !== null) steadyUncond(plain, cond, { steady, layout, out: this.#steadied });
    if (method === undefined) guided(uncond, cond, scale, out);
    else if (method.kind === 'apg') apgGuided(uncond, cond, { ...method, scale, average: this.#average, out });
    else zeroStarGuided(uncond, cond, scale, out);
    if (rescale > 0) rescaleGuided(out, cond, rescale);
  }
}

/** Times the model is run for a guided run's step when nothing is reused. */
export function wantedPasses(step: number, { steps, guidanceRule }: RuledRun): Passes {
  const { method, interval } = guidanceRule ?? {};
  if (method?.kind === 'zero-star' && isZeroInitStep(step, method.zeroInitSteps)) return 0;
  return interval === undefined || isStepGuided(step, steps, interval) ? 2 : 1;
}

/** Times the model is run in a window's steps when nothing is reused. */
export function passesOfRun(run: RuledRun & Redrawn & { readonly isGuided: boolean }): number {
  const first = firstStepOf(run);
  if (!run.isGuided) return run.steps - first;
  let passes = 0;
  for (let step = first; step < run.steps; step++) passes += wantedPasses(step, run);
  return passes;
}
