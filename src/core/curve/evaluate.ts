/**
 * The value of a curve at a frame. Before the first key and after the last one its value holds. Between two keys the
 * first one's ease decides; time only goes forward and values stay between the two keys, because all handles lie in the
 * unit square.
 */
import bezier from 'bezier-easing';
import type { CurveBezier, CurveEase, CurveKey } from '../document/records';

export const easeNames = ['hold', 'linear', 'in', 'out', 'inOut'] as const satisfies readonly CurveEase[];

/** CSS's ease-in, ease-out and ease-in-out; linear as a Bézier to begin dragging handles from. */
const handles: Readonly<Record<'linear' | 'in' | 'out' | 'inOut', CurveBezier>> = {
  linear: { x1: 0.33, y1: 0.33, x2: 0.67, y2: 0.67 },
  in: { x1: 0.42, y1: 0, x2: 1, y2: 1 },
  out: { x1: 0, y1: 0, x2: 0.58, y2: 1 },
  inOut: { x1: 0.42, y1: 0, x2: 0.58, y2: 1 },
};

/** The handles that draw an ease; null for `hold`, which has none. */
export function handlesOf(ease: CurveEase): CurveBezier | null {
  if (typeof ease !== 'string') return ease;
  return ease === 'hold' ? null : handles[ease];
}

/** How far between two values at a share of the time between their keys; 0 at 0 and 1 at 1. */
export function easedShare(ease: CurveEase, time: number): number {
  if (time >= 1) return 1;
  // So near to the key the library divides by 0; no picture lies there.
  if (time <= Number.EPSILON || ease === 'hold') return 0;
  if (ease === 'linear') return time;
  const { x1, y1, x2, y2 } = typeof ease === 'string' ? handles[ease] : ease;
  return Math.min(1, Math.max(0, bezier(x1, y1, x2, y2)(time)));
}

/** @param keys by frame, at least one; `frame` may lie between two frames, for drawing */
export function curveValue(keys: readonly CurveKey[], frame: number): number {
  const at = lastKeyAt(keys, frame);
  const [left, right] = [keys[at], keys[at + 1]];
  if (left === undefined) return right?.value ?? 0;
  if (right === undefined) return left.value;
  const share = easedShare(left.ease, (frame - left.frame) / (right.frame - left.frame));
  return left.value + share * (right.value - left.value);
}

/** Index of the last key at or before a frame; −1 before the first. */
export function lastKeyAt(keys: readonly CurveKey[], frame: number): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle]?.frame ?? Infinity) <= frame) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
