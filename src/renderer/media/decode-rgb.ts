/** The pixels of a stored frame: PNG bytes to 8-bit RGB, with grey and alpha forms brought to RGB. */
import { writeOpaque } from '@core/compositor/opaque';
import { decode } from 'fast-png';

export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] */
  readonly rgb: Uint8Array<ArrayBuffer>;
}

/** @throws Error when the bytes are not an 8-bit PNG. */
export function decodeRgb(bytes: Uint8Array): RgbImage {
  const { width, height, data, depth, channels } = decode(bytes);
  if (depth !== 8) throw new Error(`a frame has 8 bits a channel, this PNG has ${depth}`);
  const pixels = width * height;
  const rgb = new Uint8Array(pixels * 3);
  if (channels === 3) {
    rgb.set(data.subarray(0, rgb.length));
    return { width, height, rgb };
  }
  // 1 grey · 2 grey + alpha · 4 RGB + alpha
  const isGrey = channels < 3;
  for (let i = 0; i < pixels; i++) {
    const at = i * channels;
    rgb[i * 3] = data[at] ?? 0;
    rgb[i * 3 + 1] = data[isGrey ? at : at + 1] ?? 0;
    rgb[i * 3 + 2] = data[isGrey ? at : at + 2] ?? 0;
  }
  return { width, height, rgb };
}

/** RGB to the RGBA that a canvas takes, opaque. */
export function rgbaFromRgb(rgb: Uint8Array, pixels: number): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(pixels * 4);
  writeOpaque(rgb, rgba);
  return rgba;
}
