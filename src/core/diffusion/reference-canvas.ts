/**
 * A reference picture on the run's canvas as WanVACEPipeline lays it: its sides cut to the autoencoder's cells by Pillow's
 * Lanczos, then scaled whole into the frame (torch's bilinear interpolation, which does not smooth when it shrinks), white
 * around it. A picture of the run's size is itself.
 * @see diffusers pipelines/wan/pipeline_wan_vace.py: preprocess_conditions
 */
import { resizeLanczos } from './pil-resize';

interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGB bytes. */
  readonly rgb: Uint8Array;
}

/** @param cell pixels of a latent cell @returns float32 [3, height, width] from −1 to 1 */
export function referenceCanvas(
  picture: Picture,
  { width, height, cell }: { readonly width: number; readonly height: number; readonly cell: number },
): Float32Array {
  const whole = onCells(picture, cell);
  const scale = Math.min(height / whole.height, width / whole.width);
  const [wide, high] = [Math.trunc(whole.width * scale), Math.trunc(whole.height * scale)];
  const left = (width - wide) >> 1;
  const top = (height - high) >> 1;
  const columns = Array.from({ length: wide }, (_, x) => taps(whole.width, wide, x));
  const canvas = new Float32Array(3 * width * height).fill(1);
  for (let y = 0; y < high; y++) {
    const row = taps(whole.height, high, y);
    for (const [x, column] of columns.entries())
      for (let c = 0; c < 3; c++) {
        const at = (dy: number, dx: number): number =>
          unit(whole.rgb[((row.first + dy) * whole.width + column.first + dx) * 3 + c] ?? 0);
        const across = (dy: number): number =>
          column.share === 0 ? at(dy, 0) : (1 - column.share) * at(dy, 0) + column.share * at(dy, 1);
        const value = row.share === 0 ? across(0) : (1 - row.share) * across(0) + row.share * across(1);
        canvas[c * width * height + (top + y) * width + left + x] = value;
      }
  }
  return canvas;
}

function onCells({ width, height, rgb }: Picture, cell: number): Picture {
  const to = { width: width - (width % cell), height: height - (height % cell) };
  if (to.width === width && to.height === height) return { width, height, rgb };
  return { ...to, rgb: resizeLanczos(rgb, { width, height }, to) };
}

/** x / 127.5 − 1 in float32, as for every other picture the model is given. */
function unit(byte: number): number {
  return Math.fround(byte / 127.5) - 1;
}

/** The sample at or before the place of new one `index` of `count`, and the share of the one after it. */
function taps(length: number, count: number, index: number): { readonly first: number; readonly share: number } {
  const place = Math.max(0, Math.fround(length / count) * (index + 0.5) - 0.5);
  const first = Math.min(length - 1, Math.floor(place));
  return { first, share: first === length - 1 ? 0 : place - first };
}
