/**
 * Where keys and values lie on the curve lane, in CSS pixels, and back. A key stands in the middle of the first project
 * frame that shows its shot frame; between frames the way is straight.
 */
import type { ClipRecord } from '@core/document/records';
import { framesPerSecond, type Rate } from '@core/time/rate';
import { frameAtX, xOfFrame, type TimeScale } from '../timeline/time-scale';

export const CURVE_LANE_HEIGHT = 104;
/** Air above and below, so that a key at the end of the range can be taken hold of. */
const MARGIN = 12;
export const KEY_REACH_PX = 8;
export const HANDLE_REACH_PX = 7;

/** One clip's piece of the lane. */
export interface LanePiece {
  readonly clip: Pick<ClipRecord, 'start' | 'duration' | 'sourceIn'>;
  /** As the clip plays it. */
  readonly shotRate: Rate;
  readonly projectRate: Rate;
}

export interface ValueScale {
  readonly low: number;
  readonly high: number;
}

export function xOfShotFrame(piece: LanePiece, scale: TimeScale, shotFrame: number): number {
  const { start, sourceIn } = piece.clip;
  return xOfFrame(scale, start - sourceIn + shotFrame * projectFramesPer(piece) + 0.5);
}

/** Fractional, for drawing and for the pointer. */
export function shotFrameAtX(piece: LanePiece, scale: TimeScale, x: number): number {
  const { start, sourceIn } = piece.clip;
  return (frameAtX(scale, x) - 0.5 - start + sourceIn) / projectFramesPer(piece);
}

function projectFramesPer({ shotRate, projectRate }: LanePiece): number {
  return framesPerSecond(projectRate) / framesPerSecond(shotRate);
}

export function yOfValue({ low, high }: ValueScale, value: number): number {
  return MARGIN + ((high - value) / (high - low)) * (CURVE_LANE_HEIGHT - 2 * MARGIN);
}

export function valueAtY(scale: ValueScale, y: number): number {
  return scale.high - (y - MARGIN) * valuePerPixel(scale);
}

export function valuePerPixel({ low, high }: ValueScale): number {
  return (high - low) / (CURVE_LANE_HEIGHT - 2 * MARGIN);
}

/** The usual part of the range, and as much more as the values need. */
export function valueScale(shown: readonly [number, number], values: readonly number[]): ValueScale {
  return { low: Math.min(shown[0], ...values), high: Math.max(shown[1], ...values) };
}

export interface LanePoint {
  readonly x: number;
  readonly y: number;
}

/** The nearest of the points within reach; null when there is none. */
export function pointUnder<T extends LanePoint>(points: readonly T[], at: LanePoint, reach: number): T | null {
  let best: T | null = null;
  let bestDistance = reach;
  for (const point of points) {
    const distance = Math.hypot(point.x - at.x, point.y - at.y);
    if (distance <= bestDistance) [best, bestDistance] = [point, distance];
  }
  return best;
}
