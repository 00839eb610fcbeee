/**
 * A picture as transformers' CLIPImageProcessor shows it to CLIP: its shorter side resized to 224 pixels, the middle cut
 * out, in colours from 0 to 1. (The checkpoint's means and deviations are inside its graph.)
 */
import { CLIP_SIDE } from './clip-picture';
import { resizeBicubic } from './pil-resize';

/** @param rgb bytes [height, width, 3] @returns float32 [3, side, side] */
export function clipView(rgb: Uint8Array, width: number, height: number, side = CLIP_SIDE): Float32Array {
  const long = Math.trunc((side * Math.max(width, height)) / Math.min(width, height));
  const to = width <= height ? { width: side, height: long } : { width: long, height: side };
  const resized = resizeBicubic(rgb, { width, height }, to);
  const left = Math.floor((to.width - side) / 2);
  const top = Math.floor((to.height - side) / 2);
  const view = new Float32Array(3 * side * side);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++)
        view[(c * side + y) * side + x] = (resized[((top + y) * to.width + left + x) * 3 + c] ?? 0) / 255;
  return view;
}
