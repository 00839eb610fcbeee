/**
 * The step previews of a running job as images: a few pixels per latent cell, to be drawn smoothed at film size.
 * An atlas is made once per preview and dropped with it.
 */
import type { StepPreview } from '@contracts/engine';
import { rgbaFromRgb } from './decode-rgb';

const atlases = new WeakMap<StepPreview, readonly OffscreenCanvas[]>();

/** Position in `preview.indices` of the picture for recipe index `index`; null when the preview is of another window. */
export function previewPosition(indices: readonly number[], index: number): number | null {
  let best: number | null = null;
  let bestDistance = Infinity;
  for (const [position, at] of indices.entries()) {
    const distance = Math.abs(at - index);
    if (distance < bestDistance) [best, bestDistance] = [position, distance];
  }
  const spacing = Math.max(1, largestGap(indices));
  return bestDistance <= spacing ? best : null;
}

export function previewImage(preview: StepPreview, index: number): OffscreenCanvas | null {
  const position = previewPosition(preview.indices, index);
  return position === null ? null : (atlasOf(preview)[position] ?? null);
}

function largestGap(indices: readonly number[]): number {
  const sorted = indices.toSorted((a, b) => a - b);
  return sorted.reduce((gap, at, i) => (i === 0 ? gap : Math.max(gap, at - (sorted[i - 1] ?? at))), 0);
}

function atlasOf(preview: StepPreview): readonly OffscreenCanvas[] {
  const known = atlases.get(preview);
  if (known !== undefined) return known;
  const { width, height, rgb, indices } = preview;
  const pixels = width * height;
  const atlas = indices.map((_, position) => {
    const canvas = new OffscreenCanvas(width, height);
    const rgba = rgbaFromRgb(rgb.subarray(position * pixels * 3, (position + 1) * pixels * 3), pixels);
    canvas.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0);
    return canvas;
  });
  atlases.set(preview, atlas);
  return atlas;
}
