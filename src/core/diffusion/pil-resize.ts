/**
 * Pictures resized as Pillow does it, bit for bit: a kernel as wide as the picture shrinks, weights of 22 binary places, rows
 * before columns, rounded to bytes after each.
 * @see Pillow src/libImaging/Resample.c
 */
const PLACES = 22;

/** A filter, and how far it reaches in old pixels. */
interface Filter {
  readonly support: number;
  readonly weight: (distance: number) => number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** @param rgb bytes [height, width, 3] @returns bytes [toHeight, toWidth, 3] */
export function resizeBicubic(rgb: Uint8Array, from: Size, to: Size): Uint8Array {
  return resized(rgb, { from, to, filter: { support: 2, weight: cubic } });
}

/** The same with Lanczos' window of three lobes. */
export function resizeLanczos(rgb: Uint8Array, from: Size, to: Size): Uint8Array {
  return resized(rgb, { from, to, filter: { support: 3, weight: lanczos } });
}

function resized(
  rgb: Uint8Array,
  { from, to, filter }: { readonly from: Size; readonly to: Size; readonly filter: Filter },
): Uint8Array {
  if (from.width === to.width && from.height === to.height) return rgb;
  const columns = kernels(from.width, to.width, filter);
  const wide = new Uint8Array(from.height * to.width * 3);
  for (let y = 0; y < from.height; y++)
    columns.forEach(({ first, weights }, x) => {
      for (let c = 0; c < 3; c++)
        wide[(y * to.width + x) * 3 + c] = summed(rgb, (y * from.width + first) * 3 + c, 3, weights);
    });
  const out = new Uint8Array(to.height * to.width * 3);
  const row = to.width * 3;
  kernels(from.height, to.height, filter).forEach(({ first, weights }, y) => {
    for (let i = 0; i < row; i++) out[y * row + i] = summed(wide, first * row + i, row, weights);
  });
  return out;
}

interface Kernel {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Which samples make each of `to` new ones, and with what weight. */
function kernels(from: number, to: number, { support, weight }: Filter): Kernel[] {
  const scale = from / to;
  const wide = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support * wide + 0.5));
    const end = Math.min(from, Math.trunc(centre + support * wide + 0.5));
    const raw = Array.from({ length: end - first }, (_unused, k) => weight((first + k - centre + 0.5) / wide));
    const sum = raw.reduce((total, part) => total + part, 0);
    const weights = raw.map((part) => Math.trunc((part / sum) * 2 ** PLACES + (part < 0 ? -0.5 : 0.5)));
    return { first, weights };
  });
}

/** Keys' kernel with a = −0.5. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

function lanczos(distance: number): number {
  return Math.abs(distance) < 3 ? sinc(distance) * sinc(distance / 3) : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

function summed(bytes: Uint8Array, first: number, stride: number, weights: readonly number[]): number {
  let sum = 2 ** (PLACES - 1);
  for (const [k, weight] of weights.entries()) sum += (bytes[first + k * stride] ?? 0) * weight;
  return Math.min(255, Math.max(0, sum >> PLACES));
}
