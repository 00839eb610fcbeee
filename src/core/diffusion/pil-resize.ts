/**
 * Pictures resized as Pillow does it, bit for bit: a cubic kernel as wide as the picture shrinks, weights of 22 binary
 * places, rows before columns, rounded to bytes after each.
 * @see Pillow src/libImaging/Resample.c
 */
const PLACES = 22;
const SUPPORT = 2;

/** @param rgb bytes [height, width, 3] @returns bytes [toHeight, toWidth, 3] */
export function resizeBicubic(
  rgb: Uint8Array,
  from: { readonly width: number; readonly height: number },
  to: { readonly width: number; readonly height: number },
): Uint8Array {
  const columns = kernels(from.width, to.width);
  const wide = new Uint8Array(from.height * to.width * 3);
  for (let y = 0; y < from.height; y++)
    columns.forEach(({ first, weights }, x) => {
      for (let c = 0; c < 3; c++)
        wide[(y * to.width + x) * 3 + c] = summed(rgb, (y * from.width + first) * 3 + c, 3, weights);
    });
  const out = new Uint8Array(to.height * to.width * 3);
  const row = to.width * 3;
  kernels(from.height, to.height).forEach(({ first, weights }, y) => {
    for (let i = 0; i < row; i++) out[y * row + i] = summed(wide, first * row + i, row, weights);
  });
  return out;
}

interface Kernel {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Which samples make each of `to` new ones, and with what weight. */
function kernels(from: number, to: number): Kernel[] {
  const scale = from / to;
  const wide = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - SUPPORT * wide + 0.5));
    const end = Math.min(from, Math.trunc(centre + SUPPORT * wide + 0.5));
    const raw = Array.from({ length: end - first }, (_unused, k) => cubic((first + k - centre + 0.5) / wide));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    const weights = raw.map((weight) => Math.trunc((weight / sum) * 2 ** PLACES + (weight < 0 ? -0.5 : 0.5)));
    return { first, weights };
  });
}

/** Keys' kernel with a = −0.5. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

function summed(bytes: Uint8Array, first: number, stride: number, weights: readonly number[]): number {
  let sum = 2 ** (PLACES - 1);
  for (const [k, weight] of weights.entries()) sum += (bytes[first + k * stride] ?? 0) * weight;
  return Math.min(255, Math.max(0, sum >> PLACES));
}
