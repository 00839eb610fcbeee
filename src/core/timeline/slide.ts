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

const NONE: ReadonlySet<RecordId> = new Set();

/**
 * First project frames the clip may have, both ends included.
 * @param along clips that slide by as much at once: they are not in the way, and give and take nothing
 */
export function slideLimits(doc: Document, clipId: RecordId, along = NONE): FrameLimits {
  const clip = recordOf(doc, 'clip', clipId);
  const { before, after } = neighbours(doc, clip, along);
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
  return slideTogether(doc, [clipId], toStart - recordOf(doc, 'clip', clipId).start);
}

/** All by as much; those of them that touch slide as one. @throws AppError as slideClip; then none slides */
export function slideTogether(doc: Document, clipIds: readonly RecordId[], byFrames: number): DocumentDiff {
  const along = new Set(clipIds);
  const clips = clipIds.map((id) => recordOf(doc, 'clip', id));
  for (const clip of clips) {
    unlockedTrack(doc, clip.trackId);
    assertRoom(doc, clip, clip.start + byFrames, along);
  }
  return editDocument(doc, (draft) => {
    for (const clip of clips) {
      draft.set({ ...clip, start: clip.start + byFrames });
      const { before, after } = neighbours(doc, clip, along);
      if (before && endOf(before) === clip.start) {
        const now = recordOf(draft.doc, 'clip', before.id);
        draft.set({ ...now, duration: now.duration + byFrames });
      }
      if (after?.start === endOf(clip)) {
        const now = recordOf(draft.doc, 'clip', after.id);
        const sourceIn = now.source.type === 'still' ? now.sourceIn : now.sourceIn + byFrames;
        draft.set({ ...now, start: now.start + byFrames, duration: now.duration - byFrames, sourceIn });
      }
    }
  });
}

function assertRoom(doc: Document, clip: ClipRecord, toStart: number, along: ReadonlySet<RecordId>): void {
  const { min, max } = slideLimits(doc, clip.id, along);
  if (Number.isSafeInteger(toStart) && toStart >= min && toStart <= max) return;
  throw invalidEdit(
    'clip.start',
    toStart,
    `"${clip.name}" cannot slide to frame ${toStart}`,
    max === Infinity ? `Choose a frame from ${min} on.` : `Choose a frame from ${min} to ${max}.`,
  );
}

interface Neighbours {
  readonly before: ClipRecord | null;
  readonly after: ClipRecord | null;
}

/** Those that stay; null where one slides along. */
function neighbours(doc: Document, clip: ClipRecord, along: ReadonlySet<RecordId>): Neighbours {
  const clips = clipsOfTrack(doc, clip.trackId);
  const index = clips.findIndex(({ id }) => id === clip.id);
  const staying = (one: ClipRecord | undefined): ClipRecord | null =>
    one === undefined || along.has(one.id) ? null : one;
  return { before: staying(clips[index - 1]), after: staying(clips[index + 1]) };
}
