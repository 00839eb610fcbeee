/**
 * Addresses on the studio's own origin: frames by the hash of their bytes, media by id.
 */
export function mediaUrl(mediaId: string): string {
  return `/media/${encodeURIComponent(mediaId)}`;
}

export function frameUrl(hash: string): string {
  return `/frames/${hash}.png`;
}

/** A sound's waveform (core/export/sound-plan.ts). */
export function peaksUrl(mediaId: string): string {
  return `/peaks/${encodeURIComponent(mediaId)}`;
}

/** A sound's samples as they are heard: 48 kHz, interleaved stereo, 32-bit float. */
export function soundUrl(mediaId: string): string {
  return `/sounds/${encodeURIComponent(mediaId)}`;
}
