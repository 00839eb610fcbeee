/**
 * Frame rates as exact fractions, and the only places where a frame count changes rate.
 * Every function names its rounding. Times in the document are integer frames at the project's rate.
 */
import { invalidInput } from '../errors';

/** Frames per second as a reduced fraction, e.g. 24000/1001. Both parts are positive integers. */
export interface Rate {
  readonly num: number;
  readonly den: number;
}

const MAX_RATE_PART = 1_000_000;

/** @throws AppError input/invalid when a part is not a positive integer, or the rate exceeds 1,000 frames a second. */
export function createRate(num: number, den = 1): Rate {
  const ok = Number.isInteger(num) && Number.isInteger(den) && num > 0 && den > 0;
  if (!ok || num > MAX_RATE_PART || den > MAX_RATE_PART || num / den > 1000)
    throw invalidInput(
      'rate',
      `${num}/${den}`,
      `rate ${num}/${den} is not a frame rate`,
      'Use for example 24, 25 or 30000/1001.',
    );
  return reduced(num, den);
}

/** So many percent of a rate, exactly. Unlike a film's it may exceed 1,000 frames a second. */
export function percentOfRate({ num, den }: Rate, percent: number): Rate {
  return reduced(num * percent, den * 100);
}

function reduced(num: number, den: number): Rate {
  const g = gcd(num, den);
  return { num: num / g, den: den / g };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

export function ratesEqual(a: Rate, b: Rate): boolean {
  return a.num * b.den === b.num * a.den;
}

export function framesPerSecond(rate: Rate): number {
  return rate.num / rate.den;
}

export function secondsFromFrames(frames: number, rate: Rate): number {
  return (frames * rate.den) / rate.num;
}

/**
 * The frame of `to` that is on screen while frame `frame` of `from` starts: floor(frame · to / from).
 * Exact: products stay below 2^53 for any film shorter than a year.
 */
export function floorToRate(frame: number, from: Rate, to: Rate): number {
  return Math.floor((frame * to.num * from.den) / (to.den * from.num));
}

/** The smallest frame count at `to` that covers `frames` frames of `from`: ceil(frames · to / from). */
export function ceilToRate(frames: number, from: Rate, to: Rate): number {
  // + 0 turns the −0 of a ceiling over (−1, 0) into 0, so that records compare and print alike.
  return Math.ceil((frames * to.num * from.den) / (to.den * from.num)) + 0;
}

/** Frames that a sound of so many samples covers, the last one begun included. */
export function framesFromSamples(samples: number, sampleRate: number, to: Rate): number {
  return ceilToRate(samples, { num: sampleRate, den: 1 }, to);
}

/** The nearest frame of `to`, halves up. */
export function nearestToRate(frame: number, from: Rate, to: Rate): number {
  return Math.floor((2 * frame * to.num * from.den + to.den * from.num) / (2 * to.den * from.num));
}

export function formatRate(rate: Rate): string {
  return rate.den === 1 ? String(rate.num) : `${rate.num}/${rate.den}`;
}
