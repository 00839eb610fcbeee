/**
 * Still images to pixels, through ffmpeg. Only image formats are let in (a film or a playlist is refused, not read by
 * its first frame), no protocol but file and pipe, sizes and time are bounded.
 */
import { AppError } from '@core/errors';
import type { RgbImage } from '../../platform/png';
import { readFfmpeg } from '../ffmpeg/run-ffmpeg';

const TIMEOUT_MS = 60_000;
const PIXELS_MAX = 100_000_000;

/** ffmpeg's names of the demuxers that read pictures; names an older build lacks do no harm. */
export const imageExtensions = ['png', 'jpg', 'jpeg', 'webp', 'gif', 'bmp', 'tif', 'tiff', 'avif'];

const IMAGE_FORMATS = [
  ...['apng', 'gif', 'ico', 'image2'],
  ...[
    'bmp',
    'dds',
    'dpx',
    'exr',
    'hdr',
    'j2k',
    'jpeg',
    'jpegls',
    'jpegxl',
    'pam',
    'pbm',
    'pcx',
    'pgm',
    'png',
    'ppm',
  ].map((name) => `${name}_pipe`),
  ...['psd', 'qdraw', 'qoi', 'sgi', 'sunrast', 'tiff', 'webp', 'xpm', 'xwd'].map((name) => `${name}_pipe`),
].join(',');

interface DecodeOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * @param path a file whose name is ours (ffmpeg reads % and ? in names as patterns)
 * @param name what the artist calls it, for the sentence
 * @throws AppError media/unreadable, media/unsupported (over 100 megapixels), export/ffmpeg-missing, cancelled
 */
export async function decodeImage(path: string, name: string, options: DecodeOptions = {}): Promise<RgbImage> {
  const bytes = await read(path, name, [], PIXELS_MAX * 3, options);
  return parsePpm(bytes, name);
}

/** The image scaled to cover width × height (Lanczos) and cropped at the centre. Throws as decodeImage does. */
export async function decodeFitted(
  path: string,
  name: string,
  from: { readonly width: number; readonly height: number },
  to: { readonly width: number; readonly height: number },
  options: DecodeOptions = {},
): Promise<RgbImage> {
  const scaled = coverSize(from, to);
  const x = Math.floor((scaled.width - to.width) / 2);
  const y = Math.floor((scaled.height - to.height) / 2);
  // rgb24 first, so that the crop is not bound to the chroma grid of a JPEG.
  const flags = 'lanczos+accurate_rnd+full_chroma_int+full_chroma_inp';
  const filter = `scale=${scaled.width}:${scaled.height}:flags=${flags},format=rgb24,crop=${to.width}:${to.height}:${x}:${y}`;
  const bytes = await read(path, name, ['-vf', filter], to.width * to.height * 3, options);
  return parsePpm(bytes, name);
}

/** The smallest size of the same shape, to the nearest pixel, that covers `to`. */
export function coverSize(
  from: { readonly width: number; readonly height: number },
  to: { readonly width: number; readonly height: number },
): { width: number; height: number } {
  const scale = Math.max(to.width / from.width, to.height / from.height);
  return {
    width: Math.max(to.width, Math.round(from.width * scale)),
    height: Math.max(to.height, Math.round(from.height * scale)),
  };
}

const HEADER_MAX = 64;

async function read(
  path: string,
  name: string,
  filter: readonly string[],
  pixelBytes: number,
  options: DecodeOptions,
): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  const args = [
    ...['-protocol_whitelist', 'file,pipe', '-format_whitelist', IMAGE_FORMATS, '-i', `file:${path}`],
    ...['-map', '0:v:0', '-frames:v', '1', ...filter, '-pix_fmt', 'rgb24', '-f', 'image2pipe', '-c:v', 'ppm', 'pipe:1'],
  ];
  try {
    return await readFfmpeg(args, { limitBytes: pixelBytes + HEADER_MAX, signal });
  } catch (error) {
    if (options.signal?.aborted === true || !(error instanceof AppError)) throw error;
    if (error.code === 'cancelled') throw unreadable(name, `it took longer than ${TIMEOUT_MS / 1000} s to read`, error);
    if (error.code === 'export/ffmpeg-failed') throw unreadable(name, 'it is not an image, or it is damaged', error);
    throw error;
  }
}

/** Binary PPM: `P6`, width, height, 255, one white space, then RGB bytes. */
function parsePpm(bytes: Uint8Array, name: string): RgbImage {
  const header = /^P6\s(\d+)\s(\d+)\s255\s/.exec(new TextDecoder('latin1').decode(bytes.subarray(0, HEADER_MAX)));
  if (header === null) throw unreadable(name, 'it is not an image, or it is damaged');
  const width = Number(header[1]);
  const height = Number(header[2]);
  const rgb = bytes.subarray(header[0].length);
  if (width < 1 || height < 1 || rgb.length !== width * height * 3) throw unreadable(name, 'its pixels are incomplete');
  return { width, height, rgb };
}

function unreadable(name: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'media/unreadable',
    `${name} cannot be read: ${why}.`,
    {
      field: 'image',
      value: name,
      remedy: 'Choose a PNG, JPEG, WebP, TIFF, BMP or GIF; or open it in an image editor and save it as PNG.',
    },
    cause,
  );
}
