/**
 * A picture as Stable Video Diffusion gives it to CLIP: blurred as far as it will shrink, then resized by cubic
 * interpolation with aligned corners, in colours from 0 to 1 that may overshoot.
 * @see diffusers pipelines/stable_video_diffusion: _resize_with_antialiasing
 */
const A = -0.75;
const f = Math.fround;

export const CLIP_SIDE = 224;

/** @param rgb bytes [height, width, 3] @returns float32 [3, side, side] */
export function clipPicture(rgb: Uint8Array, width: number, height: number, side = CLIP_SIDE): Float32Array {
  const out = new Float32Array(3 * side * side);
  for (let c = 0; c < 3; c++) {
    let plane = new Float32Array(width * height);
    for (let i = 0; i < plane.length; i++) plane[i] = f(f((rgb[i * 3 + c] ?? 0) / 255) * 2) - 1;
    plane = along(plane, height, width, (row) => blurred(row, gaussian(width / side)));
    plane = along(plane, height, width, (row) => cubic(row, side));
    plane = transposed(plane, height, side);
    plane = along(plane, side, height, (column) => blurred(column, gaussian(height / side)));
    plane = along(plane, side, height, (column) => cubic(column, side));
    plane = transposed(plane, side, side);
    for (let i = 0; i < plane.length; i++) out[c * side * side + i] = f((plane[i] ?? 0) + 1) / 2;
  }
  return out;
}

/** Maps each of the rows. */
function along(
  plane: Float32Array<ArrayBuffer>,
  rows: number,
  length: number,
  map: (row: Float32Array) => Float32Array,
): Float32Array<ArrayBuffer> {
  const mapped = Array.from({ length: rows }, (_, r) => map(plane.subarray(r * length, (r + 1) * length)));
  const out = new Float32Array(mapped.reduce((sum, row) => sum + row.length, 0));
  mapped.forEach((row, r) => out.set(row, r * row.length));
  return out;
}

function transposed(plane: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(plane.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = plane[r * columns + c] ?? 0;
  return out;
}

/** For a picture that becomes `shrink` times smaller: an odd number of weights, two deviations to each side. */
function gaussian(shrink: number): Float32Array {
  const sigma = Math.max((shrink - 1) / 2, 0.001);
  const size = Math.trunc(Math.max(4 * sigma, 3)) | 1;
  const weights = Float32Array.from({ length: size }, (_, i) =>
    Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Reflected at its ends, which are not repeated. */
function blurred(row: Float32Array, weights: Float32Array): Float32Array {
  const reach = (weights.length - 1) / 2;
  const last = row.length - 1;
  return row.map((_, i) => {
    let sum = 0;
    for (let k = -reach; k <= reach; k++) {
      const at = Math.abs(i + k);
      sum += (weights[k + reach] ?? 0) * (row[at > last ? 2 * last - at : at] ?? 0);
    }
    return sum;
  });
}

function cubic(row: Float32Array, length: number): Float32Array {
  const scale = (row.length - 1) / (length - 1);
  const at = (i: number): number => row[Math.min(row.length - 1, Math.max(0, i))] ?? 0;
  return Float32Array.from({ length }, (_, i) => {
    const place = i * scale;
    const left = Math.floor(place);
    const t = place - left;
    return (
      outer(t + 1) * at(left - 1) + inner(t) * at(left) + inner(1 - t) * at(left + 1) + outer(2 - t) * at(left + 2)
    );
  });
}

/** Keys' weight at a distance up to 1, and from 1 to 2. */
function inner(x: number): number {
  return ((A + 2) * x - (A + 3)) * x * x + 1;
}

function outer(x: number): number {
  return ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;
}
