/**
 * When a run writes down where it stands: as soon as there are two seconds of work to lose, later on a disk so slow
 * that writing would cost more than a few percent, and always when the run stops by itself. A state that cannot be
 * written is noted and costs nothing else: the film is worth more than its checkpoint.
 */
import type { CheckpointFiles, RunState } from './checkpoint-files';

/** A step that takes longer than this is written by itself. */
export const CHECKPOINT_EVERY_MS = 2_000;
/** A slow disk stretches the interval so that writing stays under 1/40 of the time, to this at most. */
const EVERY_MS_MAX = 10_000;
const WRITE_SHARE = 40;

export interface CheckpointerOptions {
  readonly files: Pick<CheckpointFiles, 'write' | 'rejectAll'>;
  /** Work that may be lost, in milliseconds; 0 = every step is written. */
  readonly everyMs: number;
  readonly note: (sentence: string) => void;
  /** What the run has done so far, to be written with every state. */
  readonly tallies?: () => RunState['tallies'];
}

export class Checkpointer {
  /** Where this run went on from. */
  readonly resumed: RunState | null;
  readonly #options: CheckpointerOptions;
  #newest: RunState | null = null;
  #writtenAt = performance.now();
  #writeMs = 0;

  constructor(resumed: RunState | null, options: CheckpointerOptions) {
    this.resumed = resumed;
    this.#options = options;
  }

  /**
   * Says how far the run is. The latents are not copied: they must not change before this returns, nor, until the next
   * call, anywhere but inside a step.
   */
  async reached(state: RunState): Promise<void> {
    const tallies = this.#options.tallies?.();
    this.#newest = tallies === undefined ? state : { ...state, tallies };
    if (this.#isDue()) await this.flush();
  }

  /** Writes the newest state unless it is written already. Never rejects. */
  async flush(): Promise<void> {
    const state = this.#newest;
    if (state === null) return;
    const startedAt = performance.now();
    try {
      await this.#options.files.write(state);
      this.#newest = null;
    } catch (error) {
      this.#options.note(`the step checkpoint could not be written: ${String(error)}`);
    }
    this.#writtenAt = performance.now();
    this.#writeMs = this.#writtenAt - startedAt;
  }

  /** Forgets what lay there: the family could not use it. */
  async startOver(why: string): Promise<void> {
    try {
      await this.#options.files.rejectAll(why);
    } catch (error) {
      this.#options.note(`the step checkpoint could not be moved aside: ${String(error)}`);
    }
  }

  #isDue(): boolean {
    const { everyMs } = this.#options;
    if (everyMs === 0) return true;
    const affordableMs = Math.min(this.#writeMs * WRITE_SHARE, EVERY_MS_MAX);
    return performance.now() - this.#writtenAt >= Math.max(everyMs, affordableMs);
  }
}
