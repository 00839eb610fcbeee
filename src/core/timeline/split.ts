/**
 * Splitting a clip. Both halves show the same shot, or play the same sound; the left one keeps the id.
 */
import { recordOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import type { ClipRecord, Document, RecordId } from '../document/records';
import { addRightHalf, headOf, tailOf } from './clear-range';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import { endOf } from './placement';

/** @throws AppError timeline/invalid-edit unless the frame lies inside the clip, timeline/locked-track */
export function splitClip(doc: Document, clipId: RecordId, atFrame: number, newId: RecordId): DocumentDiff {
  const clip = recordOf(doc, 'clip', clipId);
  assertSplits(doc, clip, atFrame);
  return editDocument(doc, (draft) => {
    draft.set(headOf(clip, atFrame));
    addRightHalf(draft, clip, { ...tailOf(clip, atFrame), id: newId });
  });
}

/** @throws AppError timeline/invalid-edit unless the frame lies inside the clip, timeline/locked-track */
export function assertSplits(doc: Document, clip: ClipRecord, atFrame: number): void {
  unlockedTrack(doc, clip.trackId);
  if (!Number.isSafeInteger(atFrame) || atFrame <= clip.start || atFrame >= endOf(clip))
    throw invalidEdit(
      'atFrame',
      atFrame,
      `frame ${atFrame} is not inside "${clip.name}"`,
      'Move the playhead onto the clip, off its first frame.',
    );
}
