/**
 * The one compositor: the viewer, thumbnails and the export all draw with it, so that what the file shows is what the
 * viewer showed, byte for byte, on every machine. Integer arithmetic only.
 *
 * A layer of the film's size is copied bit for bit. Any other is scaled to fit inside, centred, with black bars that
 * belong to the layer. Mixing: (below · (256 − w) + layer · w + 128) >> 8.
 */
import { assert } from '../errors';
import { writeOpaque } from './opaque';

export interface RgbPixels {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] */
  readonly rgb: Uint8Array;
}

export interface PixelLayer {
  readonly pixels: RgbPixels;
  /** 0 … 256; 256 hides what is below. */
  readonly opacity256: number;
}

/**
 * Draws layers bottom to top over black.
 * @param out reused when given; width · height · 4 bytes
 * @returns RGBA, [height, width, 4], alpha 255
 */
export function compositeFrame(
  layers: readonly PixelLayer[],
  width: number,
  height: number,
  out: Uint8ClampedArray<ArrayBuffer> = new Uint8ClampedArray(width * height * 4),
): Uint8ClampedArray<ArrayBuffer> {
  assert(out.length === width * height * 4, `the output holds ${out.length} bytes, not ${width} × ${height} × 4`);
  // What lies under the topmost opaque layer is never seen.
  const lowest = layers.findLastIndex(({ opacity256 }) => opacity256 === 256);
  if (lowest < 0) fillBlack(out);
  for (const layer of layers.slice(Math.max(0, lowest))) drawLayer(layer, width, height, out);
  return out;
}

function drawLayer({ pixels, opacity256 }: PixelLayer, width: number, height: number, out: Uint8ClampedArray): void {
  assert(Number.isInteger(opacity256) && opacity256 >= 0 && opacity256 <= 256, `opacity256 is ${opacity256}`);
  assert(
    pixels.rgb.length === pixels.width * pixels.height * 3,
    `a layer of ${pixels.width} × ${pixels.height} has ${pixels.rgb.length} bytes`,
  );
  const rgb = pixels.width === width && pixels.height === height ? pixels.rgb : fitInside(pixels, width, height);
  const count = width * height;
  if (opacity256 === 256) {
    writeOpaque(rgb, out);
    return;
  }
  const below = 256 - opacity256;
  for (let i = 0, s = 0, d = 0; i < count; i++, s += 3, d += 4)
    for (let c = 0; c < 3; c++) out[d + c] = ((out[d + c] ?? 0) * below + (rgb[s + c] ?? 0) * opacity256 + 128) >> 8;
}

function fillBlack(out: Uint8ClampedArray): void {
  out.fill(0);
  for (let d = 3; d < out.length; d += 4) out[d] = 255;
}

export interface FittedBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The largest box of the source's shape inside width × height, in whole pixels, centred (an odd pixel goes right or below). */
export function fittedBox(
  source: { readonly width: number; readonly height: number },
  width: number,
  height: number,
): FittedBox {
  const isWidthBound = source.width * height >= source.height * width;
  const boxWidth = isWidthBound ? width : Math.max(1, nearest(source.width * height, source.height));
  const boxHeight = isWidthBound ? Math.max(1, nearest(source.height * width, source.width)) : height;
  return { x: (width - boxWidth) >> 1, y: (height - boxHeight) >> 1, width: boxWidth, height: boxHeight };
}

/** top / bottom in whole numbers, halves up. */
function nearest(top: number, bottom: number): number {
  return Math.floor((2 * top + bottom) / (2 * bottom));
}

const FRACTION_BITS = 8;
const ONE = 1 << FRACTION_BITS;
/** Half of 256 · 256, for rounding to the nearest. */
const HALF_SQUARED = 1 << (2 * FRACTION_BITS - 1);

/** Bilinear with 8-bit weights, sample positions at pixel centres, edges held; black outside the fitted box. */
function fitInside(source: RgbPixels, width: number, height: number): Uint8Array {
  const box = fittedBox(source, width, height);
  const columns = sampleAxis(source.width, box.width);
  const rows = sampleAxis(source.height, box.height);
  const fitted = new Uint8Array(width * height * 3);
  // The two source rows in use, stretched to the box; an enlargement uses each pair for many target rows.
  let above: StretchedRow = { y: -1, values: new Int32Array(box.width * 3) };
  let below: StretchedRow = { y: -1, values: new Int32Array(box.width * 3) };
  for (let y = 0; y < box.height; y++) {
    const row = rows.low[y] ?? 0;
    if (above.y !== row && below.y === row) [above, below] = [below, above];
    above = stretchRow(source, row, columns, above);
    below = stretchRow(source, Math.min(row + 1, source.height - 1), columns, below);
    const down = rows.weight[y] ?? 0;
    const up = ONE - down;
    const first = ((box.y + y) * width + box.x) * 3;
    for (let i = 0; i < box.width * 3; i++)
      fitted[first + i] =
        ((above.values[i] ?? 0) * up + (below.values[i] ?? 0) * down + HALF_SQUARED) >> (2 * FRACTION_BITS);
  }
  return fitted;
}

interface StretchedRow {
  readonly y: number;
  /** [box width, 3], times 256 */
  readonly values: Int32Array;
}

/** Writes into `into.values` unless they are that row already. */
function stretchRow(source: RgbPixels, y: number, columns: AxisSamples, into: StretchedRow): StretchedRow {
  if (into.y === y) return into;
  const { values } = into;
  const firstOfRow = y * source.width;
  for (let x = 0, d = 0; d < values.length; x++) {
    const column = columns.low[x] ?? 0;
    const right = columns.weight[x] ?? 0;
    const a = (firstOfRow + column) * 3;
    const b = (firstOfRow + Math.min(column + 1, source.width - 1)) * 3;
    for (let c = 0; c < 3; c++)
      values[d++] = (source.rgb[a + c] ?? 0) * (ONE - right) + (source.rgb[b + c] ?? 0) * right;
  }
  return { y, values };
}

interface AxisSamples {
  readonly low: Int32Array;
  readonly weight: Int32Array;
}

/** For each target pixel, the source pixel at or before its centre and the weight (of 256) of the next one. */
function sampleAxis(sourceSize: number, targetSize: number): AxisSamples {
  const low = new Int32Array(targetSize);
  const weight = new Int32Array(targetSize);
  for (let i = 0; i < targetSize; i++) {
    // (i + 0.5) · source / target − 0.5, in 1/256 pixels, floored; integers below 2^53 throughout.
    const position = Math.floor((((2 * i + 1) * sourceSize - targetSize) * ONE) / (2 * targetSize));
    const held = Math.min(Math.max(position, 0), (sourceSize - 1) * ONE);
    low[i] = Math.floor(held / ONE);
    weight[i] = held % ONE;
  }
  return { low, weight };
}
