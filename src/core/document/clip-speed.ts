/**
 * How fast a clip plays its shot or sound: at its own rate, times the clip's speed. Everything between a clip's project frames
 * and the shot's frames counts at that rate, so a slowed clip is trimmed, slipped, grown and exported like any other. A sound's
 * frames are those of the film: a slowed one has more of them.
 */
import { percentOfRate, type Rate } from '../time/rate';
import type { ClipRecord } from './records';

/** Percent. */
export const SPEED_LEAST = 10;
export const SPEED_MOST = 1_000;
export const SPEED_OWN = 100;

export function speedOf({ speed }: Pick<ClipRecord, 'speed'>): number {
  return speed ?? SPEED_OWN;
}

/** Shot frames in a second of the film. Exact: 24000/1001 at 137 % is 32880/1001. */
export function playedRate(clip: Pick<ClipRecord, 'speed'>, shotRate: Rate): Rate {
  return clip.speed === undefined ? shotRate : percentOfRate(shotRate, clip.speed);
}

/** Project frames that a sound of so many lasts as the clip plays it, the last one begun included. */
export function playedFrames({ speed = SPEED_OWN }: Pick<ClipRecord, 'speed'>, frameCount: number): number {
  return Math.ceil((frameCount * SPEED_OWN) / speed);
}

export function isSpeed(percent: number): boolean {
  return Number.isSafeInteger(percent) && percent >= SPEED_LEAST && percent <= SPEED_MOST;
}
