/** Numbers as the studio prints them: seconds, sizes, dates. */
import { formatRate, secondsFromFrames } from '@core/time/rate';
import type { Rate } from '@core/time/rate';
import { language } from '../language/language';
import { strings } from './strings';

/** A number with exactly so many decimals, or as many as it has; never grouped, as figures here stand in columns. */
export function decimal(value: number, digits?: number): string {
  const some =
    digits === undefined
      ? { maximumFractionDigits: 4 }
      : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(language, { ...some, useGrouping: false }).format(value);
}

/** 0.4 s · 12 s · 3 min 10 s · 1 h 05 min. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds < 0.95 ? decimal(seconds, 1) : decimal(Number(seconds.toFixed(1)))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** `16 frames · 2.0 s`. */
export function formatFrames(frames: number, rate: Rate): string {
  return `${strings.frames(frames)} · ${decimal(secondsFromFrames(frames, rate), 1)} s`;
}

export function formatFps(rate: Rate): string {
  const known = new Map([
    ['24000/1001', 23.976],
    ['30000/1001', 29.97],
    ['60000/1001', 59.94],
  ]);
  const text = formatRate(rate);
  const odd = known.get(text);
  return strings.fps(odd === undefined ? text : decimal(odd));
}

export function formatSize(width: number, height: number): string {
  return `${width} × ${height}`;
}

export function formatBytes(bytes: number): string {
  const units = [strings.bytes, 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? decimal(value, 1) : Math.round(value)} ${units[unit] ?? ''}`;
}

const MINUTE_MS = 60_000;
const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 24 * 60 * MINUTE_MS],
  ['month', 30 * 24 * 60 * MINUTE_MS],
  ['day', 24 * 60 * MINUTE_MS],
  ['hour', 60 * MINUTE_MS],
  ['minute', MINUTE_MS],
];

/** `2 hours ago`, `yesterday`, short: `2 hr. ago`; the two times are milliseconds since 1970. */
export function formatAgo(thenMs: number, nowMs: number, style: 'long' | 'short' = 'long'): string {
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style });
  for (const [unit, ms] of STEPS) {
    if (nowMs - thenMs >= ms) return words.format(-Math.floor((nowMs - thenMs) / ms), unit);
  }
  return strings.justNow;
}

export function formatClock(timeMs: number): string {
  return new Intl.DateTimeFormat(dateLocale(), { dateStyle: 'medium', timeStyle: 'short' }).format(timeMs);
}

/** The system's own way of writing dates where it speaks the studio's language; else that language's. */
function dateLocale(): string {
  const system = new Intl.DateTimeFormat().resolvedOptions().locale;
  return system.startsWith(language) ? system : language;
}
