/** A film's figures in words. */
import { secondsFromFrames } from '@core/time/rate';
import type { FootageMedia } from '@contracts/job';
import { formatFps, formatSeconds } from '../../ui/format';
import { strings } from './strings';

export function lengthOf({ ticks, clock }: FootageMedia): string {
  if (clock === null) return strings.many(ticks);
  return formatSeconds(secondsFromFrames(ticks, { num: clock.den, den: clock.num }));
}

export function rateOf({ rate, notes, ticks }: FootageMedia): string {
  if (rate === null) return strings.pictures(ticks);
  return notes.includes('variable-rate') ? strings.rateVaries(formatFps(rate)) : formatFps(rate);
}
