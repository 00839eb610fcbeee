/**
 * A waveform as bars of whole pixels: how loud a sound is at most under each pixel of its clip, with the clip's gain and
 * fades, so that what is drawn is what is heard.
 */
import { speedOf } from '@core/document/clip-speed';
import type { AudioClip } from '@core/document/sound';
import { fadesOf } from '@core/document/sound';
import { loudnessAt, loudnessOf, SAMPLES_PER_PEAK, SOUND_RATE } from '@core/export/sound-plan';
import { nearestToRate, type Rate } from '@core/time/rate';

/**
 * @param range project frames, within the clip
 * @returns 0 … 1 for each pixel
 */
export function waveformBars(
  clip: AudioClip,
  peaks: Uint8Array,
  view: { readonly from: number; readonly pixels: number; readonly pixelsPerFrame: number; readonly rate: Rate },
): Float32Array {
  const samplesPerFrame = (SOUND_RATE.num * view.rate.den) / view.rate.num;
  const sampleAt = (frame: number): number => nearestToRate(frame, view.rate, SOUND_RATE);
  const speed = speedOf(clip);
  // The peaks are those of the sound at its own speed.
  const peaksPerSample = speed / 100 / SAMPLES_PER_PEAK;
  const { fadeIn, fadeOut } = fadesOf(clip);
  const points = loudnessOf({
    ...{ mediaId: clip.source.mediaId, speed, sourceStart: 0, start: 0, length: sampleAt(clip.duration) },
    ...{ gainDb: clip.source.gainDb, fadeIn: sampleAt(fadeIn), fadeOut: sampleAt(fadeOut) },
  });
  const bars = new Float32Array(view.pixels);
  for (let pixel = 0; pixel < view.pixels; pixel++) {
    const clipSample = (view.from - clip.start + pixel / view.pixelsPerFrame) * samplesPerFrame;
    const first = (clip.sourceIn * samplesPerFrame + clipSample) * peaksPerSample;
    const last = first + (samplesPerFrame / view.pixelsPerFrame) * peaksPerSample;
    let peak = 0;
    for (let at = Math.floor(first); at < Math.max(last, Math.floor(first) + 1); at++)
      peak = Math.max(peak, peaks[at] ?? 0);
    bars[pixel] = Math.min(1, (peak / 255) * loudnessAt(points, clipSample));
  }
  return bars;
}
