/**
 * Filling the gap between two clips: a planned shot as long as the gap, whose first segment goes on from the frames
 * the left clip ends with and lands on the frame the right one begins with. Neither clip is touched.
 */
import { clipsOfTrack, projectOf, recordOf } from '../document/access';
import { shotFrameAt } from '../document/branch';
import type { DocumentDiff } from '../document/diff';
import type { ClipRecord, Document, JoinedFrame, RecordId, ShotRecord } from '../document/records';
import { ceilToRate } from '../time/rate';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import { insertShot } from './insert-shot';
import { endOf } from './placement';
import { rippleFilm } from './ripple';

/** Room between two clips of a track, project frames [from, to). */
export interface Gap {
  readonly left: ClipRecord;
  readonly right: ClipRecord;
  readonly from: number;
  readonly to: number;
}

/** The gap of a track that holds a frame; null on a clip, before the first one and after the last. */
export function gapAt(doc: Document, trackId: RecordId, frame: number): Gap | null {
  const clips = clipsOfTrack(doc, trackId);
  const right = clips.find((clip) => clip.start > frame);
  const left = clips.findLast((clip) => endOf(clip) <= frame);
  if (!left || !right || clips.some((clip) => clip.start <= frame && frame < endOf(clip))) return null;
  return { left, right, from: endOf(left), to: right.start };
}

/** The gap between two clips that follow each other on one track; null when they touch or others lie between. */
export function gapBetween(doc: Document, firstId: RecordId, secondId: RecordId): Gap | null {
  const [a, b] = [recordOf(doc, 'clip', firstId), recordOf(doc, 'clip', secondId)];
  const [left, right] = a.start <= b.start ? [a, b] : [b, a];
  const gap = left.trackId === right.trackId ? gapAt(doc, left.trackId, endOf(left)) : null;
  return gap?.left.id === left.id && gap.right.id === right.id ? gap : null;
}

export interface GapFill {
  readonly gap: Gap;
  readonly shotId: RecordId;
  readonly segmentId: RecordId;
  readonly clipId: RecordId;
  readonly blockId: RecordId;
  readonly name: string;
  readonly text: string;
  /** What it is made with: that of the left clip, or of the right one where the left is a still. */
  readonly like: Pick<ShotRecord, 'modelId' | 'rate' | 'width' | 'height' | 'sampling'>;
}

/** Frames of the bridge at its shot's rate: enough to fill the gap. */
export function bridgeFrames(doc: Document, gap: Gap, like: GapFill['like']): number {
  return ceilToRate(gap.to - gap.from, projectOf(doc).rate, like.rate);
}

/** @throws AppError timeline/invalid-edit for sounds and for shots of another size, timeline/locked-track */
export function fillGap(doc: Document, { gap, like, ...fill }: GapFill): DocumentDiff {
  const { left, right, from, to } = gap;
  return insertShot(doc, {
    ...fill,
    ...like,
    trackId: left.trackId,
    start: from,
    duration: to - from,
    frameCount: bridgeFrames(doc, gap, like),
    joins: {
      before: joinedFrame(doc, left, endOf(left) - 1, like),
      after: joinedFrame(doc, right, right.start, like),
    },
  });
}

function joinedFrame(doc: Document, clip: ClipRecord, projectFrame: number, like: GapFill['like']): JoinedFrame {
  if (clip.source.type === 'still') return { mediaId: clip.source.mediaId };
  if (clip.source.type === 'audio')
    throw invalidEdit('clip', clip.name, `"${clip.name}" is sound`, 'Choose a gap between two pictures.');
  const shot = recordOf(doc, 'shot', clip.source.shotId);
  if (shot.width !== like.width || shot.height !== like.height)
    throw invalidEdit(
      'clip',
      clip.name,
      `"${clip.name}" is ${shot.width} × ${shot.height} and the bridge would be ${like.width} × ${like.height}`,
      'A bridge joins shots of one size.',
    );
  return { shotId: shot.id, frame: shotFrameAt(doc, clip, projectFrame) };
}

/** What follows in the film moves left by the gap. @throws AppError timeline/locked-track, timeline/overlap */
export function closeGap(doc: Document, { left, from, to }: Gap): DocumentDiff {
  unlockedTrack(doc, left.trackId);
  const edited = new Map([[left.trackId, to]]);
  return editDocument(doc, (draft) => rippleFilm(draft, { edited, fromFrame: to, byFrames: from - to }));
}
