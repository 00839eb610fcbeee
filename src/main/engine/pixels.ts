/** Between stored 8-bit frames and the autoencoder's float32 volumes [3, F, H, W] in [−1, 1]. */
import { assert } from '@core/errors';

/** x / 127.5 − 1 in float32, as numpy does it. @param frames RGB bytes, each [height, width, 3] */
export function volumeFromFrames(frames: readonly Uint8Array[], width: number, height: number): Float32Array {
  const plane = width * height;
  const volume = new Float32Array(3 * frames.length * plane);
  frames.forEach((rgb, frame) => {
    assert(rgb.length === plane * 3, `frame ${frame} is not ${width}×${height} RGB`);
    for (let c = 0; c < 3; c++) {
      const base = (c * frames.length + frame) * plane;
      for (let p = 0; p < plane; p++) volume[base + p] = Math.fround((rgb[p * 3 + c] ?? 0) / 127.5) - 1;
    }
  });
  return volume;
}

/** clamp(x·0.5 + 0.5, 0, 1)·255 rounded half to even, as numpy.round; a clamped array does both. @returns RGB bytes [height, width, 3] */
export function frameFromVolume(
  volume: Float32Array,
  frame: number,
  size: { readonly frames: number; readonly width: number; readonly height: number },
): Uint8Array {
  const plane = size.width * size.height;
  const rgb = new Uint8ClampedArray(plane * 3);
  for (let c = 0; c < 3; c++) {
    const base = (c * size.frames + frame) * plane;
    for (let p = 0; p < plane; p++)
      rgb[p * 3 + c] = Math.fround(Math.fround((volume[base + p] ?? 0) * 0.5 + 0.5) * 255);
  }
  return new Uint8Array(rgb.buffer);
}
