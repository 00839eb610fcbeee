/**
 * Room on a track: refusing overlaps with a sentence that helps, and adding clips.
 */
import { endOf } from '../document/access';
import { indexOf } from '../document/record-map';
import type { ClipRecord, Document, RecordId } from '../document/records';
import { firstFrom, placeIn } from '../document/track-shift';
import { AppError } from '../errors';
import { type Draft, invalidEdit, unlockedTrack } from './edit';
import { rippleFilm } from './ripple';

export { endOf } from '../document/access';

/** The clip that goes on over the frame; not one that begins or ends at it. */
export function clipAcross(doc: Document, trackId: RecordId, frame: number): ClipRecord | undefined {
  const clips = indexOf(doc).ofTrack(trackId);
  const before = clips[firstFrom(clips, frame) - 1];
  return before !== undefined && endOf(before) > frame ? before : undefined;
}

/** @throws AppError timeline/overlap naming the clip in the way */
export function assertRoom(
  doc: Document,
  trackId: RecordId,
  place: { readonly start: number; readonly duration: number; readonly except?: RecordId },
): void {
  const end = place.start + place.duration;
  const clips = indexOf(doc).ofTrack(trackId);
  const first = Math.max(0, firstFrom(clips, place.start) - 2);
  const inTheWay = clips
    .slice(first, firstFrom(clips, end))
    .find((clip) => clip.id !== place.except && endOf(clip) > place.start);
  if (inTheWay)
    throw new AppError(
      'timeline/overlap',
      `"${inTheWay.name}" is in the way, at frames ${inTheWay.start} to ${endOf(inTheWay)}`,
      {
        field: 'clip.start',
        value: String(place.start),
        remedy: 'Move it, use another track, or insert instead, which moves later clips right.',
      },
    );
}

/**
 * Adds a clip. place: refused where it would overlap. insert: later clips of the film move right by its length.
 * @throws AppError timeline/overlap, timeline/locked-track
 */
export function placeClip(draft: Draft, clip: ClipRecord, mode: 'place' | 'insert'): void {
  unlockedTrack(draft.doc, clip.trackId);
  if (!Number.isSafeInteger(clip.start) || clip.start < 0)
    throw invalidEdit(
      'clip.start',
      clip.start,
      `a clip cannot start at frame ${clip.start}`,
      'Choose a frame from 0 on.',
    );
  if (mode === 'insert') {
    const cut = clipAcross(draft.doc, clip.trackId, clip.start);
    if (cut)
      throw new AppError('timeline/overlap', `frame ${clip.start} lies inside "${cut.name}"`, {
        field: 'clip.start',
        value: String(clip.start),
        remedy: 'Split that clip here first, or insert at its start or end.',
      });
    rippleFilm(draft, {
      edited: new Map([[clip.trackId, clip.start]]),
      fromFrame: clip.start,
      byFrames: clip.duration,
    });
  } else assertRoom(draft.doc, clip.trackId, clip);
  draft.add(clip);
}

/** Where a clip's neighbours leave off: the end of the one before (0 without) and the start of the one after (null without). */
export function neighbourEdges(
  doc: Document,
  clip: ClipRecord,
): { readonly previousEnd: number; readonly nextStart: number | null } {
  const clips = indexOf(doc).ofTrack(clip.trackId);
  const index = placeIn(clips, clip);
  const [previous, next] = [clips[index - 1], clips[index + 1]];
  return { previousEnd: previous ? endOf(previous) : 0, nextStart: next ? next.start : null };
}
