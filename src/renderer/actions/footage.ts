/**
 * Imported films on the timeline: placing a part of one as a shot that grows like any other, filling it from its file,
 * and keeping a frame of the film as an image.
 */
import { samplingFrom } from '@core/document/default-sampling';
import { addTrack } from '@core/timeline/tracks';
import { insertAudio } from '@core/timeline/insert-audio';
import { insertShot } from '@core/timeline/insert-shot';
import { takeFilmSize } from '@core/timeline/segments';
import { linkClips, withCompanions } from '@core/timeline/together';
import { SOUND_RATE } from '@core/export/sound-plan';
import { filmFrameCount } from '@core/footage/frame-times';
import type { FootageFit } from '@core/footage/fit';
import { framesFromSamples, type Rate } from '@core/time/rate';
import type { DocumentDiff } from '@core/document/diff';
import type { Document, SegmentRecord, ShotRecord } from '@core/document/records';
import type { FootageMedia, SoundMedia } from '@contracts/job';
import { indexClips, roomAfter } from '../features/timeline/clip-index';
import { inSequence, type Edit } from '../features/timeline/edit-sequence';
import { soundTrackFor, stem } from '../features/timeline/place-media';
import type { AppState } from '../state/app.svelte';
import type { ProjectSession } from '../state/session.svelte';
import { freePlace, modelFor, queueSegment } from './generate';
import { strings } from './strings';

/** Frames the whole file becomes at a film's rate. */
export function framesAt(media: FootageMedia, rate: Rate): number {
  return media.clock === null ? media.ticks : filmFrameCount(media.ticks, media.clock, rate);
}

export interface FootagePlacement {
  readonly media: FootageMedia;
  /** Film frames of the file, [from, to). */
  readonly from: number;
  readonly to: number;
  readonly fit: FootageFit;
  readonly hasSound: boolean;
  /** Project frame. */
  readonly start: number;
  /** null = the first unlocked track. */
  readonly trackId: string | null;
}

/** One edit: the shot with its clip, and under it the sound, linked. Then its frames are asked for. False when refused. */
export async function placeFootage(app: AppState, placement: FootagePlacement): Promise<boolean> {
  const { session } = app;
  if (session === null) return false;
  app.flushEdits();
  const { media, from, to, fit, start } = placement;
  const { rate, width, height, modelId } = session.project;
  const frameCount = to - from;
  const sound = placement.hasSound ? await soundOf(app, session, placement) : null;
  if (app.session !== session) return false;
  const segmentId = session.newId();
  const clipId = session.newId();
  const name = stem(media.name);
  const isPlaced = await app.attempt(async () => {
    const { manifest } = modelFor(app, modelId);
    const wanted = { start, ...(placement.trackId !== null && { trackId: placement.trackId }) };
    const { trackId } = freePlace(session, wanted, frameCount);
    const isFree = roomAfter(indexClips(session.doc), trackId, start) >= frameCount;
    const shot: Edit = (doc) =>
      insertShot(doc, {
        ...{ shotId: session.newId(), segmentId, clipId, blockId: null, text: null, name, trackId, start, frameCount },
        ...{ modelId: manifest.id, rate, width, height, sampling: samplingFrom(manifest.defaults) },
        footage: { mediaId: media.id, from, fit },
        mode: isFree ? 'place' : 'insert',
      });
    const soundId = session.newId();
    const sounds: Edit[] =
      sound === null
        ? []
        : [
            (doc) => placeSound(doc, session, { sound, start, clipId: soundId }),
            (doc) => linkClips(doc, [clipId, soundId], session.newId()),
          ];
    const isDone = session.edit(strings.placeFootage, (doc) => inSequence(doc, [shot, ...sounds]));
    if (isDone) session.select(withCompanions(session.doc, [clipId]));
    return isDone;
  });
  if (isPlaced !== true) return false;
  app.transport.seek(start);
  void queueSegment(app, session, segmentId);
  return true;
}

/** null, and a message, when it cannot be had: the picture is placed without. */
async function soundOf(
  app: AppState,
  session: ProjectSession,
  { media, from, to }: FootagePlacement,
): Promise<SoundMedia | null> {
  const { rate } = session.project;
  const input = { projectId: session.id, mediaId: media.id, rate, from, frameCount: to - from };
  const answer = await app.attempt(() => app.client.invoke('footage.sound', input));
  if (answer !== null) session.addMedia(answer.media);
  return answer?.media ?? null;
}

/** On the first audio track with room for it beside the picture, else on a new one. */
function placeSound(
  doc: Document,
  session: ProjectSession,
  { sound, start, clipId }: { readonly sound: SoundMedia; readonly start: number; readonly clipId: string },
): DocumentDiff {
  const frameCount = framesFromSamples(sound.samples, SOUND_RATE.num, session.project.rate);
  const track = soundTrackFor(doc, { frame: start }, frameCount);
  const trackId = track?.id ?? session.newId();
  const audio = { clipId, trackId, start, mediaId: sound.id, name: stem(sound.name), frameCount };
  const place: Edit = (now) => insertAudio(now, audio);
  return inSequence(doc, track === null ? [(now) => addTrack(now, { id: trackId, type: 'audio' }), place] : [place]);
}

/** Asks main to fill a segment from its file, at the film's size of now. False when it was refused. */
export async function conformSegment(
  app: AppState,
  session: ProjectSession,
  { id: segmentId, shotId }: SegmentRecord,
  shot: ShotRecord,
): Promise<boolean> {
  const { width, height } = session.project;
  if (shot.width !== width || shot.height !== height) session.edit(strings.conform, (doc) => takeFilmSize(doc, shotId));
  const queued = await app.attempt(async () => {
    // The job is read from the document that main has.
    await session.commits.settled();
    if (session.commits.failure !== null) throw session.commits.failure;
    return app.client.invoke('footage.conform', { projectId: session.id, segmentId });
  });
  return queued !== null;
}

/** The frame on top at the playhead becomes an image of the project: an anchor, a first frame, a still. */
export async function keepFrame(app: AppState): Promise<void> {
  const { session } = app;
  if (session === null) return;
  const { playhead } = app.transport;
  const frame = session.film.layersAt(playhead).layers.at(-1)?.frame;
  if (frame === undefined) return app.toast('info', strings.noFrameHere, strings.noFrameHereRemedy);
  const name = strings.frameName(session.project.name, playhead);
  const answer = await app.attempt(() => app.client.invoke('media.fromFrame', { projectId: session.id, frame, name }));
  if (answer === null) return;
  session.addMedia(answer.media);
  app.leftTab = 'media';
  app.toast('success', strings.frameKept(answer.media.name), strings.frameKeptRemedy);
}
