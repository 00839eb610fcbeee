/**
 * What is true of a sound on the timeline wherever it is drawn, played or mixed: the limits of its gain, the length of its
 * fades, and which tracks are heard.
 */
import { audioTracksOf } from './access';
import type { AudioSource, ClipRecord, Document, TrackRecord } from './records';

/** As it is played: a longer one would not fit into the studio's memory. */
export const SOUND_MINUTES_MOST = 20;

/** Quieter than any ear tells from silence. */
export const GAIN_DB_MIN = -60;
export const GAIN_DB_MAX = 24;

export type AudioClip = ClipRecord & { readonly source: AudioSource };

export function isAudioClip(clip: ClipRecord): clip is AudioClip {
  return clip.source.type === 'audio';
}

/** The fades as long as the clip has room for, the one at its start first. Project frames. */
export function fadesOf(clip: AudioClip): { readonly fadeIn: number; readonly fadeOut: number } {
  const fadeIn = Math.min(clip.source.fadeIn, clip.duration);
  return { fadeIn, fadeOut: Math.min(clip.source.fadeOut, clip.duration - fadeIn) };
}

/** Audio tracks that are heard: not muted, and solo where any is. */
export function audibleTracks(doc: Document): TrackRecord[] {
  const tracks = audioTracksOf(doc);
  const solo = tracks.filter((track) => track.isSolo);
  return (solo.length > 0 ? solo : tracks).filter((track) => !track.isHidden);
}
