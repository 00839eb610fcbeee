/**
 * What has to be started on an audio clock so that the film's sound runs with its picture: from the one sound plan that an
 * export mixes too. Pure; sound-player.svelte.ts makes Web Audio nodes of it.
 */
import { loudnessAt, loudnessOf, SOUND_RATE, type SoundPlan } from '@core/export/sound-plan';

export interface ScheduledSound {
  readonly mediaId: string;
  /** Seconds on the audio clock at which it begins. */
  readonly at: number;
  /** Seconds into the file. */
  readonly offset: number;
  readonly duration: number;
  /** Loudness at times of the audio clock, straight lines between; the first at `at`. */
  readonly loudness: readonly { readonly at: number; readonly gain: number }[];
}

/**
 * @param plan of the range that plays; its sample 0 is heard at `startsAt` seconds of the audio clock, which may be past
 * @param now on the audio clock: nothing is scheduled before it
 */
export function scheduleSounds(plan: SoundPlan, startsAt: number, now: number): ScheduledSound[] {
  const rate = SOUND_RATE.num;
  // The sample of the plan that is heard now.
  const from = Math.max(0, Math.round((now - startsAt) * rate));
  return plan.clips.flatMap((clip): ScheduledSound[] => {
    const first = Math.max(clip.start, from);
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
        mediaId: clip.mediaId,
        at: Math.max(now, timeOf(first)),
        offset: (clip.sourceStart + first - clip.start) / rate,
        duration: (last - first) / rate,
        loudness: shown.map(({ sample, gain }) => ({ at: Math.max(now, timeOf(clip.start + sample)), gain })),
      },
    ];
  });
}
