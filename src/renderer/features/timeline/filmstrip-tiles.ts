/**
 * How a filmstrip is cut into tiles: about as wide as a frame's shape asks, and always a whole number of frames to a
 * tile or of tiles to a frame, so that pictures stay on their frames at every zoom.
 */
export interface Tiling {
  /** CSS pixels. */
  readonly width: number;
  /** Project frames a tile stands for; a fraction when one frame is several tiles wide. */
  readonly frames: number;
}

export function tilingFor(pixelsPerFrame: number, idealWidth: number): Tiling {
  const frames =
    pixelsPerFrame < idealWidth
      ? Math.max(1, Math.round(idealWidth / pixelsPerFrame))
      : 1 / Math.max(1, Math.round(pixelsPerFrame / idealWidth));
  return { width: frames * pixelsPerFrame, frames };
}

/** The project frame that tile `i` of a clip shows: the one in its middle, the last one where the clip ends before. */
export function tileFrame(
  clip: { readonly start: number; readonly duration: number },
  i: number,
  { frames }: Tiling,
): number {
  return clip.start + Math.min(clip.duration - 1, Math.floor((i + 0.5) * frames));
}
