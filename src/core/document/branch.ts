/**
 * What a shot plans to show, without takes: the branch from the root to a segment, the shot frames it covers, and how
 * a clip's project frames map onto them. Growth works on this, so that a planned clip can be edited before it exists.
 */
import { assert } from '../errors';
import { ceilToRate, floorToRate } from '../time/rate';
import { projectOf, recordOf } from './access';
import { playedFrames, playedRate } from './clip-speed';
import type { ClipRecord, Document, RecordId, SegmentRecord } from './records';

/** Half open, [from, to). */
export interface FrameRange {
  readonly from: number;
  readonly to: number;
}

/** Segments from the root to the given one. @throws AssertionError when parents form a circle. */
export function branchOf(doc: Document, segmentId: RecordId): SegmentRecord[] {
  const branch: SegmentRecord[] = [];
  const seen = new Set<RecordId>();
  for (let id: RecordId | null = segmentId; id !== null;) {
    assert(!seen.has(id), `the parents of segment ${segmentId} form a circle`);
    seen.add(id);
    const segment: SegmentRecord = recordOf(doc, 'segment', id);
    branch.unshift(segment);
    id = segment.parentId;
  }
  return branch;
}

/** The planned film after one more segment: growth hides what lies beyond it on its side, a retake hides nothing. */
export function rangeAfter(film: FrameRange, segment: SegmentRecord): FrameRange {
  const end = segment.from + segment.frameCount;
  switch (segment.role) {
    case 'first':
      return { from: segment.from, to: end };
    case 'forward':
      return { from: film.from, to: end };
    case 'backward':
      return { from: segment.from, to: film.to };
    case 'retake':
      return film;
    default:
      return segment.role satisfies never;
  }
}

/** Shot frames the branch plans, made or not. */
export function plannedRangeOf(doc: Document, segmentId: RecordId): FrameRange {
  return branchOf(doc, segmentId).reduce<FrameRange>(rangeAfter, { from: 0, to: 0 });
}

/** Planned shot frames of the active branch; null when the shot plans nothing. */
export function plannedRange(doc: Document, shotId: RecordId): FrameRange | null {
  const head = recordOf(doc, 'shot', shotId).headSegmentId;
  return head === null ? null : plannedRangeOf(doc, head);
}

/**
 * Source offsets a clip may show, at the project's rate: from ≤ sourceIn and sourceIn + duration ≤ to.
 * null = no limit (stills).
 */
export function sourceRangeOf(doc: Document, clip: ClipRecord): FrameRange | null {
  if (clip.source.type === 'still') return null;
  if (clip.source.type === 'audio') return { from: 0, to: playedFrames(clip, clip.source.frameCount) };
  const shot = recordOf(doc, 'shot', clip.source.shotId);
  const planned = plannedRange(doc, shot.id);
  if (!planned) return { from: 0, to: 0 };
  const [rate, projectRate] = [playedRate(clip, shot.rate), projectOf(doc).rate];
  // floor(s · r) lies in [from, to) exactly when s lies in [ceil(from / r), ceil(to / r)).
  return { from: ceilToRate(planned.from, rate, projectRate), to: ceilToRate(planned.to, rate, projectRate) };
}

/** The shot frame on screen at a project frame, inside or outside the clip. */
export function shotFrameAt(doc: Document, clip: ClipRecord, projectFrame: number): number {
  assert(clip.source.type === 'shot', `clip ${clip.id} shows no shot`);
  const shot = recordOf(doc, 'shot', clip.source.shotId);
  return floorToRate(clip.sourceIn + projectFrame - clip.start, projectOf(doc).rate, playedRate(clip, shot.rate));
}

/** The first project frame that shows the shot frame, or would, were the clip long enough. */
export function projectFrameAt(doc: Document, clip: ClipRecord, shotFrame: number): number {
  assert(clip.source.type === 'shot', `clip ${clip.id} shows no shot`);
  const shot = recordOf(doc, 'shot', clip.source.shotId);
  return clip.start - clip.sourceIn + ceilToRate(shotFrame, playedRate(clip, shot.rate), projectOf(doc).rate);
}
