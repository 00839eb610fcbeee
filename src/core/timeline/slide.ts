/**
 * Slide: a clip moves between its neighbours. Those that touch it give or take the frames, so that no gap opens; where
 * none touches it uses the room there is. What it shows and how long stays the same.
 */
import { clipsOfTrack, recordOf } from '../document/access';
import { sourceRangeOf } from '../document/branch';
import type { DocumentDiff } from '../document/diff';
import type { ClipRecord, Document, RecordId } from '../document/records';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import { endOf } from './placement';
import type { FrameLimits } from './roll';

/** First project frames the clip may have, both ends included. */
export function slideLimits(doc: Document, clipId: RecordId): FrameLimits {
  const clip = recordOf(doc, 'clip', clipId);
  const { before, after } = neighbours(doc, clip);
  const ahead = before && sourceRangeOf(doc, before);
  const behind = after && sourceRangeOf(doc, after);
  const isJoinedBefore = before !== null && endOf(before) === clip.start;
  const isJoinedAfter = after !== null && after.start === endOf(clip);
  const least = [
    isJoinedBefore ? before.start + 1 : before ? endOf(before) : 0,
    ...(isJoinedAfter && behind ? [clip.start - (after.sourceIn - behind.from)] : []),
  ];
  const most = [
    ...(isJoinedAfter ? [endOf(after) - 1 - clip.duration] : after ? [after.start - clip.duration] : []),
    ...(isJoinedBefore && ahead ? [before.start + ahead.to - before.sourceIn] : []),
  ];
  return { min: Math.max(...least), max: Math.min(Infinity, ...most) };
}

/** @throws AppError timeline/invalid-edit beyond the limits, timeline/locked-track */
export function slideClip(doc: Document, clipId: RecordId, toStart: number): DocumentDiff {
  const clip = recordOf(doc, 'clip', clipId);
  unlockedTrack(doc, clip.trackId);
  const { min, max } = slideLimits(doc, clipId);
  if (!Number.isSafeInteger(toStart) || toStart < min || toStart > max)
    throw invalidEdit(
      'clip.start',
      toStart,
      `"${clip.name}" cannot slide to frame ${toStart}`,
      max === Infinity ? `Choose a frame from ${min} on.` : `Choose a frame from ${min} to ${max}.`,
    );
  const byFrames = toStart - clip.start;
  const { before, after } = neighbours(doc, clip);
  return editDocument(doc, (draft) => {
    draft.set({ ...clip, start: toStart });
    if (before && endOf(before) === clip.start) draft.set({ ...before, duration: before.duration + byFrames });
    if (after?.start === endOf(clip)) {
      const sourceIn = after.source.type === 'still' ? after.sourceIn : after.sourceIn + byFrames;
      draft.set({ ...after, start: after.start + byFrames, duration: after.duration - byFrames, sourceIn });
    }
  });
}

function neighbours(doc: Document, clip: ClipRecord): { before: ClipRecord | null; after: ClipRecord | null } {
  const clips = clipsOfTrack(doc, clip.trackId);
  const index = clips.findIndex(({ id }) => id === clip.id);
  return { before: clips[index - 1] ?? null, after: clips[index + 1] ?? null };
}
