/**
 * The one form of a stored picture: 8-bit RGB PNG. The encoder is pure JavaScript with fixed settings, so the same
 * pixels give the same bytes, and so the same hash, on every machine.
 */
import { convertIndexedToRgb, decode, encode, hasPngSignature, type DecodedPng } from 'fast-png';
import { AppError, assert } from '@core/errors';

export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** RGB bytes, [height, width, 3]. */
  readonly rgb: Uint8Array;
}

/** Larger pictures are refused before their pixels are unpacked: a small file can claim any size. */
const PIXELS_MAX = 100_000_000;
const HEADER_BYTES = 33;

/** @param rgb bytes, [height, width, 3] */
export function encodeRgbPng(rgb: Uint8Array, width: number, height: number): Uint8Array {
  assert(
    rgb.length === width * height * 3,
    `${width}×${height} RGB needs ${width * height * 3} bytes, got ${rgb.length}`,
  );
  return encode({ width, height, data: rgb, channels: 3, depth: 8 }, { zlib: { level: 6 } });
}

/**
 * Reads any PNG as 8-bit RGB: greys and palettes are spread out, 16-bit samples keep their high byte, alpha is dropped.
 * @throws AppError media/unreadable for bytes that are not a whole, intact PNG; media/unsupported for packed 1-, 2- and
 *   4-bit greys and for pictures over 100 megapixels
 */
export function decodePng(bytes: Uint8Array, name = 'the image'): RgbImage {
  if (bytes.length < HEADER_BYTES || !hasPngSignature(bytes)) throw unreadable(name, 'it is not a PNG file');
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pixels = header.getUint32(16) * header.getUint32(20);
  if (pixels > PIXELS_MAX)
    throw new AppError('media/unsupported', `${name} is larger than 100 megapixels`, {
      field: 'image',
      value: `${header.getUint32(16)}×${header.getUint32(20)}`,
      remedy: 'Scale it down first.',
    });
  let png: DecodedPng;
  try {
    png = decode(bytes, { checkCrc: true });
  } catch (error) {
    throw unreadable(name, error instanceof Error ? error.message : String(error), error);
  }
  return { width: png.width, height: png.height, rgb: rgbFrom(png, name) };
}

function rgbFrom(png: DecodedPng, name: string): Uint8Array {
  const pixels = png.width * png.height;
  if (png.palette !== undefined) return withoutAlpha(convertIndexedToRgb(png), pixels, png.palette[0]?.length ?? 3);
  if (png.depth < 8)
    throw new AppError('media/unsupported', `${name} is a ${png.depth}-bit grey PNG`, {
      field: 'image',
      value: `${png.depth} bits`,
      remedy: 'Save it with 8 bits per channel.',
    });
  if (png.data.length !== pixels * png.channels) throw unreadable(name, 'its pixels are incomplete');
  const samples = png.data instanceof Uint16Array ? Uint8Array.from(png.data, (value) => value >> 8) : png.data;
  if (png.channels <= 2) {
    const rgb = new Uint8Array(pixels * 3);
    for (let i = 0; i < pixels; i++) rgb.fill(samples[i * png.channels] ?? 0, i * 3, i * 3 + 3);
    return rgb;
  }
  return withoutAlpha(samples, pixels, png.channels);
}

function withoutAlpha(samples: ArrayLike<number>, pixels: number, channels: number): Uint8Array {
  if (channels === 3) return Uint8Array.from(samples);
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) for (let c = 0; c < 3; c++) rgb[i * 3 + c] = samples[i * channels + c] ?? 0;
  return rgb;
}

function unreadable(name: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'media/unreadable',
    `${name} cannot be read: ${why}`,
    { field: 'image', value: name, remedy: 'Open it in an image editor and save it again, or choose another file.' },
    cause,
  );
}
