/**
 * Splitting a clip. Both halves show the same shot, or play the same sound; the left one keeps the id.
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
    const { source } = clip;
    // A fade stays at the edge it belongs to; the cut itself is not faded.
    const left = source.type === 'audio' ? { ...source, fadeOut: 0 } : source;
    const right = source.type === 'audio' ? { ...source, fadeIn: 0 } : source;
    draft.set({ ...clip, source: left, duration: leftFrames });
    const sourceIn = source.type === 'still' ? 0 : clip.sourceIn + leftFrames;
    draft.add({
      ...clip,
      id: newId,
      source: right,
      start: atFrame,
      duration: clip.duration - leftFrames,
      sourceIn,
    });
    // The dissolve at the clip's end is now the right half's.
    for (const transition of transitionsOf(doc, clipId))
      if (transition.leftClipId === clipId) draft.set({ ...transition, leftClipId: newId });
  });
}
