/**
 * Which sounds are heard when, in samples: the one description that the studio plays and the export mixes.
 * Muted tracks, and those that are not solo while another is, are left out.
 */
import { clipsOfTrack, projectOf } from '../document/access';
import { speedOf } from '../document/clip-speed';
import type { Document } from '../document/records';
import { audibleTracks, fadesOf, isAudioClip } from '../document/sound';
import { nearestToRate, type Rate } from '../time/rate';

/** Of every film's sound, played or written. */
export const SOUND_RATE: Rate = { num: 48_000, den: 1 };
export const SOUND_CHANNELS = 2;

export interface SoundClip {
  readonly mediaId: string;
  /** How fast the file is played, at its own pitch (core/sound/time-stretch.ts); percent. */
  readonly speed: number;
  /** First sample that is heard of the file as it is played, at SOUND_RATE. */
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
        speed: speedOf(clip),
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

/** How loud a clip is at a sample counted from its own start: gain and fades together, between these points a straight line. */
export interface LoudnessPoint {
  readonly sample: number;
  readonly gain: number;
}

/** Ordered by sample, from 0 to the clip's length. Two points at one sample are a step. */
export function loudnessOf({ length, gainDb, fadeIn, fadeOut }: SoundClip): readonly LoudnessPoint[] {
  const gain = 10 ** (gainDb / 20);
  return [
    { sample: 0, gain: fadeIn > 0 ? 0 : gain },
    { sample: fadeIn, gain },
    { sample: length - fadeOut, gain },
    { sample: length, gain: fadeOut > 0 ? 0 : gain },
  ];
}

/** At one sample of the clip. */
export function loudnessAt(points: readonly LoudnessPoint[], sample: number): number {
  const next = points.findIndex((point) => point.sample > sample);
  const [before, after] = [next === -1 ? points.at(-1) : points[next - 1], points[next]];
  if (before === undefined || after === undefined) return (before ?? after)?.gain ?? 0;
  return before.gain + ((after.gain - before.gain) * (sample - before.sample)) / (after.sample - before.sample);
}

/**
 * Adds samples of a clip to a block of the mix.
 * @param block interleaved stereo; its first sample is sample `blockStart` of the plan
 * @param sound interleaved stereo; its first sample is sample `clipSample` of the clip
 */
export function mixInto(
  block: { readonly samples: Float32Array; readonly start: number },
  clip: SoundClip,
  sound: { readonly samples: Float32Array; readonly clipSample: number },
): void {
  const points = loudnessOf(clip);
  const count = Math.floor(sound.samples.length / SOUND_CHANNELS);
  for (let i = 0; i < count; i++) {
    const clipSample = sound.clipSample + i;
    const at = (clip.start + clipSample - block.start) * SOUND_CHANNELS;
    if (clipSample < 0 || clipSample >= clip.length || at < 0 || at >= block.samples.length) continue;
    const gain = loudnessAt(points, clipSample);
    for (let channel = 0; channel < SOUND_CHANNELS; channel++)
      block.samples[at + channel] =
        (block.samples[at + channel] ?? 0) + gain * (sound.samples[i * SOUND_CHANNELS + channel] ?? 0);
  }
}

/** Samples that one value of a waveform stands for: a hundred values a second. */
export const SAMPLES_PER_PEAK = 480;

export interface PeakReader {
  /** Samples read so far. */
  readonly samples: number;
  /** Interleaved stereo. */
  add(block: Float32Array): void;
  /** For each SAMPLES_PER_PEAK samples the largest magnitude of both sides, 0 … 255. */
  finish(): Uint8Array;
}

export function peaksFrom(): PeakReader {
  const peaks: number[] = [];
  let samples = 0;
  return {
    get samples() {
      return samples;
    },
    add(block) {
      for (let at = 0; at + 1 < block.length; at += SOUND_CHANNELS) {
        const loud = Math.max(Math.abs(block[at] ?? 0), Math.abs(block[at + 1] ?? 0));
        const peak = Math.floor(samples / SAMPLES_PER_PEAK);
        if (loud > (peaks[peak] ?? -1)) peaks[peak] = loud;
        samples++;
      }
    },
    finish: () => Uint8Array.from(peaks, (loud) => Math.round(Math.min(1, loud) * 255)),
  };
}
