/**
 * Timecode HH:MM:SS:FF over integer frames. Non-drop by default; drop-frame (HH:MM:SS;FF) for the 30000/1001 and
 * 60000/1001 families, where the numbers 00 and 01 (00–03 at 60) are left out each minute but every tenth, so that the
 * clock keeps wall time within two frames. Source: SMPTE ST 12-1.
 */
import { invalidInput } from '../errors';
import type { Rate } from './rate';

export interface TimecodeOptions {
  readonly dropFrame?: boolean;
}

/** Frames a second as timecode counts them: 24 for 24000/1001. */
export function timecodeBase(rate: Rate): number {
  return Math.max(1, Math.round(rate.num / rate.den));
}

/** Drop-frame exists for 29.97 and 59.94 only. */
export function hasDropFrame(rate: Rate): boolean {
  return rate.den === 1001 && (rate.num === 30_000 || rate.num === 60_000);
}

/**
 * Negative frames get a leading minus. Hours go beyond 23 and are not wrapped.
 * @throws AppError input/invalid for drop-frame at a rate that has none
 */
export function formatTimecode(frame: number, rate: Rate, options: TimecodeOptions = {}): string {
  const isDrop = options.dropFrame ?? false;
  const base = timecodeBase(rate);
  if (isDrop) assertDropFrame(rate);
  const magnitude = Math.abs(Math.trunc(frame));
  const label = isDrop ? labelFromFrame(magnitude, base) : magnitude;
  const seconds = Math.floor(label / base);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(twoDigits).join(':');
  const width = base > 100 ? 3 : 2;
  return `${frame < 0 ? '-' : ''}${parts}${isDrop ? ';' : ':'}${String(label % base).padStart(width, '0')}`;
}

/**
 * Reads HH:MM:SS:FF and its short forms MM:SS:FF, SS:FF and FF; `;` before the frames means drop-frame.
 * @throws AppError input/invalid for anything else, for fields out of range, and for numbers that drop-frame leaves out
 */
export function parseTimecode(text: string, rate: Rate, options: TimecodeOptions = {}): number {
  const trimmed = text.trim();
  const match = /^(-?)(?:(?:(?:(\d{1,3}):)?(\d{1,2}):)?(\d{1,2})([:;]))?(\d{1,7})$/.exec(trimmed);
  if (!match) throw badTimecode(text, 'it is not a timecode');
  const [, sign, hours, minutes, secondsText, separator, frames] = match;
  const isDrop = separator === ';' || (options.dropFrame ?? false);
  if (isDrop) assertDropFrame(rate);
  const base = timecodeBase(rate);
  const [h, m, s, f] = [hours, minutes, secondsText, frames].map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  if (separator === undefined) return sign === '-' ? 0 - f : f;
  if (m > 59 || s > 59) throw badTimecode(text, 'minutes and seconds go up to 59');
  if (f >= base) throw badTimecode(text, `frames go up to ${base - 1}`);
  const label = ((h * 60 + m) * 60 + s) * base + f;
  const dropped = droppedPerMinute(base);
  if (isDrop && s === 0 && m % 10 !== 0 && f < dropped)
    throw badTimecode(text, `drop-frame has no frames 0 to ${dropped - 1} at the start of this minute`);
  const frame = isDrop ? label - dropped * (h * 54 + m - Math.floor(m / 10)) : label;
  return sign === '-' ? 0 - frame : frame;
}

/** The drop-frame label number of a frame: frames plus the numbers left out before it. */
function labelFromFrame(frame: number, base: number): number {
  const dropped = droppedPerMinute(base);
  const perMinute = base * 60 - dropped;
  const perTenMinutes = base * 600 - dropped * 9;
  const tens = Math.floor(frame / perTenMinutes);
  const rest = frame % perTenMinutes;
  // The first minute of ten keeps all its numbers and is `dropped` frames longer.
  const minutes = rest < base * 60 ? 0 : 1 + Math.floor((rest - base * 60) / perMinute);
  return frame + dropped * (tens * 9 + minutes);
}

function droppedPerMinute(base: number): number {
  return base / 15;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function assertDropFrame(rate: Rate): void {
  if (!hasDropFrame(rate))
    throw invalidInput(
      'dropFrame',
      `${rate.num}/${rate.den}`,
      'this rate has no drop-frame timecode',
      'Drop-frame is for 30000/1001 and 60000/1001; use non-drop here.',
    );
}

function badTimecode(text: string, why: string): Error {
  return invalidInput(
    'timecode',
    text,
    `"${text}" cannot be read: ${why}`,
    'Write HH:MM:SS:FF, for example 00:01:10:12.',
  );
}
