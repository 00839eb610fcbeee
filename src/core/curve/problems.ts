/** What makes a shot's curves invalid, in words; null for sound ones. */
import type { CurveEase, CurveKey, CurveParameter, ShotCurves } from '../document/records';
import { curveParameters, MAX_CURVE_KEYS, parameterNames } from './parameters';

export function curvesProblem(curves: ShotCurves | undefined): string | null {
  for (const parameter of parameterNames) {
    const keys = curves?.[parameter];
    const problem = keys && keysProblem(parameter, keys);
    if (problem) return `has a ${parameter} curve that ${problem}`;
  }
  return null;
}

function keysProblem(parameter: CurveParameter, keys: readonly CurveKey[]): string | null {
  const { min, max } = curveParameters[parameter];
  if (keys.length === 0) return 'has no keys';
  if (keys.length > MAX_CURVE_KEYS) return `has ${keys.length} keys; ${MAX_CURVE_KEYS} is the most`;
  for (const [i, { frame, value, ease }] of keys.entries()) {
    if (!Number.isSafeInteger(frame)) return `has a key at ${frame}, which is not a frame`;
    if (!(value >= min && value <= max)) return `is ${value} at frame ${frame}; ${min} to ${max} is possible`;
    if (frame <= (keys[i - 1]?.frame ?? -Infinity)) return `has its key of frame ${frame} out of order`;
    if (!isSoundEase(ease)) return `has handles outside 0 to 1 at frame ${frame}`;
  }
  return null;
}

function isSoundEase(ease: CurveEase): boolean {
  return typeof ease === 'string' || [ease.x1, ease.y1, ease.x2, ease.y2].every((part) => part >= 0 && part <= 1);
}
