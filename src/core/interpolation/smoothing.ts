/**
 * Smoothing: between each two frames of a film some more are drawn, so that it plays at a multiple of its rate and takes the
 * time it took. Frames of the film stay what they are; the last one stands as long as any other.
 */
import { invalidInput } from '../errors';
import { createRate, formatRate, framesPerSecond, type Rate } from '../time/rate';

/** 1 = as it is. */
export const SMOOTHINGS = [1, 2, 3, 4] as const;
export type Smoothing = (typeof SMOOTHINGS)[number];

/** Faster films are for slow motion, which this is not. */
export const MAX_SMOOTH_RATE = 120;

/** @throws AppError input/invalid when the film would be faster than any screen */
export function smoothedRate(rate: Rate, smoothing: Smoothing): Rate {
  if (smoothing > 1 && !canSmooth(rate, smoothing))
    throw invalidInput(
      'smoothing',
      smoothing,
      `${smoothing} times ${formatRate(rate)} frames a second are more than ${MAX_SMOOTH_RATE}`,
      'Choose fewer frames in between.',
    );
  return createRate(rate.num * smoothing, rate.den);
}

export function canSmooth(rate: Rate, smoothing: Smoothing): boolean {
  return framesPerSecond(rate) * smoothing <= MAX_SMOOTH_RATE;
}

/** Frames that have to be drawn for a film of so many. */
export function framesBetween(frameCount: number, smoothing: Smoothing): number {
  return Math.max(0, frameCount - 1) * (smoothing - 1);
}
