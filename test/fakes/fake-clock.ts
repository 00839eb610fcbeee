/** A clock that only moves when told to; each look at the wall clock is one millisecond later than the last. */
import type { Clock } from '@main/platform/clock';

export class FakeClock implements Clock {
  wallMs: number;
  elapsedMs = 0;

  constructor(wallMs = 1_800_000_000_000) {
    this.wallMs = wallMs;
  }

  now(): number {
    return this.wallMs++;
  }

  monotonicMs(): number {
    return this.elapsedMs;
  }
}
