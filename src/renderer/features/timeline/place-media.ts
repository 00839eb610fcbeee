/**
 * What dropped media become. A picture: the first frame of a new shot, a still held on the track, or pinned to a frame. A
 * sound: a clip on an audio track.
 */
import { shotFrameAt } from '@core/document/branch';
import { audioTracksOf } from '@core/document/access';
import type { ClipRecord, Document, TrackRecord } from '@core/document/records';
import { pinAnchor } from '@core/timeline/anchors';
import { SOUND_RATE } from '@core/export/sound-plan';
import { insertAudio } from '@core/timeline/insert-audio';
import { insertStill } from '@core/timeline/insert-still';
import { addTrack } from '@core/timeline/tracks';
import { framesFromSamples, framesPerSecond } from '@core/time/rate';
import type { SoundMedia } from '@contracts/job';
import { beginShot } from '../../actions/generate';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import { clipAtFrame, indexClips, roomAfter } from './clip-index';
import { inSequence, type Edit } from './edit-sequence';
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

/** The shot clip under a drop and the shot frame that is seen there; null where there is none. */
export function pinTarget(
  session: ProjectSession,
  drop: Pick<PendingDrop, 'trackId' | 'frame'>,
): { readonly clip: ClipRecord; readonly shotId: string; readonly frame: number } | null {
  const clip = clipAtFrame(indexClips(session.doc), drop.trackId, drop.frame);
  if (clip?.source.type !== 'shot') return null;
  return { clip, shotId: clip.source.shotId, frame: shotFrameAt(session.doc, clip, drop.frame) };
}

/** The first picture; a frame has one. */
export function pinMedia(app: AppState, drop: PendingDrop): void {
  const { session } = app;
  const [mediaId] = drop.mediaIds;
  const target = session === null ? null : pinTarget(session, drop);
  if (session === null || target === null || mediaId === undefined) return;
  const id = session.newId();
  const { shotId, frame } = target;
  if (session.edit(strings.pinImage, (doc) => pinAnchor(doc, { id, shotId, frame, mediaId }))) session.select([id]);
}

export function placeStills(app: AppState, drop: Pick<PendingDrop, 'trackId' | 'frame' | 'mediaIds'>): void {
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

/**
 * Sounds, one after the other from the frame on: on the audio track that was meant, else on the first with room there,
 * else on a new one. One undo entry.
 */
export function placeSounds(
  app: AppState,
  drop: { readonly trackId?: string; readonly frame: number; readonly mediaIds: readonly string[] },
): void {
  const { session } = app;
  if (session === null) return;
  const sounds = drop.mediaIds.flatMap((id) => {
    const media = session.media.find((one) => one.id === id);
    return media?.kind === 'sound' ? [media] : [];
  });
  if (sounds.length === 0) return;
  const rate = session.project.rate;
  const frameCountOf = ({ samples }: SoundMedia): number => framesFromSamples(samples, SOUND_RATE.num, rate);
  const total = sounds.reduce((frames, media) => frames + frameCountOf(media), 0);
  const track = soundTrackFor(session.doc, drop, total);
  const trackId = track?.id ?? session.newId();
  const edits: Edit[] = track === null ? [(doc) => addTrack(doc, { id: trackId, type: 'audio' })] : [];
  const clipIds: string[] = [];
  let start = drop.frame;
  for (const media of sounds) {
    const [clipId, at, frameCount] = [session.newId(), start, frameCountOf(media)];
    const name = stem(media.name);
    edits.push((doc) => insertAudio(doc, { clipId, trackId, start: at, mediaId: media.id, name, frameCount }));
    clipIds.push(clipId);
    start += frameCount;
  }
  if (session.edit(strings.placeSound, (doc) => inSequence(doc, edits))) session.select(clipIds);
}

export function soundTrackFor(
  doc: Document,
  { trackId, frame }: { readonly trackId?: string; readonly frame: number },
  frames: number,
): TrackRecord | null {
  const index = indexClips(doc);
  const tracks = audioTracksOf(doc).filter((track) => !track.isLocked);
  const meant = tracks.find((track) => track.id === trackId);
  return meant ?? tracks.find((track) => roomAfter(index, track.id, frame) >= frames) ?? null;
}

/** A file's name without its ending, never empty. */
export function stem(name: string): string {
  const short = name.replace(/\.[A-Za-z0-9]{1,5}$/, '');
  return short === '' ? strings.dropStill : short;
}
