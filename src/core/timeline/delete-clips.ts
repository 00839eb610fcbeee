/**
 * Deleting clips, with or without closing the gaps. The shot behind a clip stays in the document with its segments and
 * prompts: nothing that was generated is lost.
 */
import { clipsOfTrack, recordOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import type { Document, RecordId } from '../document/records';
import { editDocument, unlockedTrack } from './edit';
import { endOf } from './placement';

/** ripple: later clips of the same track move left by what was deleted before them. @throws AppError timeline/locked-track */
export function deleteClips(
  doc: Document,
  clipIds: readonly RecordId[],
  options: { readonly ripple: boolean },
): DocumentDiff {
  const clips = [...new Set(clipIds)].map((id) => recordOf(doc, 'clip', id));
  for (const clip of clips) unlockedTrack(doc, clip.trackId);
  return editDocument(doc, (draft) => {
    for (const clip of clips) draft.remove(clip.id);
    if (!options.ripple) return;
    for (const trackId of new Set(clips.map((clip) => clip.trackId))) {
      const gone = clips.filter((clip) => clip.trackId === trackId);
      for (const clip of clipsOfTrack(draft.doc, trackId)) {
        const before = gone.filter((deleted) => endOf(deleted) <= clip.start);
        const byFrames = before.reduce((sum, { duration }) => sum + duration, 0);
        if (byFrames > 0) draft.set({ ...clip, start: clip.start - byFrames });
      }
    }
  });
}
