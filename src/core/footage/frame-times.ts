/**
 * From a file's timestamps to film frames. A film frame shows the source frame that is on screen when it starts, so a
 * source frame covers the film frames from the first one that starts at or after it up to the first of the next one.
 * Exact: timestamps are whole ticks of the file's clock, and nothing is rounded to seconds on the way.
 */
import type { Rate } from '../time/rate';

/** Seconds per tick of a file's clock, e.g. 1/90000. */
export interface Clock {
  readonly num: number;
  readonly den: number;
}

/**
 * Containers with a coarse clock (Matroska counts milliseconds) round their timestamps, so a frame of a 23.976 film can
 * stand less than a tick late. A frame counts as begun when it begins within a tick of a fine clock, or a millisecond of
 * a coarser one, so that such a file falls on its own film frames.
 */
const LATE_SECONDS: Clock = { num: 1, den: 1000 };

/** The first film frame, counted from the file's start, that shows a source frame `ticks` after the file's first. */
export function firstFilmFrame(ticks: number, clock: Clock, rate: Rate): number {
  const isFine = clock.num * LATE_SECONDS.den < LATE_SECONDS.num * clock.den;
  const late = isFine ? clock : LATE_SECONDS;
  // The first whole number above (ticks · clock − late) · rate. Doubles would not hold long films at fine clocks.
  const [num, den] = [BigInt(clock.num), BigInt(clock.den)];
  const [lateNum, lateDen] = [BigInt(late.num), BigInt(late.den)];
  const top = (BigInt(ticks) * num * lateDen - lateNum * den) * BigInt(rate.num);
  const bottom = den * lateDen * BigInt(rate.den);
  return Math.max(0, Number(floorDiv(top, bottom)) + 1);
}

/** Film frames that a file lasting `ticks` covers, the last one begun included; at least one. */
export function filmFrameCount(ticks: number, clock: Clock, rate: Rate): number {
  return Math.max(1, firstFilmFrame(ticks, clock, rate));
}

function floorDiv(top: bigint, bottom: bigint): bigint {
  const towardsZero = top / bottom;
  return towardsZero * bottom > top ? towardsZero - 1n : towardsZero;
}

/** Film frames [from, to) of a file, counted from its first picture. */
export interface FilmRange {
  readonly clock: Clock;
  readonly rate: Rate;
  readonly from: number;
  readonly to: number;
}

/** A source frame, and the film frames [from, to) that show it, at least one. */
export interface ShownFrame<T> {
  readonly frame: T;
  readonly from: number;
  readonly to: number;
}

/**
 * Lays source frames, given one after the other, onto the film frames [from, to). The frame before the range's start is
 * held into it, the last one to its end; a file's first picture stands for whatever comes before it.
 */
export class FramesInFilm<T> {
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #from: number;
  readonly #to: number;
  #held: { readonly first: number; readonly frame: T } | null = null;

  constructor(range: FilmRange) {
    this.#clock = range.clock;
    this.#rate = range.rate;
    this.#from = range.from;
    this.#to = range.to;
  }

  /** The range needs no more frames. */
  get isFull(): boolean {
    return this.#held !== null && this.#held.first >= this.#to;
  }

  /** The next source frame has come: where the one before it is shown; null = nowhere. */
  add(ticks: number, frame: T): ShownFrame<T> | null {
    const first = firstFilmFrame(ticks, this.#clock, this.#rate);
    const shown = this.#shownUntil(first);
    this.#held = { first: this.#held === null ? 0 : first, frame };
    return shown;
  }

  /** No more frames come: where the last one is shown; null = nowhere. */
  end(): ShownFrame<T> | null {
    return this.#shownUntil(this.#to);
  }

  #shownUntil(end: number): ShownFrame<T> | null {
    if (this.#held === null) return null;
    const { first, frame } = this.#held;
    const [from, to] = [Math.max(this.#from, first), Math.min(this.#to, end)];
    return from < to ? { frame, from, to } : null;
  }
}
