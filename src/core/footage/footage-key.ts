/**
 * What a take of footage was conformed as, as one short string. The same segment has another key exactly when another
 * conform of it would give other frames.
 */
import { projectOf, recordOf } from '../document/access';
import type { Document, SegmentRecord } from '../document/records';

const VERSION = 'footage-1';

export function footageKey(doc: Document, { shotId, frameCount, footage }: SegmentRecord): string {
  const { width, height, rate } = recordOf(doc, 'shot', shotId);
  return [
    ...[VERSION, footage?.mediaId, footage?.from, frameCount, footage?.fit],
    ...[`${width}x${height}`, `${rate.num}/${rate.den}`],
  ].join(' ');
}

/** Why a conform of now would be another than the take with this key, in words; null when it would not. */
export function footageChange(doc: Document, segment: SegmentRecord, key: string): string | null {
  const shot = recordOf(doc, 'shot', segment.shotId);
  const { width, height } = projectOf(doc);
  if (shot.width !== width || shot.height !== height)
    return `It was conformed to ${shot.width} × ${shot.height}, and the film is ${width} × ${height} now.`;
  return footageKey(doc, segment) === key ? null : 'How it fills the frame has changed since.';
}
