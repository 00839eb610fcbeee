/**
 * Room on a track: refusing overlaps with a sentence that helps, and rippling later clips.
 */
import { clipsOfTrack, recordOf } from '../document/access';
import { indexOf } from '../document/record-map';
import type { ClipRecord, Document, RecordId } from '../document/records';
import { AppError } from '../errors';
import { type Draft, invalidEdit, unlockedTrack } from './edit';

export function endOf(clip: ClipRecord): number {
  return clip.start + clip.duration;
}

/** @throws AppError timeline/overlap naming the clip in the way */
export function assertRoom(
  doc: Document,
  trackId: RecordId,
  place: { readonly start: number; readonly duration: number; readonly except?: RecordId },
): void {
  const end = place.start + place.duration;
  const inTheWay = clipsOfTrack(doc, trackId).find(
    (clip) => clip.id !== place.except && clip.start < end && endOf(clip) > place.start,
  );
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

/** Moves every clip of the track that starts at or after `fromFrame` by `byFrames`. */
export function ripple(
  draft: Draft,
  trackId: RecordId,
  move: { readonly fromFrame: number; readonly byFrames: number; readonly except?: RecordId },
): void {
  if (move.byFrames !== 0) draft.shift({ trackId, from: move.fromFrame, by: move.byFrames }, move.except);
}

/**
 * Pushes later clips right without parting picture from sound: what is linked with a clip that moves goes along, and so
 * does what follows on its track. Clips on locked tracks stay.
 */
export function rippleInSync(
  draft: Draft,
  trackId: RecordId,
  move: { readonly fromFrame: number; readonly byFrames: number },
): void {
  if (move.byFrames === 0) return;
  for (const [id, fromFrame] of firstMoved(draft.doc, trackId, move.fromFrame))
    ripple(draft, id, { fromFrame, byFrames: move.byFrames });
}

/** By track, the frame from which its clips move. */
function firstMoved(doc: Document, trackId: RecordId, fromFrame: number): ReadonlyMap<RecordId, number> {
  const first = new Map([[trackId, fromFrame]]);
  const changed = new Set([trackId]);
  for (const id of changed) {
    changed.delete(id);
    const from = first.get(id) ?? Infinity;
    for (const { start, linkId } of clipsOfTrack(doc, id)) {
      if (start < from || linkId === undefined) continue;
      for (const linked of indexOf(doc).together(linkId)) {
        const isEarlier = linked.start < (first.get(linked.trackId) ?? Infinity);
        // The track that is edited moves from where it was told to.
        if (!isEarlier || linked.trackId === trackId || recordOf(doc, 'track', linked.trackId).isLocked) continue;
        first.set(linked.trackId, linked.start);
        changed.add(linked.trackId);
      }
    }
  }
  return first;
}

/**
 * Adds a clip. place: refused where it would overlap. insert: every later clip moves right by its length.
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
    const cut = clipsOfTrack(draft.doc, clip.trackId).find(
      (other) => other.start < clip.start && endOf(other) > clip.start,
    );
    if (cut)
      throw new AppError('timeline/overlap', `frame ${clip.start} lies inside "${cut.name}"`, {
        field: 'clip.start',
        value: String(clip.start),
        remedy: 'Split that clip here first, or insert at its start or end.',
      });
    rippleInSync(draft, clip.trackId, { fromFrame: clip.start, byFrames: clip.duration });
  } else assertRoom(draft.doc, clip.trackId, clip);
  draft.add(clip);
}

/** Where a clip's neighbours leave off: the end of the one before (0 without) and the start of the one after (null without). */
export function neighbourEdges(
  doc: Document,
  clip: ClipRecord,
): { readonly previousEnd: number; readonly nextStart: number | null } {
  const clips = clipsOfTrack(doc, clip.trackId);
  const index = clips.findIndex(({ id }) => id === clip.id);
  const [previous, next] = [clips[index - 1], clips[index + 1]];
  return { previousEnd: previous ? endOf(previous) : 0, nextStart: next ? next.start : null };
}
