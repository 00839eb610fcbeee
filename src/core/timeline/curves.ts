/**
 * Curves of a shot: keys are added, moved, deleted and eased, one or many at once. Keys are named by their frame. A clip
 * shows its shot's curves where it shows its frames, so splitting, trimming and pasting clips changes none of them.
 */
import { clampValue, curveParameters, MAX_CURVE_KEYS, plainValue, roundedValue } from '../curve/parameters';
import { curveValue, lastKeyAt } from '../curve/evaluate';
import { recordOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import type {
  CurveEase,
  CurveKey,
  CurveParameter,
  Document,
  RecordId,
  ShotCurves,
  ShotRecord,
} from '../document/records';
import { editDocument, invalidEdit } from './edit';

/** Which curve is meant. */
export interface CurveOf {
  readonly shotId: RecordId;
  readonly parameter: CurveParameter;
}

export function curveKeys(shot: ShotRecord, parameter: CurveParameter): readonly CurveKey[] {
  return shot.curves?.[parameter] ?? [];
}

/** What is asked for at a shot frame, by the curve or, without one, by the plain setting. */
export function askedValue(shot: ShotRecord, parameter: CurveParameter, frame: number): number {
  const keys = curveKeys(shot, parameter);
  return keys.length === 0 ? plainValue(parameter, shot) : curveValue(keys, frame);
}

/** Replaces a whole curve; no keys = the plain setting again. @throws AppError timeline/invalid-edit */
export function setCurve(doc: Document, { shotId, parameter }: CurveOf, keys: readonly CurveKey[]): DocumentDiff {
  const shot = recordOf(doc, 'shot', shotId);
  for (const { frame, value } of keys) assertKey(parameter, frame, value);
  if (keys.length > MAX_CURVE_KEYS)
    throw invalidEdit(
      `curves.${parameter}`,
      keys.length,
      `a curve cannot have ${keys.length} keys`,
      `Use at most ${MAX_CURVE_KEYS}.`,
    );
  const sorted = keys.map((key) => ({ ...key, value: roundedValue(key.value) })).sort((a, b) => a.frame - b.frame);
  return editDocument(doc, (draft) => draft.set(withCurve(shot, parameter, sorted)));
}

/** Replaces all curves of a shot by another's, moved in time; none = the plain settings again. */
export function setCurves(
  doc: Document,
  shotId: RecordId,
  { curves, byFrames }: { readonly curves: ShotCurves | undefined; readonly byFrames: number },
): DocumentDiff {
  const { curves: _replaced, ...plain } = recordOf(doc, 'shot', shotId);
  const moved = Object.entries(curves ?? {}).map(([parameter, keys]) => [
    parameter,
    keys?.map((key) => ({ ...key, frame: key.frame + byFrames })),
  ]);
  return editDocument(
    doc,
    (draft) => draft.set(moved.length === 0 ? plain : { ...plain, curves: Object.fromEntries(moved) as ShotCurves }), // the same keys
  );
}

/**
 * A key at a frame: with a value of its own, or on the curve as it is. One that stands there is changed. A new one goes on
 * by the ease of the key before it.
 * @throws AppError timeline/invalid-edit for a value out of range
 */
export function putCurveKey(
  doc: Document,
  of: CurveOf,
  key: { readonly frame: number; readonly value?: number; readonly ease?: CurveEase },
): DocumentDiff {
  const shot = recordOf(doc, 'shot', of.shotId);
  const keys = curveKeys(shot, of.parameter);
  const before = keys[lastKeyAt(keys, key.frame)];
  const value = key.value ?? askedValue(shot, of.parameter, key.frame);
  const put: CurveKey = { frame: key.frame, value, ease: key.ease ?? before?.ease ?? 'linear' };
  return setCurve(doc, of, [...keys.filter(({ frame }) => frame !== key.frame), put]);
}

/** The keys of these frames; those that are not there are passed over. */
export function deleteCurveKeys(doc: Document, of: CurveOf, frames: readonly number[]): DocumentDiff {
  const keys = curveKeys(recordOf(doc, 'shot', of.shotId), of.parameter);
  return setCurve(
    doc,
    of,
    keys.filter(({ frame }) => !frames.includes(frame)),
  );
}

export interface KeysMove {
  /** Whole frames. */
  readonly frames: number;
  readonly value: number;
}

/** Moves keys together; values stop at the ends of their range. A key they land on gives way, as a clip does to an overwrite. */
export function moveCurveKeys(doc: Document, of: CurveOf, frames: readonly number[], by: KeysMove): DocumentDiff {
  const keys = curveKeys(recordOf(doc, 'shot', of.shotId), of.parameter);
  const moved = keys
    .filter(({ frame }) => frames.includes(frame))
    .map((key) => ({ ...key, frame: key.frame + by.frames, value: clampValue(of.parameter, key.value + by.value) }));
  const taken = new Set(moved.map(({ frame }) => frame));
  const staying = keys.filter(({ frame }) => !frames.includes(frame) && !taken.has(frame));
  return setCurve(doc, of, [...staying, ...moved]);
}

/** How these keys go on to the next ones. @throws AppError timeline/invalid-edit for handles outside 0 to 1 */
export function easeCurveKeys(doc: Document, of: CurveOf, frames: readonly number[], ease: CurveEase): DocumentDiff {
  const keys = curveKeys(recordOf(doc, 'shot', of.shotId), of.parameter);
  return setCurve(
    doc,
    of,
    keys.map((key) => (frames.includes(key.frame) ? { ...key, ease } : key)),
  );
}

/** These keys' values, back to the plain setting. */
export function resetCurveKeys(doc: Document, of: CurveOf, frames: readonly number[]): DocumentDiff {
  const shot = recordOf(doc, 'shot', of.shotId);
  const value = plainValue(of.parameter, shot);
  return setCurve(
    doc,
    of,
    curveKeys(shot, of.parameter).map((key) => (frames.includes(key.frame) ? { ...key, value } : key)),
  );
}

function assertKey(parameter: CurveParameter, frame: number, value: number): void {
  const { min, max, unit } = curveParameters[parameter];
  if (!Number.isSafeInteger(frame))
    throw invalidEdit(`curves.${parameter}.frame`, frame, `a key cannot be at frame ${frame}`, 'Use a whole frame.');
  if (!(value >= min && value <= max))
    throw invalidEdit(
      `curves.${parameter}.value`,
      value,
      `${value} at frame ${frame} is out of range`,
      `Use a number from ${min} to ${max}${unit === '' ? '' : ` ${unit}`}.`,
    );
}

function withCurve(shot: ShotRecord, parameter: CurveParameter, keys: readonly CurveKey[]): ShotRecord {
  const { curves: old, ...plain } = shot;
  const { [parameter]: _replaced, ...others } = old ?? {};
  const curves = keys.length === 0 ? others : { ...others, [parameter]: keys };
  return Object.keys(curves).length === 0 ? plain : { ...plain, curves };
}
