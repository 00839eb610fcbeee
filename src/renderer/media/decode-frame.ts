/**
 * Stored frames, decoded fast: they are 8-bit RGB PNGs whose rows are written as they are (main/platform/png.ts), so that
 * unpacking them with the browser's own inflate leaves only rows to copy. Any other PNG goes the general way, to the
 * same pixels.
 */
import { decodeRgb, type RgbImage } from './decode-rgb';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
/** Bit depth 8, colour type RGB, deflate, the standard filters, not interlaced. */
const FORM = [8, 2, 0, 0, 0];
const PIXELS_MAX = 100_000_000;

/** Rejects when the bytes are not an 8-bit PNG, or are cut off or damaged. */
export async function decodeFrame(bytes: Uint8Array<ArrayBuffer>): Promise<RgbImage> {
  const stored = storedForm(bytes);
  const rows = stored && (await inflated(stored.data, (stored.width * 3 + 1) * stored.height));
  return (rows && plainRows(rows, stored.width, stored.height)) ?? decodeRgb(bytes);
}

interface StoredForm {
  readonly width: number;
  readonly height: number;
  /** The compressed rows, one part after the other. */
  readonly data: readonly Uint8Array<ArrayBuffer>[];
}

/** null = a PNG of another form, or none. */
function storedForm(bytes: Uint8Array<ArrayBuffer>): StoredForm | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isAt = (at: number, expected: readonly number[]) => expected.every((value, i) => bytes[at + i] === value);
  if (bytes.length < 33 || !isAt(0, SIGNATURE) || !isAt(24, FORM)) return null;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width * height > PIXELS_MAX) return null;
  const data: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    // What gives pixels a meaning beyond their values, as transparency, is left to the general way.
    if (type !== 'IHDR' && type !== 'IDAT' && type !== 'IEND' && type[0] === type[0]?.toUpperCase()) return null;
    if (type === 'IDAT') data.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return { width, height, data };
}

/** Exactly `length` bytes; null when there are more or fewer. */
async function inflated(
  parts: readonly Uint8Array<ArrayBuffer>[],
  length: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const out = new Uint8Array(length);
  let at = 0;
  for await (const part of new Blob([...parts]).stream().pipeThrough(new DecompressionStream('deflate'))) {
    if (at + part.length > length) return null;
    out.set(part, at);
    at += part.length;
  }
  return at === length ? out : null;
}

/** Each row without the byte before it, which names its filter; null unless all of them say "none". */
function plainRows(rows: Uint8Array<ArrayBuffer>, width: number, height: number): RgbImage | null {
  const row = width * 3;
  for (let y = 0; y < height; y++) {
    const from = y * (row + 1);
    if (rows[from] !== 0) return null;
    rows.copyWithin(y * row, from + 1, from + 1 + row);
  }
  return { width, height, rgb: rows.subarray(0, row * height) };
}
