/**
 * Writes a film to its file: frames from the compositor, through ffmpeg, into a temporary sibling, which is checked with
 * ffprobe, flushed and only then renamed. Until that instant a file that stands at the name is not touched; whatever
 * goes wrong, the sibling is removed.
 */
import { appendFile, mkdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@core/errors';
import type { FilmPlan } from '@core/export/plan';
import { SOUND_RATE } from '@core/export/sound-plan';
import { smoothedRate } from '@core/interpolation/smoothing';
import { formatRate, framesPerSecond, secondsFromFrames } from '@core/time/rate';
import { syncDir } from '../../platform/fs-atomic';
import { encodeRgbPng } from '../../platform/png';
import { FrameStore } from '../media/frame-store';
import { gifTimingOf } from './gif-timing';
import { probeFile, type ProbeStream } from '../ffmpeg/probe-file';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg';
import type { ExportTask, TaskSmoothing } from './messages';
import { mixSound } from './mix-sound';
import { appendRecipeBox } from './mp4-recipe';
import {
  assertCanWrite,
  finishFile,
  partialPathOf,
  RECIPE_FILE,
  replaceFolder,
  writeErrorFrom,
  writeFlushed,
} from './out-path';
import { recipeChunk, withChunk } from './png-recipe';
import {
  assertPresetHolds,
  gifArgs,
  gifComment,
  gifPaletteArgs,
  h264Args,
  proresArgs,
  RECIPE_KEY,
  type FilmFormat,
} from './presets';
import { renderFilm } from './render-film';
import { smoothed } from './smooth-film';
import { interchangeFrames, writeInterchange } from './write-interchange';

export interface WriteFilmOptions {
  /** Called for every frame handed to the encoder, 0 … frames of the film. */
  readonly onFrame?: (done: number) => void;
  /** Clips without pictures become black instead of being refused. */
  readonly isMissingAllowed?: boolean;
  readonly signal?: AbortSignal;
}

export interface WrittenFilm {
  readonly frames: number;
  readonly bytes: number;
}

/**
 * @throws AppError export/empty, export/missing-frames, export/write-failed, export/ffmpeg-*, input/invalid, cancelled
 */
export async function writeFilm(task: ExportTask, options: WriteFilmOptions = {}): Promise<WrittenFilm> {
  assertHasPicture(task.plan, options.isMissingAllowed === true);
  const film = filmFormatOf(task);
  assertPresetHolds(task.preset, film);
  await assertCanWrite(task.preset, task.outPath);
  const partial = partialPathOf(task.outPath);
  try {
    switch (task.preset) {
      case 'h264-mp4':
        await writeMovie(h264Args, task, film, partial, options);
        break;
      case 'prores-mov':
        await writeMovie(proresArgs, task, film, partial, options);
        break;
      case 'gif':
        await writeGif(task, film, partial, options);
        break;
      case 'png-sequence':
        return await writePngSequence(task, partial, options);
      case 'timeline':
        return await writeInterchange(
          task,
          partial,
          (film) => writeFilm(film.task, { ...options, ...film.options }),
          options,
        );
      default:
        task.preset satisfies never;
    }
    await verifyFilm(task, film, partial, options);
    const bytes = await finishFile(partial, task.outPath);
    return { frames: film.frameCount, bytes };
  } catch (error) {
    if (options.signal?.aborted === true) throw new AppError('cancelled', 'the export was cancelled', {}, error);
    throw writeErrorFrom(error, task.outPath);
  } finally {
    await removeTemporaries(task.outPath);
  }
}

/** Removes what an export to this name may have left behind. */
export async function removeTemporaries(outPath: string): Promise<void> {
  const partial = partialPathOf(outPath);
  for (const path of [partial, palettePathOf(partial), soundPathOf(partial)])
    await rm(path, { recursive: true, force: true });
}

/** @throws AppError export/empty, export/missing-frames */
export function assertHasPicture(plan: FilmPlan, isMissingAllowed = false): void {
  if (plan.frames.length === 0)
    throw new AppError('export/empty', 'the range to export has no frames', {
      field: 'range',
      value: `${plan.from}-${plan.to}`,
      remedy: 'Put a clip on the timeline, or clear the in and out points.',
    });
  if (plan.missing.length === 0 || isMissingAllowed) return;
  const ranges = plan.missing.map(({ clipName, from, to }) => `${clipName} (frames ${from}–${to - 1})`);
  const shown = ranges.slice(0, 5).join(', ') + (ranges.length > 5 ? ` and ${ranges.length - 5} more` : '');
  throw new AppError('export/missing-frames', `these clips have no pictures yet: ${shown}`, {
    field: 'clips',
    value: shown,
    remedy: 'Generate them first, or export a range without them.',
  });
}

/** What comes out: the film as planned, or at a multiple of its rate. */
export function filmFormatOf({ plan, smooth }: Pick<ExportTask, 'plan' | 'smooth'>): FilmFormat {
  const smoothing = smooth?.smoothing ?? 1;
  const { width, height } = plan;
  return { width, height, rate: smoothedRate(plan.rate, smoothing), frameCount: plan.frames.length * smoothing };
}

/** What an export has to write in all. */
export function framesToWrite(task: Pick<ExportTask, 'plan' | 'smooth' | 'interchange'>): number {
  return task.interchange === null ? filmFormatOf(task).frameCount : interchangeFrames(task);
}

function pixelsOf(
  task: ExportTask,
  options: WriteFilmOptions,
  onFrame: (done: number) => void,
): AsyncIterable<Uint8Array> {
  const store = new FrameStore(task.framesDir);
  const frames = renderFilm(task.plan, store, options.signal === undefined ? {} : { signal: options.signal });
  return counted(task.smooth === null ? frames : withFramesBetween(frames, task, task.smooth), onFrame);
}

async function* withFramesBetween(
  frames: AsyncIterable<Uint8Array>,
  { plan: { width, height } }: ExportTask,
  { smoothing, graphFile, threads }: TaskSmoothing,
): AsyncGenerator<Uint8Array> {
  // Only this needs ONNX Runtime in the exporter.
  const { Interpolator } = await import('../../engine/interpolator');
  const interpolator = await Interpolator.open(graphFile, { threads });
  try {
    yield* smoothed(frames, smoothing, (first, second, time) =>
      interpolator.between(first, second, { width, height, time }),
    );
  } finally {
    await interpolator.close();
  }
}

async function* counted(
  frames: AsyncIterable<Uint8Array>,
  onFrame: (done: number) => void,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const frame of frames) {
    yield frame;
    onFrame(++done);
  }
}

