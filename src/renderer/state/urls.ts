/**
 * Addresses on the studio's own origin: frames by the hash of their bytes, media by id.
 */
import type { Rate } from '@core/time/rate';

export function mediaUrl(mediaId: string): string {
  return `/media/${encodeURIComponent(mediaId)}`;
}

/** A small picture of an imported film. */
export function posterUrl(mediaId: string): string {
  return `/posters/${encodeURIComponent(mediaId)}`;
}

/** What an imported film shows when a film frame starts, small. */
export function footageFrameUrl(mediaId: string, frame: number, rate: Rate): string {
  return `${posterUrl(mediaId)}?frame=${String(frame)}&rate=${String(rate.num)}/${String(rate.den)}`;
}

export function frameUrl(hash: string): string {
  return `/frames/${hash}.png`;
}

/** A sound's waveform (core/export/sound-plan.ts). */
export function peaksUrl(mediaId: string): string {
  return `/peaks/${encodeURIComponent(mediaId)}`;
}

/** A sound's samples as they are heard at a speed in percent: 48 kHz, interleaved stereo, 32-bit float. */
export function soundUrl(mediaId: string, speed: number): string {
  return `/sounds/${encodeURIComponent(mediaId)}?speed=${speed}`;
}
