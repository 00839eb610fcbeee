/**
 * Seconds spent per stage of a run, those before a stop included, to the microsecond. Opening graphs happens inside other
 * stages and is taken out of them; of the transformer only the time inside its graphs counts.
 */
import type { RunSeconds } from '@contracts/engine';

type Stage = 'encode' | 'denoise' | 'decode' | 'write' | 'transformer';

export class StageWatch {
  readonly #startedAt = performance.now();
  readonly #ms: Record<Stage, number> = { encode: 0, denoise: 0, decode: 0, write: 0, transformer: 0 };
  readonly #loadMs: () => number;
  readonly #graphMs: () => number;
  readonly #underWay = new Map<Stage, () => number>();
  #otherLoadMs = 0;
  #before: RunSeconds | null = null;

  /** @param clocks milliseconds spent so far opening graphs, and inside them */
  constructor(clocks: { readonly loadMs: () => number; readonly graphMs: () => number }) {
    this.#loadMs = clocks.loadMs;
    this.#graphMs = clocks.graphMs;
  }

  async time<T>(stage: Stage, work: () => Promise<T>): Promise<{ value: T; ms: number }> {
    const startedAt = performance.now();
    const [loadedAt, graphsAt] = [this.#loadMs(), this.#graphMs()];
    const elapsedMs = (): number =>
      stage === 'transformer'
        ? this.#graphMs() - graphsAt
        : performance.now() - startedAt - (this.#loadMs() - loadedAt);
    this.#underWay.set(stage, elapsedMs);
    try {
      return { value: await work(), ms: elapsedMs() };
    } finally {
      this.#underWay.delete(stage);
      this.#ms[stage] += elapsedMs();
    }
  }

  /** Loading that is not a graph: reading the package, building the tokenizer. */
  addLoad(ms: number): void {
    this.#otherLoadMs += ms;
  }

  /** The run goes on from a state that took so long to reach. */
  goOnFrom(spent: RunSeconds): void {
    this.#before = spent;
  }

  /** Up to this moment, in the middle of a stage too. */
  seconds(): RunSeconds {
    const seconds = (name: keyof RunSeconds, ms: number): number =>
      Math.round((ms + (this.#before?.[name] ?? 0) * 1000) * 1000) / 1_000_000;
    const stage = (name: Stage): number => seconds(name, this.#ms[name] + (this.#underWay.get(name)?.() ?? 0));
    return {
      load: seconds('load', this.#loadMs() + this.#otherLoadMs),
      encode: stage('encode'),
      denoise: stage('denoise'),
      decode: stage('decode'),
      write: stage('write'),
      total: seconds('total', performance.now() - this.#startedAt),
      transformer: stage('transformer'),
    };
  }
}
