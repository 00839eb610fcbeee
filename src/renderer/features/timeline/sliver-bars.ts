/**
 * What is drawn of clips that are a few pixels wide: a bar for each, with a gap behind it, until the gaps are too narrow to
 * be seen.
 */
import type { ClipRecord } from '@core/document/records';
import { xOfFrame, type TimeScale } from './time-scale';

/** CSS pixels [from, to). */
export interface Bar {
  readonly from: number;
  readonly to: number;
}

const LEAST_PX = 0.5;
const SEEN_GAP_PX = 0.1;
/** Of its length; the rest is the gap. */
const BODY = 0.8;

/** @param clips earliest first */
export function sliverBars(clips: readonly Pick<ClipRecord, 'start' | 'duration'>[], scale: TimeScale): readonly Bar[] {
  const bars: Bar[] = [];
  let open: { from: number; to: number } | null = null;
  for (const { start, duration } of clips) {
    const from = xOfFrame(scale, start);
    const to = from + Math.max(LEAST_PX, duration * scale.pixelsPerFrame * BODY);
    if (open !== null && from <= open.to + SEEN_GAP_PX) open.to = Math.max(open.to, to);
    else bars.push((open = { from, to }));
  }
  return bars;
}
