/**
 * Where services get the time from, so that tests can set it by hand.
 */

export interface Clock {
  /** Wall clock, milliseconds since 1970. May jump back when the machine's clock is set. */
  now(): number;
  /** Milliseconds on a clock that never goes back; only differences mean anything. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
};
