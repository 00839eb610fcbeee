/** Seconds spent per stage of a run. Opening graphs happens inside other stages and is taken out of them. */
import type { RunSeconds } from '@contracts/engine';

type Stage = 'encode' | 'denoise' | 'decode' | 'write' | 'transformer';

export class StageWatch {
  readonly #startedAt = performance.now();
  readonly #ms: Record<Stage, number> = { encode: 0, denoise: 0, decode: 0, write: 0, transformer: 0 };
  readonly #loadMs: () => number;
  #otherLoadMs = 0;

  /** @param loadMs milliseconds spent opening graphs so far */
  constructor(loadMs: () => number) {
    this.#loadMs = loadMs;
  }

  async time<T>(stage: Stage, work: () => Promise<T>): Promise<{ value: T; ms: number }> {
    const startedAt = performance.now();
    const loadedAt = this.#loadMs();
    const value = await work();
    const ms = performance.now() - startedAt - (this.#loadMs() - loadedAt);
    this.#ms[stage] += ms;
    return { value, ms };
  }

  /** Loading that is not a graph: reading the package, building the tokenizer. */
  addLoad(ms: number): void {
    this.#otherLoadMs += ms;
  }

  seconds(): RunSeconds {
    const { encode, denoise, decode, write, transformer } = this.#ms;
    const round = (ms: number): number => Math.round(ms) / 1000;
    return {
      load: round(this.#loadMs() + this.#otherLoadMs),
      encode: round(encode),
      denoise: round(denoise),
      decode: round(decode),
      write: round(write),
      total: round(performance.now() - this.#startedAt),
      transformer: round(transformer),
    };
  }
}