/** MP4 or QuickTime: both are made of boxes, and both may carry sound. */
async function writeMovie(
  args: typeof h264Args,
  task: ExportTask,
  film: FilmFormat,
  partial: string,
  options: WriteFilmOptions,
): Promise<void> {
  const soundPath = task.sound === null ? null : soundPathOf(partial);
  if (task.sound !== null && soundPath !== null)
    await mixSound(task.sound, soundPath, options.signal === undefined ? {} : { signal: options.signal });
  await runFfmpeg(args(film, partial, soundPath), {
    input: pixelsOf(task, options, (done) => options.onFrame?.(done)),
    ...(options.signal && { signal: options.signal }),
  });
  if (task.recipes !== null) await appendRecipeBox(partial, JSON.stringify(task.recipes));
}

async function writeGif(task: ExportTask, film: FilmFormat, partial: string, options: WriteFilmOptions): Promise<void> {
  const palette = palettePathOf(partial);
  const signal = options.signal && { signal: options.signal };
  // Two passes over the film: each counts for half.
  await runFfmpeg(gifPaletteArgs(film, palette), {
    input: pixelsOf(task, options, (done) => options.onFrame?.(done >> 1)),
    ...signal,
  });
  await runFfmpeg(gifArgs(film, palette, partial), {
    input: pixelsOf(task, options, (done) => options.onFrame?.((film.frameCount + done) >> 1)),
    ...signal,
  });
  if (task.recipes !== null) await appendGifComment(partial, `${RECIPE_KEY} ${JSON.stringify(task.recipes)}`);
}

async function appendGifComment(path: string, text: string): Promise<void> {
  const { size } = await stat(path);
  await truncate(path, size - 1);
  await appendFile(path, Buffer.concat([gifComment(text), Buffer.of(0x3b)]));
}

