/** A picture held as a still behind the last clip of the lowest track that may be edited. */
import { clipsOfTrack, videoTracksOf } from '@core/document/access';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import { placeStills } from '../timeline/place-media';

export function placeStillAtEnd(app: AppState, session: ProjectSession, mediaId: string): void {
  const track = videoTracksOf(session.doc).find((one) => !one.isLocked);
  if (track === undefined) return;
  const last = clipsOfTrack(session.doc, track.id).at(-1);
  const frame = last === undefined ? 0 : last.start + last.duration;
  placeStills(app, { trackId: track.id, frame, mediaIds: [mediaId] });
}
