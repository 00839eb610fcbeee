/**
 * What has to be started on an audio clock so that the film's sound runs with its picture: from the one sound plan that an
 * export mixes too. Pure; sound-player.svelte.ts makes Web Audio nodes of it.
 */
import { loudnessAt, loudnessOf, SOUND_RATE, type SoundClip, type SoundPlan } from '@core/export/sound-plan';

export interface ScheduledSound {
  readonly clip: Pick<SoundClip, 'mediaId' | 'speed'>;
  /** Seconds on the audio clock at which it begins. */
  readonly at: number;
  /** Seconds into the file as the clip plays it, and of it. */
  readonly offset: number;
  readonly duration: number;
  /** Loudness at times of the audio clock, straight lines between; the first at `at`. */
  readonly loudness: readonly { readonly at: number; readonly gain: number }[];
}

/**
 * @param plan of the range that plays; its sample 0 is heard at `startsAt` seconds of the audio clock, which may be past
 * @param now on the audio clock: nothing is scheduled before it
 * @param speed above 0: at 2, twice as many samples a second are heard
 */
export function scheduleSounds(plan: SoundPlan, startsAt: number, now: number, speed = 1): ScheduledSound[] {
  // Samples of the plan in a second of the clock.
  const rate = SOUND_RATE.num * speed;
  // The sample of the plan that is heard now.
  const from = Math.max(0, Math.round((now - startsAt) * rate));
  return plan.clips.flatMap((clip): ScheduledSound[] => {
    // Of a reversed clip, the part before its file begins is silent.
    const first = Math.max(clip.start, clip.start - clip.sourceStart, from);
    const last = Math.min(clip.start + clip.length, plan.length);
    if (first >= last) return [];
    const timeOf = (sample: number): number => startsAt + sample / rate;
    const points = loudnessOf(clip);
    const inside = points.filter(({ sample }) => clip.start + sample > first && clip.start + sample < last);
    const shown = [
      { sample: first - clip.start, gain: loudnessAt(points, first - clip.start) },
      ...inside,
      { sample: last - clip.start, gain: loudnessAt(points, last - clip.start) },
    ];
    return [
      {
        clip,
        at: Math.max(now, timeOf(first)),
        offset: (clip.sourceStart + first - clip.start) / SOUND_RATE.num,
        duration: (last - first) / SOUND_RATE.num,
        loudness: shown.map(({ sample, gain }) => ({ at: Math.max(now, timeOf(clip.start + sample)), gain })),
      },
    ];
  });
}

/**
 * The plan heard from its end to its start, of sounds that run backwards themselves. Clips of sounds that are not here yet
 * are left out.
 * @param samplesOf the whole sound's length as the clip plays it; null = not here yet
 */
export function backwards(plan: SoundPlan, samplesOf: (clip: SoundClip) => number | null): SoundPlan {
  return {
    length: plan.length,
    clips: plan.clips.flatMap((clip): SoundClip[] => {
      const samples = samplesOf(clip);
      if (samples === null) return [];
      return [
        {
          ...clip,
          start: plan.length - clip.start - clip.length,
          // A file may end before its last frame does: what is missing is silence at the start of the reverse.
          sourceStart: samples - clip.sourceStart - clip.length,
          fadeIn: clip.fadeOut,
          fadeOut: clip.fadeIn,
        },
      ];
    }),
  };
}
