/** Timecode as the artist wants to read it: drop-frame where that is chosen and the rate has it. */
import type { Rate } from '@core/time/rate';
import { formatTimecode, hasDropFrame } from '@core/time/timecode';

class TimecodeStyle {
  isDropFrame = $state(false);
}

export const timecodeStyle = new TimecodeStyle();

/** Whether a timecode without a `;` is read as drop-frame at this rate. */
export function readsDropFrame(rate: Rate): boolean {
  return timecodeStyle.isDropFrame && hasDropFrame(rate);
}

export function timecodeAt(frame: number, rate: Rate): string {
  return formatTimecode(frame, rate, { dropFrame: readsDropFrame(rate) });
}
