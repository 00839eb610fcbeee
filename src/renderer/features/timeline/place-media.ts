/** What a dropped picture becomes: the first frame of a new shot, or a still held on the track. */
import { insertStill } from '@core/timeline/insert-still';
import { framesPerSecond } from '@core/time/rate';
import { beginShot } from '../../actions/generate';
import type { AppState } from '../../state/app.svelte';
import { indexClips, roomAfter } from './clip-index';
import { strings } from './strings';
import type { PendingDrop } from './timeline-ui.svelte';

export const STILL_SECONDS = 3;

export function animateMedia(app: AppState, drop: PendingDrop): void {
  let start = drop.frame;
  for (const mediaId of drop.mediaIds) {
    const name = app.session?.media.find((one) => one.id === mediaId)?.name;
    beginShot(app, {
      start,
      trackId: drop.trackId,
      firstMediaId: mediaId,
      ...(name !== undefined && { name: stem(name) }),
    });
    // The next picture goes after what this one became.
    start = app.session?.end ?? start;
  }
}

export function placeStills(app: AppState, drop: PendingDrop): void {
  const { session } = app;
  if (session === null) return;
  const duration = Math.max(1, Math.round(STILL_SECONDS * framesPerSecond(session.project.rate)));
  let start = drop.frame;
  for (const mediaId of drop.mediaIds) {
    const clipId = session.newId();
    const name = stem(session.media.find((one) => one.id === mediaId)?.name ?? '');
    const at = start;
    const mode = roomAfter(indexClips(session.doc), drop.trackId, at) >= duration ? 'place' : 'insert';
    const isDone = session.edit(strings.placeStill, (doc) =>
      insertStill(doc, { clipId, trackId: drop.trackId, start: at, duration, mediaId, name, mode }),
    );
    if (!isDone) return;
    session.select([clipId]);
    start += duration;
  }
}

/** A file's name without its ending, never empty. */
function stem(name: string): string {
  const short = name.replace(/\.[A-Za-z0-9]{1,5}$/, '');
  return short === '' ? strings.dropStill : short;
}
