/**
 * Reads an existing film for `extend FILE`: a video, a GIF, a single picture, or a folder of PNGs. Its frames go into the
 * library's frame store one at a time, so a long film does not fill the memory.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, invalidInput } from '@core/errors';
import { decodePng } from '@main/platform/png';
import { probeFile } from '@main/services/ffmpeg/probe-file';
import { everyFrameOnce, streamFfmpeg } from '@main/services/ffmpeg/run-ffmpeg';
import type { FrameStore } from '@main/services/media/frame-store';
import type { Size } from './options';

export interface FilmSource {
  readonly frames: readonly string[];
  readonly width: number;
  readonly height: number;
}

/** Twenty minutes of a model at 8 frames a second. Every frame becomes a file, so there must be an end. */
const MAX_FRAMES = 10_000;

/** The size of a film's pictures, before any is read. @throws AppError media/unreadable, input/invalid */
export async function sizeOfFilm(path: string, signal?: AbortSignal): Promise<Size> {
  if ((await stat(path)).isDirectory()) {
    const [first] = await pngFiles(path);
    if (first === undefined)
      throw invalidInput('FILE', path, 'is a folder without PNG pictures', 'name a folder of PNGs or a film');
    const { width, height } = decodePng(await readFile(first), first);
    return { width, height };
  }
  const { streams } = await probeFile(path, signal === undefined ? {} : { signal });
  const stream = streams?.find(({ codec_type }) => codec_type === 'video');
  // ffprobe takes a file for what its name says, and then finds a picture of no size in it.
  const [width, height] = [stream?.width ?? 0, stream?.height ?? 0];
  if (width === 0 || height === 0)
    throw invalidInput('FILE', path, 'has no picture in it', 'name a film, a GIF, a picture or a folder of PNGs');
  return { width, height };
}

/**
 * Stores all frames of the film at exactly `size`, scaled to cover it and cropped at the centre where it differs.
 * @throws AppError input/invalid for a film over 10,000 frames · media/* · cancelled
 */
export async function readFilm(
  path: string,
  size: Size,
  options: { readonly store: FrameStore; readonly signal?: AbortSignal },
): Promise<FilmSource> {
  const frames: string[] = [];
  const signal = options.signal && { signal: options.signal };
  const pictures = (await stat(path)).isDirectory()
    ? folderPictures(path, size, signal)
    : filmPictures(path, size, signal);
  for await (const rgb of pictures) {
    if (options.signal?.aborted === true) throw new AppError('cancelled', 'cancelled');
    if (frames.length >= MAX_FRAMES)
      throw invalidInput('FILE', path, `has more than ${MAX_FRAMES} frames`, 'cut out the part to go on from first');
    frames.push((await options.store.put(rgb, size.width, size.height)).hash);
  }
  if (frames.length === 0) throw invalidInput('FILE', path, 'has no frames', 'name a film, a GIF or a folder of PNGs');
  return { frames, ...size };
}

async function* folderPictures(
  path: string,
  size: Size,
  signal: { signal: AbortSignal } | undefined,
): AsyncGenerator<Uint8Array> {
  for (const file of await pngFiles(path)) {
    const image = decodePng(await readFile(file), file);
    if (image.width === size.width && image.height === size.height) yield image.rgb;
    else yield* filmPictures(file, size, signal);
  }
}

async function pngFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.toLowerCase().endsWith('.png'));
  return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).map((name) => join(folder, name));
}

/** RGB bytes of each frame, as the film's own colour tags mean them. */
async function* filmPictures(
  path: string,
  size: Size,
  signal: { signal: AbortSignal } | undefined,
): AsyncGenerator<Uint8Array> {
  const { width, height } = size;
  const filters = [
    `scale=${width}:${height}:force_original_aspect_ratio=increase:flags=bicubic+accurate_rnd+full_chroma_int`,
    `crop=${width}:${height}`,
  ];
  const args = [
    ...['-protocol_whitelist', 'file,pipe', '-i', `file:${path}`, '-map', '0:v:0', '-an', '-vf', filters.join(',')],
    ...(await everyFrameOnce(signal)),
    ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'],
  ];
  const frameBytes = width * height * 3;
  let frame = new Uint8Array(frameBytes);
  let filled = 0;
  for await (const chunk of streamFfmpeg(args, { ...signal })) {
    for (let at = 0; at < chunk.length;) {
      const count = Math.min(frameBytes - filled, chunk.length - at);
      frame.set(chunk.subarray(at, at + count), filled);
      filled += count;
      at += count;
      if (filled < frameBytes) continue;
      yield frame;
      frame = new Uint8Array(frameBytes);
      filled = 0;
    }
  }
}
