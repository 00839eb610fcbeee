/**
 * What a run does and takes besides time, window by window, so that a run that goes on counts what it did before too.
 */
import { firstStepOf } from '@core/diffusion/source-film';
import type { StepRuleTally } from '@core/diffusion/step-rule';
import type { RunReport } from '@contracts/engine';
import type { Recipe } from '@contracts/recipe';

export interface WindowTally extends StepRuleTally {
  readonly window: number;
}

export class ReportBook {
  readonly #recipe: Pick<Recipe, 'steps' | 'windows' | 'source'>;
  readonly #tallies = new Map<number, StepRuleTally>();
  readonly #frameBytes = new Map<number, number>();
  readonly #fallbacks = new Map<string, string>();
  readonly #peakBefore = peakBytes();

  constructor(recipe: Pick<Recipe, 'steps' | 'windows' | 'source'>) {
    this.#recipe = recipe;
  }

  goOnFrom(tallies: readonly WindowTally[]): void {
    for (const { window, ...tally } of tallies) this.#tallies.set(window, tally);
  }

  windowDone(window: number, tally: StepRuleTally): void {
    this.#tallies.set(window, tally);
  }

  framesStored(frames: readonly { readonly index: number; readonly bytes: number }[]): void {
    for (const { index, bytes } of frames) this.#frameBytes.set(index, bytes);
  }

  /** @returns whether that is new */
  fellBack(graph: string, reason: string): boolean {
    const isNew = !this.#fallbacks.has(graph);
    this.#fallbacks.set(graph, reason);
    return isNew;
  }

  tallies(): WindowTally[] {
    return [...this.#tallies].map(([window, tally]) => ({ window, ...tally }));
  }

  report(): RunReport {
    const tallies = [...this.#tallies.values()];
    const peak = peakBytes();
    return {
      steps: (this.#recipe.steps - firstStepOf(this.#recipe)) * this.#recipe.windows.length,
      passes: tallies.reduce((sum, { passes }) => sum + passes, 0),
      reusedSteps: tallies.reduce((sum, { reusedSteps }) => sum + reusedSteps, 0),
      worstError: Math.max(0, ...tallies.map(({ worstError }) => worstError)),
      // The system keeps one high-water mark for the whole process: it is this run's only if it rose.
      peakBytes: peak > this.#peakBefore ? peak : null,
      fallbacks: [...this.#fallbacks].map(([graph, reason]) => ({ graph, reason })),
      frameBytes: [...this.#frameBytes.values()].reduce((sum, bytes) => sum + bytes, 0),
    };
  }
}

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
