/** Copying keys of a curve and putting them down again: on the same curve, on another shot's, or on that of another setting. */
import { clampValue, curveParameters } from '../curve/parameters';
import { recordOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import type { CurveKey, CurveParameter, Document } from '../document/records';
import { type CurveOf, curveKeys, setCurve } from './curves';
import { invalidEdit } from './edit';

export interface CopiedKeys {
  readonly parameter: CurveParameter;
  /** By frame, counted from the first of them. */
  readonly keys: readonly CurveKey[];
}

/** The keys of these frames; null when there are none. */
export function copyCurveKeys(doc: Document, of: CurveOf, frames: readonly number[]): CopiedKeys | null {
  const keys = curveKeys(recordOf(doc, 'shot', of.shotId), of.parameter).filter(({ frame }) => frames.includes(frame));
  const [first] = keys;
  if (first === undefined) return null;
  return { parameter: of.parameter, keys: keys.map((key) => ({ ...key, frame: key.frame - first.frame })) };
}

/**
 * The first of them at a shot frame. A key they land on gives way, as it does to keys that are moved. On another setting
 * the shape stays: a value keeps its place between the least and the most.
 * @returns the diff and the frames they are at
 * @throws AppError timeline/invalid-edit without keys
 */
export function pasteCurveKeys(
  doc: Document,
  of: CurveOf,
  copied: CopiedKeys | null,
  atFrame: number,
): { readonly diff: DocumentDiff; readonly frames: readonly number[] } {
  if (copied === null)
    throw invalidEdit('keys', 'none', 'there are no keys to paste', 'Choose keys of a curve and copy them first.');
  const pasted = copied.keys.map((key) => ({
    ...key,
    frame: key.frame + atFrame,
    value: clampValue(of.parameter, valueOn(copied.parameter, of.parameter, key.value)),
  }));
  const frames = pasted.map(({ frame }) => frame);
  const staying = curveKeys(recordOf(doc, 'shot', of.shotId), of.parameter).filter(
    ({ frame }) => !frames.includes(frame),
  );
  return { diff: setCurve(doc, of, [...staying, ...pasted]), frames };
}

function valueOn(from: CurveParameter, to: CurveParameter, value: number): number {
  if (from === to) return value;
  const [source, target] = [curveParameters[from], curveParameters[to]];
  const share = (value - source.min) / (source.max - source.min);
  return target.min + share * (target.max - target.min);
}
