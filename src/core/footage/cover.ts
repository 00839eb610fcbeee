/**
 * A picture scaled to cover another size and cropped at its centre, as `placeInFrame` lays it. Each new pixel is the mean
 * of the old ones under it, weighed by a triangle as wide as the scale (bilinear when it grows); in double arithmetic, the
 * same bytes on every run.
 */
import { placeInFrame } from './fit';

interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGB bytes. */
  readonly rgb: Uint8Array;
}

export function covered(picture: Picture, size: { readonly width: number; readonly height: number }): Uint8Array {
  const { width, height } = size;
  if (picture.width === width && picture.height === height) return picture.rgb;
  const placed = placeInFrame(picture, size, 'fill');
  const columns = taps(picture.width, placed.width, { first: -placed.x, count: width });
  const rows = taps(picture.height, placed.height, { first: -placed.y, count: height });
  const wide = new Float64Array(picture.height * width * 3);
  for (let y = 0; y < picture.height; y++)
    for (const [x, { from, weights }] of columns.entries())
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (const [i, weight] of weights.entries())
          sum += weight * (picture.rgb[(y * picture.width + from + i) * 3 + channel] ?? 0);
        wide[(y * width + x) * 3 + channel] = sum;
      }
  const out = new Uint8Array(width * height * 3);
  for (const [y, { from, weights }] of rows.entries())
    for (let at = 0; at < width * 3; at++) {
      let sum = 0;
      for (const [i, weight] of weights.entries()) sum += weight * (wide[(from + i) * width * 3 + at] ?? 0);
      out[y * width * 3 + at] = Math.min(255, Math.max(0, Math.round(sum)));
    }
  return out;
}

interface Taps {
  /** The first old pixel. */
  readonly from: number;
  /** Of it and those after it; together 1. */
  readonly weights: readonly number[];
}

/** For new pixels first … first + count − 1 of `scaled`, along one side. */
function taps(length: number, scaled: number, { first, count }: { first: number; count: number }): Taps[] {
  const scale = length / scaled;
  const reach = Math.max(1, scale);
  return Array.from({ length: count }, (_, i) => {
    const centre = (first + i + 0.5) * scale - 0.5;
    const from = Math.max(0, Math.ceil(centre - reach));
    const to = Math.min(length - 1, Math.floor(centre + reach));
    const raw = Array.from({ length: to - from + 1 }, (_, k) => Math.max(0, 1 - Math.abs(from + k - centre) / reach));
    const sum = raw.reduce((all, weight) => all + weight, 0);
    return { from, weights: raw.map((weight) => weight / sum) };
  });
}
