/**
 * Which neighbouring frames lie under the onion skin, and how strongly: as on paper, the nearest is the clearest.
 */
export interface OnionSettings {
  /** Frames on each side, 1 … 3. */
  readonly frames: number;
  /** Of the nearest neighbour, 0 … 1. */
  readonly opacity: number;
}

export interface OnionLayer {
  /** Project frame. */
  readonly frame: number;
  readonly opacity: number;
  readonly side: 'before' | 'after';
}

/**
 * Farthest first, so that nearer ones are drawn over them. Only frames in [from, to) of the same clip: across a cut a
 * ghost would be of another picture.
 */
export function onionLayers(
  playhead: number,
  clip: { readonly from: number; readonly to: number },
  settings: OnionSettings,
): OnionLayer[] {
  const layers: OnionLayer[] = [];
  for (let distance = settings.frames; distance >= 1; distance--) {
    const opacity = settings.opacity / distance;
    const [before, after] = [playhead - distance, playhead + distance];
    if (before >= clip.from) layers.push({ frame: before, opacity, side: 'before' });
    if (after < clip.to) layers.push({ frame: after, opacity, side: 'after' });
  }
  return layers;
}
