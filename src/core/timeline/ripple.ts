/**
 * Ripples: later clips move by as many frames as the film got longer or shorter at one place. So that what belongs
 * together stays together, the clips of every track move that is neither locked nor out of sync lock, and sound goes along
 * with the picture that it is linked with and lies under, on any track but a locked one. Where a track has no room to
 * follow, the edit is refused: nothing is covered and nothing parts without a word (ADR 0041).
 */
import { endOf, recordOf, tracksOf } from '../document/access';
import { indexOf } from '../document/record-map';
import type { ClipRecord, Document, RecordId, TrackRecord } from '../document/records';
import { firstFrom } from '../document/track-shift';
import { AppError } from '../errors';
import { type Draft, invalidEdit } from './edit';

export interface Ripple {
  /** Tracks that the edit itself changes, each with the frame from which its clips move. */
  readonly edited: ReadonlyMap<RecordId, number>;
  /** Clips of the other tracks move that start here or later. */
  readonly fromFrame: number;
  readonly byFrames: number;
  /** Clips that stay while what they show moves, as in a ripple trim of their start: their companions follow it. */
  readonly led?: readonly RecordId[];
}

export function isSyncLocked({ isLocked, isSyncLocked: asked }: TrackRecord): boolean {
  return !isLocked && asked !== false;
}

/** @throws AppError timeline/overlap naming the clip in the way, timeline/invalid-edit where linked clips would part */
export function rippleFilm(draft: Draft, ripple: Ripple): void {
  const { byFrames } = ripple;
  if (byFrames === 0) return;
  const first = firstMoved(draft.doc, ripple);
  if (byFrames < 0) for (const [trackId, from] of first) assertCloses(draft.doc, trackId, { from, byFrames });
  for (const [trackId, from] of first) {
    const last = indexOf(draft.doc).ofTrack(trackId).at(-1);
    if (last !== undefined && last.start >= from) draft.shift({ trackId, from, by: byFrames });
  }
}

/** Frames by which what lies on a track from `from` on can move left; Infinity where nothing does. */
export function roomBefore(doc: Document, trackId: RecordId, from: number): number {
  const clips = indexOf(doc).ofTrack(trackId);
  const at = firstFrom(clips, from);
  const [before, moved] = [clips[at - 1], clips[at]];
  return moved === undefined ? Infinity : moved.start - (before === undefined ? 0 : endOf(before));
}

/** By track, the frame from which its clips move. */
function firstMoved(doc: Document, { edited, fromFrame, led = [] }: Ripple): ReadonlyMap<RecordId, number> {
  const first = new Map(edited);
  for (const track of tracksOf(doc)) if (!first.has(track.id) && isSyncLocked(track)) first.set(track.id, fromFrame);
  const changed = new Set(first.keys());
  const takeAlong = (clip: ClipRecord): void => {
    if (clip.linkId === undefined) return;
    for (const linked of indexOf(doc).together(clip.linkId)) {
      if (linked.start >= (first.get(linked.trackId) ?? Infinity) || led.includes(linked.id)) continue;
      if (linked.start >= endOf(clip) || clip.start >= endOf(linked)) continue;
      if (recordOf(doc, 'track', linked.trackId).isLocked) continue;
      if (edited.has(linked.trackId)) throw wouldPart(clip, linked);
      first.set(linked.trackId, linked.start);
      changed.add(linked.trackId);
    }
  };
  for (const id of led) takeAlong(recordOf(doc, 'clip', id));
  for (const trackId of changed) {
    // Asked again should it come to move from an earlier frame.
    changed.delete(trackId);
    const clips = indexOf(doc).ofTrack(trackId);
    for (let at = firstFrom(clips, first.get(trackId) ?? Infinity); at < clips.length; at++) {
      const clip = clips[at];
      if (clip?.linkId !== undefined) takeAlong(clip);
    }
  }
  return first;
}

function assertCloses(
  doc: Document,
  trackId: RecordId,
  { from, byFrames }: { readonly from: number; readonly byFrames: number },
): void {
  if (roomBefore(doc, trackId, from) + byFrames >= 0) return;
  const track = recordOf(doc, 'track', trackId);
  const clips = indexOf(doc).ofTrack(trackId);
  const at = firstFrom(clips, from);
  const [before, moved] = [clips[at - 1], clips[at]];
  throw new AppError(
    'timeline/overlap',
    before === undefined
      ? `"${moved?.name ?? ''}" on track ${track.name} would have to start before the film`
      : `"${before.name}" on track ${track.name} is in the way: what follows it there cannot move ${0 - byFrames} frames left`,
    {
      field: 'clip.start',
      value: String(moved?.start ?? from),
      remedy: isSyncLocked(track)
        ? `Make room there first, or turn the sync lock of ${track.name} off.`
        : 'Make room there first, or unlink the clips.',
    },
  );
}

function wouldPart(moved: ClipRecord, stays: ClipRecord): AppError {
  return invalidEdit(
    'clip.linkId',
    moved.name,
    `"${moved.name}" would move and "${stays.name}", which it is linked with, would not`,
    'Unlink the two first.',
  );
}
