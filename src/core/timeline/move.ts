/**
 * Moving clips in time or to another track.
 */
import { recordOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import type { Document, RecordId } from '../document/records';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import { assertRoom } from './placement';

export interface ClipMove {
  readonly clipId: RecordId;
  readonly trackId: RecordId;
  /** Project frame. */
  readonly start: number;
}

/** @throws AppError timeline/overlap where another clip stands, timeline/locked-track on either track */
export function moveClip(
  doc: Document,
  clipId: RecordId,
  to: { readonly trackId: RecordId; readonly start: number },
): DocumentDiff {
  return moveClips(doc, [{ clipId, trackId: to.trackId, start: to.start }]);
}

/** Moves clips all at once: they may change places, and a dissolve between two that move together stays. @throws as moveClip */
export function moveClips(doc: Document, moves: readonly ClipMove[]): DocumentDiff {
  for (const { clipId, trackId, start } of moves) {
    unlockedTrack(doc, recordOf(doc, 'clip', clipId).trackId);
    unlockedTrack(doc, trackId);
    if (!Number.isSafeInteger(start) || start < 0)
      throw invalidEdit('clip.start', start, `a clip cannot start at frame ${start}`, 'Choose a frame from 0 on.');
  }
  return editDocument(doc, (draft) => {
    for (const { clipId, trackId, start } of moves) draft.set({ ...recordOf(doc, 'clip', clipId), trackId, start });
    for (const { clipId, trackId, start } of moves)
      assertRoom(draft.doc, trackId, { start, duration: recordOf(doc, 'clip', clipId).duration, except: clipId });
  });
}
