/**
 * What clips and tracks are called. A shot that no other clip shows is called like its clip: its takes, its files and its
 * page in the inspector bear the shot's name.
 */
import { clipsOfShot, recordOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import { NAME_LENGTH_MOST } from '../document/records';
import type { Document, RecordId } from '../document/records';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import { setTrack } from './tracks';

/** @throws AppError timeline/invalid-edit for a name of nothing or too long, timeline/locked-track */
export function renameClip(doc: Document, clipId: RecordId, wanted: string): DocumentDiff {
  const clip = recordOf(doc, 'clip', clipId);
  unlockedTrack(doc, clip.trackId);
  const name = wanted.trim();
  if (name === '') throw invalidEdit('clip.name', wanted, 'a clip needs a name', 'Write at least one letter.');
  assertShort('clip.name', name);
  const { source } = clip;
  return editDocument(doc, (draft) => {
    draft.set({ ...clip, name });
    if (source.type === 'shot' && clipsOfShot(doc, source.shotId).length === 1)
      draft.set({ ...recordOf(doc, 'shot', source.shotId), name });
  });
}

/** @throws AppError timeline/invalid-edit for a name of nothing or too long */
export function renameTrack(doc: Document, trackId: RecordId, wanted: string): DocumentDiff {
  const name = wanted.trim();
  if (name === '') throw invalidEdit('track.name', wanted, 'a track needs a name', 'Write at least one letter.');
  assertShort('track.name', name);
  return setTrack(doc, trackId, { name });
}

function assertShort(field: string, name: string): void {
  if (name.length > NAME_LENGTH_MOST)
    throw invalidEdit(
      field,
      name,
      `a name of ${name.length} characters is too long`,
      `Write at most ${NAME_LENGTH_MOST} characters.`,
    );
}
