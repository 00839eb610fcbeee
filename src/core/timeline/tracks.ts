/**
 * Adding, removing and setting tracks.
 */
import { clipsOfTrack, recordOf, tracksOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import type { Document, RecordId, TrackRecord } from '../document/records';
import { editDocument, invalidEdit, unlockedTrack } from './edit';

const MAX_TRACKS = 100;

/** A new track on top, named V2, V3 … after its place unless a name is given. */
export function addTrack(doc: Document, track: { readonly id: RecordId; readonly name?: string }): DocumentDiff {
  const order = (tracksOf(doc).at(-1)?.order ?? -1) + 1;
  if (order >= MAX_TRACKS)
    throw invalidEdit(
      'track',
      order + 1,
      `a film has at most ${MAX_TRACKS} tracks`,
      'Remove a track that is not used.',
    );
  return editDocument(doc, (draft) => {
    draft.add({
      kind: 'track',
      id: track.id,
      name: track.name ?? `V${order + 1}`,
      order,
      isLocked: false,
      isHidden: false,
    });
  });
}

/** The tracks above move down. @throws AppError timeline/invalid-edit for the only track, or one with clips unless `withClips` */
export function removeTrack(doc: Document, trackId: RecordId, options: { readonly withClips: boolean }): DocumentDiff {
  const track = unlockedTrack(doc, trackId);
  const clips = clipsOfTrack(doc, trackId);
  const tracks = tracksOf(doc);
  if (tracks.length === 1)
    throw invalidEdit('track', track.name, 'a film needs at least one track', 'Add another track first.');
  if (clips.length > 0 && !options.withClips)
    throw invalidEdit(
      'track',
      track.name,
      `track ${track.name} has ${clips.length} clips`,
      'Move or delete them first.',
    );
  return editDocument(doc, (draft) => {
    for (const clip of clips) draft.remove(clip.id);
    draft.remove(trackId);
    for (const above of tracks) if (above.order > track.order) draft.set({ ...above, order: above.order - 1 });
  });
}

export function setTrack(
  doc: Document,
  trackId: RecordId,
  patch: Partial<Pick<TrackRecord, 'name' | 'isLocked' | 'isHidden'>>,
): DocumentDiff {
  const track = recordOf(doc, 'track', trackId);
  if (patch.name?.trim() === '')
    throw invalidEdit('track.name', '', 'a track needs a name', 'Write at least one letter.');
  return editDocument(doc, (draft) => draft.set({ ...track, ...patch }));
}
