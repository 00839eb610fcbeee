/**
 * Adding, removing and setting tracks.
 */
import { audioTracksOf, clipsOfTrack, recordOf, videoTracksOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import {
  type Document,
  type RecordId,
  TRACK_HEIGHT_LEAST,
  TRACK_HEIGHT_MOST,
  type TrackRecord,
} from '../document/records';
import { editDocument, invalidEdit, unlockedTrack } from './edit';

const MAX_TRACKS = 100;

/** A new video track on top, or an audio track at the bottom; named V3, A1 … after its place unless a name is given. */
export function addTrack(
  doc: Document,
  track: { readonly id: RecordId; readonly name?: string; readonly type?: TrackRecord['type'] },
): DocumentDiff {
  const type = track.type ?? 'video';
  const order = (tracksLike(doc, type).at(-1)?.order ?? -1) + 1;
  if (order >= MAX_TRACKS)
    throw invalidEdit(
      'track',
      order + 1,
      `a film has at most ${MAX_TRACKS} ${type} tracks`,
      'Remove a track that is not used.',
    );
  return editDocument(doc, (draft) => {
    draft.add({
      kind: 'track',
      id: track.id,
      name: track.name ?? `${type === 'audio' ? 'A' : 'V'}${order + 1}`,
      type,
      order,
      isLocked: false,
      isHidden: false,
      isSolo: false,
    });
  });
}

function tracksLike(doc: Document, type: TrackRecord['type']): TrackRecord[] {
  return type === 'audio' ? audioTracksOf(doc) : videoTracksOf(doc);
}

/** The tracks beyond it close up. @throws AppError timeline/invalid-edit for the only video track, or one with clips unless `withClips` */
export function removeTrack(doc: Document, trackId: RecordId, options: { readonly withClips: boolean }): DocumentDiff {
  const track = unlockedTrack(doc, trackId);
  const clips = clipsOfTrack(doc, trackId);
  const tracks = tracksLike(doc, track.type);
  if (track.type === 'video' && tracks.length === 1)
    throw invalidEdit('track', track.name, 'a film needs at least one video track', 'Add another track first.');
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

/** null = its share of the room there is. @throws AppError timeline/invalid-edit for a height that no track can have */
export function setTrackHeight(doc: Document, trackId: RecordId, height: number | null): DocumentDiff {
  const { height: _before, ...track } = recordOf(doc, 'track', trackId);
  if (height !== null && !(height >= TRACK_HEIGHT_LEAST && height <= TRACK_HEIGHT_MOST))
    throw invalidEdit(
      'track.height',
      height,
      `track ${track.name} cannot be ${height} pixels high`,
      `Choose ${TRACK_HEIGHT_LEAST} to ${TRACK_HEIGHT_MOST} pixels.`,
    );
  return editDocument(doc, (draft) => draft.set(height === null ? track : { ...track, height: Math.round(height) }));
}

export function setTrack(
  doc: Document,
  trackId: RecordId,
  patch: Partial<Pick<TrackRecord, 'name' | 'isLocked' | 'isHidden' | 'isSolo'>> & { readonly isSyncLocked?: boolean },
): DocumentDiff {
  const track = recordOf(doc, 'track', trackId);
  const { isSyncLocked, ...rest } = { ...track, ...patch };
  return editDocument(doc, (draft) => draft.set({ ...rest, ...(isSyncLocked === false && { isSyncLocked }) }));
}
