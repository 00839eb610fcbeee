/**
 * Progress is lossy: at most one value per interval is passed on, the newest, and the last one is never dropped.
 */
import type { Clock } from '../../platform/clock';

export const PROGRESS_INTERVAL_MS = 100;

export class Coalescer<T> {
  readonly #clock: Clock;
  readonly #deliver: (value: T) => void;
  readonly #intervalMs: number;
  #lastMs = Number.NEGATIVE_INFINITY;
  #waiting: { readonly value: T; readonly timer: NodeJS.Timeout } | null = null;

  constructor(clock: Clock, deliver: (value: T) => void, intervalMs = PROGRESS_INTERVAL_MS) {
    this.#clock = clock;
    this.#deliver = deliver;
    this.#intervalMs = intervalMs;
  }

  push(value: T): void {
    if (this.#waiting !== null) {
      this.#waiting = { value, timer: this.#waiting.timer };
      return;
    }
    const waitMs = this.#lastMs + this.#intervalMs - this.#clock.monotonicMs();
    if (waitMs <= 0) {
      this.#send(value);
      return;
    }
    const timer = setTimeout(() => this.flush(), waitMs);
    // A process that has nothing else to do need not wait for a progress bar.
    timer.unref();
    this.#waiting = { value, timer };
  }

  /** Passes on what waits, now. */
  flush(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    clearTimeout(waiting.timer);
    this.#waiting = null;
    this.#send(waiting.value);
  }

  #send(value: T): void {
    this.#lastMs = this.#clock.monotonicMs();
    this.#deliver(value);
  }
}