async function writePngSequence(task: ExportTask, partial: string, options: WriteFilmOptions): Promise<WrittenFilm> {
  const { plan } = task;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial);
  const recipes = task.recipes === null ? null : recipeChunk(JSON.stringify(task.recipes));
  let index = 0;
  let bytes = 0;
  // Film frames are composited once and written as they are: a frame without layers above it keeps its stored bytes,
  // to which its recipes are added.
  for await (const rgb of pixelsOf(task, options, (done) => options.onFrame?.(done))) {
    const picture = encodeRgbPng(rgb, plan.width, plan.height);
    const png = recipes === null ? picture : withChunk(picture, recipes);
    await writeFlushed(join(partial, `${String(index).padStart(6, '0')}.png`), png);
    bytes += png.length;
    index++;
  }
  if (task.recipes !== null)
    await writeFlushed(join(partial, RECIPE_FILE), new TextEncoder().encode(JSON.stringify(task.recipes, null, 1)));
  await syncDir(partial);
  await replaceFolder(partial, task.outPath);
  return { frames: index, bytes };
}

/** An encoder that says it is done is asked for what it made. @throws AppError export/ffmpeg-failed */
async function verifyFilm(
  { preset, sound }: ExportTask,
  film: FilmFormat,
  path: string,
  options: WriteFilmOptions,
): Promise<void> {
  const probed = await probeFile(path, { countPackets: true, ...(options.signal && { signal: options.signal }) });
  const stream = probed.streams?.find(({ codec_type }) => codec_type === 'video');
  const found = [Number(stream?.nb_read_packets ?? 0), `${stream?.width ?? 0}x${stream?.height ?? 0}`] as const;
  const wanted = [film.frameCount, `${film.width}x${film.height}`] as const;
  const wrong =
    found[0] !== wanted[0]
      ? `${found[0]} frames instead of ${wanted[0]}`
      : found[1] !== wanted[1]
        ? `${found[1]} pixels instead of ${wanted[1]}`
        : preset === 'gif'
          ? wrongGifTime(film, await readFile(path))
          : (wrongRate(film, stream) ?? wrongSound(film, sound !== null, probed.streams ?? []));
  if (wrong === null) return;
  throw new AppError('export/ffmpeg-failed', `ffmpeg made a file with ${wrong}`, {
    remedy: 'Run `onionskin doctor`; another ffmpeg can be named in ONIONSKIN_FFMPEG.',
  });
}

/** 24000/1001 and 24 differ by 1e-3; ffprobe's average of a short file is off by less than 1e-4. */
const RATE_TOLERANCE = 2e-4;

function wrongRate(film: FilmFormat, stream: ProbeStream | undefined): string | null {
  const wanted = framesPerSecond(film.rate);
  const isRight = [stream?.avg_frame_rate, stream?.r_frame_rate].some((text) => {
    const [num = NaN, den = NaN] = (text ?? '').split('/').map(Number);
    return Math.abs(num / den - wanted) <= wanted * RATE_TOLERANCE;
  });
  return isRight ? null : `${stream?.avg_frame_rate ?? '?'} frames a second instead of ${formatRate(film.rate)}`;
}

/** An AAC frame, which is what an encoder may add or leave out at the end. */
const SOUND_TOLERANCE_SECONDS = 1024 / SOUND_RATE.num;

function wrongSound(film: FilmFormat, isWanted: boolean, streams: readonly ProbeStream[]): string | null {
  const stream = streams.find(({ codec_type }) => codec_type === 'audio');
  if (stream === undefined) return isWanted ? 'no sound' : null;
  const [found, wanted] = [Number(stream.duration), secondsFromFrames(film.frameCount, film.rate)];
  if (Math.abs(found - wanted) <= SOUND_TOLERANCE_SECONDS) return null;
  return `${found.toFixed(3)} s of sound instead of ${wanted.toFixed(3)} s`;
}

/** GIF counts in 1/100 s: each frame may be off by one of them, but the whole may not drift. */
const GIF_TOLERANCE_SECONDS = 0.05;

function wrongGifTime(film: FilmFormat, bytes: Uint8Array): string | null {
  const { seconds } = gifTimingOf(bytes);
  const wanted = secondsFromFrames(film.frameCount, film.rate);
  if (Math.abs(seconds - wanted) <= GIF_TOLERANCE_SECONDS) return null;
  return `a length of ${seconds.toFixed(2)} s instead of ${wanted.toFixed(2)} s`;
}

function soundPathOf(partial: string): string {
  return `${partial}.sound`;
}

function palettePathOf(partial: string): string {
  return `${partial}.palette.png`;
}
