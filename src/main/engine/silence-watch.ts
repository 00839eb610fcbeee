/**
 * Notices that nothing has been heard for too long. Silence is counted in parts, each by its own timer: a machine that
 * slept wakes to one overdue timer, which is one part, and the engine has the others to be heard again.
 */

const PARTS = 4;
/** Longer timers would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class SilenceWatch {
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
  }

  /** Something was heard; from now on silence for `silenceMs` is too long. */
  restart(silenceMs: number): void {
    this.stop();
    this.#wait(PARTS, silenceMs / PARTS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wait(partsLeft: number, partMs: number): void {
    if (partsLeft === 0) {
      this.#timer = null;
      this.#onSilence();
      return;
    }
    this.#timer = setTimeout(() => this.#wait(partsLeft - 1, partMs), Math.min(partMs, MAX_TIMER_MS));
  }
}
