/**
 * Schedules: the text in which Deforum and its relatives write values over time. `0:(1.0), 24:(1.5*sin(2*3.14*t/10))`.
 * A key with a number goes in a straight line to the next key; a key with arithmetic is worked out for every frame up
 * to the next key, as Deforum does. `t` is the frame, `max_f` the number of frames.
 *
 * A curve holds keys, not arithmetic: what is read becomes one key per frame there, less those that lie on the straight line
 * between their neighbours. So every curve can be dragged, whatever it was written as.
 */
import type { CurveKey, CurveParameter } from '../document/records';
import { type AppError, invalidInput } from '../errors';
import { curveValue } from './evaluate';
import { compileExpression, ExpressionError, type Formula } from './expression';
import { curveParameters, MAX_CURVE_KEYS, roundedValue } from './parameters';

/** Where frames are counted from, and how many there are. */
export interface ScheduleSpan {
  /** Shot frame of the schedule's frame 0. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

interface ReadKey {
  readonly frame: number;
  readonly column: number;
  readonly text: string;
  readonly formula: Formula;
  readonly isNumber: boolean;
}

const MAX_FRAME = 100_000;
/** Half of the last decimal that values have. */
const TOLERANCE = 0.000_05;

/**
 * Keys by shot frame.
 * @throws AppError input/invalid naming the column, the value and the remedy
 */
export function parseSchedule(source: string, parameter: CurveParameter, span: ScheduleSpan): CurveKey[] {
  const count = span.to - span.from;
  const read = readKeys(source, count);
  const keys = read.flatMap((key, i): CurveKey[] => {
    const valueAt = (frame: number): number =>
      checked(key.formula({ t: frame, max_f: count }), key, { parameter, frame });
    if (key.isNumber) return [{ frame: key.frame, value: valueAt(key.frame), ease: 'linear' }];
    const end = Math.max(key.frame + 1, read[i + 1]?.frame ?? count);
    return Array.from({ length: end - key.frame }, (_, n) => {
      const frame = key.frame + n;
      return { frame, value: valueAt(frame), ease: 'linear' };
    });
  });
  const numbers = new Set(read.filter(({ isNumber }) => isNumber).map(({ frame }) => frame));
  const straight = withoutStraight(keys, numbers);
  if (straight.length > MAX_CURVE_KEYS)
    throw invalid(1, straight.length, `the schedule has ${straight.length} keys`, `Use at most ${MAX_CURVE_KEYS}.`);
  return straight.map((key) => ({ ...key, frame: key.frame + span.from }));
}

/** The curve as a schedule that other tools read the same way at every frame: what is eased is written frame by frame. */
export function printSchedule(keys: readonly CurveKey[], { from }: Pick<ScheduleSpan, 'from'>): string {
  const written = new Map<number, number>();
  const write = (frame: number, value: number): void => {
    if (frame >= from) written.set(frame - from, roundedValue(value));
  };
  const [first] = keys;
  if (first !== undefined && keys.some(({ frame }) => frame < from)) write(from, curveValue(keys, from));
  for (const [i, key] of keys.entries()) {
    write(key.frame, key.value);
    const next = keys[i + 1];
    if (next === undefined || key.ease === 'linear') continue;
    if (key.ease === 'hold') write(next.frame - 1, key.value);
    else for (let frame = key.frame + 1; frame < next.frame; frame++) write(frame, curveValue(keys, frame));
  }
  return [...written]
    .sort(([a], [b]) => a - b)
    .map(([frame, value]) => `${frame}:(${value})`)
    .join(', ');
}

/**
 * Keys whose values the straight line between their neighbours has anyway are left out; `fixed` frames stay as written.
 * From the last key kept, every key passed over narrows the slopes that still meet all of them.
 */
function withoutStraight(keys: readonly CurveKey[], fixed: ReadonlySet<number>): CurveKey[] {
  const kept: CurveKey[] = [];
  let [lowest, highest] = [-Infinity, Infinity];
  for (const [i, key] of keys.entries()) {
    const [before, next] = [kept.at(-1), keys[i + 1]];
    if (before !== undefined && next !== undefined && !fixed.has(key.frame)) {
      const slopeTo = ({ frame, value }: CurveKey, off = 0): number =>
        (value + off - before.value) / (frame - before.frame);
      lowest = Math.max(lowest, slopeTo(key, -TOLERANCE));
      highest = Math.min(highest, slopeTo(key, TOLERANCE));
      if (lowest <= slopeTo(next) && slopeTo(next) <= highest) continue;
    }
    kept.push(key);
    [lowest, highest] = [-Infinity, Infinity];
  }
  return kept;
}

function checked(
  value: number,
  key: ReadKey,
  { parameter, frame }: { readonly parameter: CurveParameter; readonly frame: number },
): number {
  const { min, max } = curveParameters[parameter];
  const found = roundedValue(value);
  if (Number.isFinite(value) && found >= min && found <= max) return found;
  throw invalid(
    key.column,
    key.text,
    Number.isFinite(value) ? `it is ${found} at frame ${frame}` : `it has no value at frame ${frame}`,
    `Values go from ${min} to ${max}.`,
  );
}

function readKeys(source: string, count: number): ReadKey[] {
  const keys: ReadKey[] = [];
  const columnOf = new Map<number, number>();
  let at = 0;
  const skip = (): void => {
    while (/\s/.test(source.charAt(at)) && at < source.length) at++;
  };
  for (skip(); at < source.length; skip()) {
    const start = at;
    const colon = source.indexOf(':', at);
    const open = colon === -1 ? -1 : source.indexOf('(', colon);
    if (colon === -1)
      throw invalid(start + 1, source.slice(start), 'there is no ":" after the frame', 'Write 24:(1.5).');
    const frame = frameFrom(source.slice(start, colon), start, count);
    if (open === -1 || source.slice(colon + 1, open).trim() !== '')
      throw invalid(colon + 2, source.slice(colon + 1), `frame ${frame} has no "(" after the ":"`, 'Write 24:(1.5).');
    const close = closingBracket(source, open);
    if (close === null)
      throw invalid(open + 1, source.slice(open), 'this bracket is never closed', 'Add the missing ")".');
    const before = columnOf.get(frame);
    if (before !== undefined)
      throw invalid(
        start + 1,
        frame,
        `frame ${frame} has a value at column ${before} already`,
        'Remove one of the two.',
      );
    columnOf.set(frame, start + 1);
    keys.push({ frame, ...valueFrom(source.slice(open + 1, close), open + 1) });
    at = close + 1;
    skip();
    if (at >= source.length) break;
    if (source.charAt(at) !== ',')
      throw invalid(at + 1, source.slice(at), `a comma is missing after frame ${frame}`, 'Put "," between the keys.');
    at++;
  }
  if (keys.length === 0) throw invalid(1, '', 'there is no key', 'Write for example 0:(1), 24:(1.5).');
  return keys.sort((a, b) => a.frame - b.frame);
}

/** A whole number, or arithmetic over max_f as `"max_f-1"`. */
function frameFrom(text: string, offset: number, count: number): number {
  const bare = text.replace(/^[\s"']+|[\s"']+$/g, '');
  const column = offset + 1;
  let frame = NaN;
  try {
    frame = compileExpression(bare, ['max_f'])({ max_f: count });
  } catch (thrown) {
    if (!(thrown instanceof ExpressionError)) throw thrown;
  }
  if (Number.isInteger(frame) && frame >= 0 && frame <= MAX_FRAME) return frame;
  throw invalid(column, bare, `"${bare}" is not a frame`, `Use a whole number from 0 to ${MAX_FRAME}, or max_f-1.`);
}

function valueFrom(text: string, offset: number): Pick<ReadKey, 'column' | 'text' | 'formula' | 'isNumber'> {
  if (text.trim() === '') throw invalid(offset + 1, '', 'the brackets are empty', 'Write a value in them.');
  try {
    const formula = compileExpression(text, ['t', 'max_f']);
    return { column: offset + 1, text: text.trim(), formula, isNumber: !Number.isNaN(Number(text)) };
  } catch (thrown) {
    if (!(thrown instanceof ExpressionError)) throw thrown;
    throw invalid(offset + thrown.index + 1, text.trim(), thrown.message, thrown.remedy);
  }
}

function closingBracket(source: string, open: number): number | null {
  let depth = 0;
  for (let i = open; i < source.length; i++) {
    if (source.charAt(i) === '(') depth++;
    if (source.charAt(i) === ')' && --depth === 0) return i;
  }
  return null;
}

function invalid(column: number, value: unknown, message: string, remedy: string): AppError {
  const shown = String(value);
  return invalidInput(
    `column ${column}`,
    shown.length > 60 ? `${shown.slice(0, 60)}…` : shown,
    `Column ${column}: ${message}.`,
    remedy,
  );
}
