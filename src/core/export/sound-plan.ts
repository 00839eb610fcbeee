/**
 * Which sounds are heard when, in samples: the one description that the studio plays and the export mixes.
 * Muted tracks, and those that are not solo while another is, are left out.
 */
import { clipsOfTrack, projectOf } from '../document/access';
import type { Document } from '../document/records';
import { audibleTracks, fadesOf, isAudioClip } from '../document/sound';
import { nearestToRate, type Rate } from '../time/rate';

/** Of every film's sound, played or written. */
export const SOUND_RATE: Rate = { num: 48_000, den: 1 };

export interface SoundClip {
  readonly mediaId: string;
  /** First sample of the file that is heard, at SOUND_RATE. */
  readonly sourceStart: number;
  /** Sample of the plan where the clip begins; below 0 when it began before the range. */
  readonly start: number;
  /** Samples it lasts; may reach beyond the range. */
  readonly length: number;
  readonly gainDb: number;
  /** Linear, in samples, counted from the clip's own edges. */
  readonly fadeIn: number;
  readonly fadeOut: number;
}

export interface SoundPlan {
  /** Samples of the range. */
  readonly length: number;
  readonly clips: readonly SoundClip[];
}

/** Project frames [from, to). */
export function planSound(doc: Document, range: { readonly from: number; readonly to: number }): SoundPlan {
  const { rate } = projectOf(doc);
  const sampleAt = (frame: number) => nearestToRate(frame, rate, SOUND_RATE);
  const clips: SoundClip[] = [];
  for (const track of audibleTracks(doc))
    for (const clip of clipsOfTrack(doc, track.id)) {
      const end = clip.start + clip.duration;
      if (!isAudioClip(clip) || clip.start >= range.to || end <= range.from) continue;
      const { fadeIn, fadeOut } = fadesOf(clip);
      clips.push({
        mediaId: clip.source.mediaId,
        sourceStart: sampleAt(clip.sourceIn),
        start: sampleAt(clip.start) - sampleAt(range.from),
        length: sampleAt(end) - sampleAt(clip.start),
        gainDb: clip.source.gainDb,
        fadeIn: sampleAt(clip.start + fadeIn) - sampleAt(clip.start),
        fadeOut: sampleAt(end) - sampleAt(end - fadeOut),
      });
    }
  return { length: sampleAt(range.to) - sampleAt(range.from), clips };
}
