/**
 * A sound on the timeline: placing an imported file, and setting how a clip of it is heard.
 */
import { recordOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import type { AudioSource, Document, RecordId } from '../document/records';
import { GAIN_DB_MAX, GAIN_DB_MIN, isAudioClip } from '../document/sound';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import { placeClip } from './placement';

export interface NewAudio {
  readonly clipId: RecordId;
  /** An audio track. */
  readonly trackId: RecordId;
  /** Project frame. */
  readonly start: number;
  readonly mediaId: string;
  readonly name: string;
  /** Project frames the file lasts (framesFromSamples). */
  readonly frameCount: number;
  /** place (default): refused where it would overlap. insert: later clips of the track move right. */
  readonly mode?: 'place' | 'insert';
}

/** The whole file, as loud as it is. @throws AppError timeline/overlap, timeline/locked-track, timeline/invalid-edit */
export function insertAudio(doc: Document, audio: NewAudio): DocumentDiff {
  const { clipId: id, trackId, start, mediaId, name, frameCount } = audio;
  if (!Number.isSafeInteger(frameCount) || frameCount < 1)
    throw invalidEdit('clip.duration', frameCount, `a sound cannot last ${frameCount} frames`, 'Import it again.');
  const source: AudioSource = { type: 'audio', mediaId, frameCount, gainDb: 0, fadeIn: 0, fadeOut: 0 };
  return editDocument(doc, (draft) => {
    placeClip(
      draft,
      { kind: 'clip', id, trackId, source, name, start, duration: frameCount, sourceIn: 0 },
      audio.mode ?? 'place',
    );
  });
}

/** @throws AppError timeline/invalid-edit naming the value, timeline/locked-track */
export function setClipSound(
  doc: Document,
  clipId: RecordId,
  patch: Partial<Pick<AudioSource, 'gainDb' | 'fadeIn' | 'fadeOut'>>,
): DocumentDiff {
  const clip = recordOf(doc, 'clip', clipId);
  unlockedTrack(doc, clip.trackId);
  if (!isAudioClip(clip))
    throw invalidEdit('clip', clip.name, `"${clip.name}" has no sound`, 'Choose a clip on an audio track.');
  const source = { ...clip.source, ...patch };
  if (!(source.gainDb >= GAIN_DB_MIN && source.gainDb <= GAIN_DB_MAX))
    throw invalidEdit(
      'clip.gainDb',
      source.gainDb,
      `a gain of ${source.gainDb} dB is not possible`,
      `Use ${GAIN_DB_MIN} to ${GAIN_DB_MAX} dB; mute the track for silence.`,
    );
  for (const edge of ['fadeIn', 'fadeOut'] as const)
    if (!Number.isSafeInteger(source[edge]) || source[edge] < 0 || source[edge] > clip.duration)
      throw invalidEdit(
        `clip.${edge}`,
        source[edge],
        `"${clip.name}" cannot be faded over ${source[edge]} frames`,
        `Use 0 to ${clip.duration} frames.`,
      );
  return editDocument(doc, (draft) => draft.set({ ...clip, source }));
}
