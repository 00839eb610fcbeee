/**
 * Splitting a clip. Both halves show the same shot; the left one keeps the id.
 */
import { recordOf, transitionsOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import type { Document, RecordId } from '../document/records';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import { endOf } from './placement';

/** @throws AppError timeline/invalid-edit unless the frame lies inside the clip, timeline/locked-track */
export function splitClip(doc: Document, clipId: RecordId, atFrame: number, newId: RecordId): DocumentDiff {
  const clip = recordOf(doc, 'clip', clipId);
  unlockedTrack(doc, clip.trackId);
  if (!Number.isSafeInteger(atFrame) || atFrame <= clip.start || atFrame >= endOf(clip))
    throw invalidEdit(
      'atFrame',
      atFrame,
      `frame ${atFrame} is not inside "${clip.name}"`,
      'Move the playhead onto the clip, off its first frame.',
    );
  const leftFrames = atFrame - clip.start;
  return editDocument(doc, (draft) => {
    draft.set({ ...clip, duration: leftFrames });
    const sourceIn = clip.source.type === 'shot' ? clip.sourceIn + leftFrames : 0;
    draft.add({ ...clip, id: newId, start: atFrame, duration: clip.duration - leftFrames, sourceIn });
    // The dissolve at the clip's end is now the right half's.
    for (const transition of transitionsOf(doc, clipId))
      if (transition.leftClipId === clipId) draft.set({ ...transition, leftClipId: newId });
  });
}
