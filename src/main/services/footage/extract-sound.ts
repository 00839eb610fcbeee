/**
 * The sound of a film as a file of its own, in step with its picture: it begins with the range's first film frame,
 * with silence where the film's sound begins later, and ends with the last. Lossless (FLAC).
 */
import { AppError } from '@core/errors';
import type { Clock } from '@core/footage/frame-times';
import { SOUND_RATE } from '@core/export/sound-plan';
import { secondsFromFrames, type Rate } from '@core/time/rate';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg';
import { FILM_FORMATS } from './footage-file';

export interface SoundRange {
  readonly rate: Rate;
  /** Film frames from the file's first picture. */
  readonly from: number;
  readonly frameCount: number;
  /** Of the first picture, in ticks of the picture's clock. */
  readonly start: number;
  readonly clock: Clock | null;
  readonly name: string;
}

/** Read before the range, so that a decoder has found its feet when it begins. */
const LEAD_SECONDS = 2;

/** @throws AppError media/unreadable, cancelled */
export async function extractSound(
  path: string,
  outPath: string,
  { rate, from, frameCount, start, clock, name }: SoundRange,
  signal?: AbortSignal,
): Promise<void> {
  const first = clock === null ? 0 : (start * clock.num) / clock.den;
  const zero = first + secondsFromFrames(from, rate);
  const seconds = secondsFromFrames(frameCount, rate);
  const seek = Math.max(0, secondsFromFrames(from, rate) - LEAD_SECONDS);
  const filters = [
    `asetpts=PTS-${zero.toFixed(6)}/TB`,
    // Fills what is missing in front and in between, so that sample n is n samples after the first film frame.
    `aresample=${SOUND_RATE.num}:async=1:first_pts=0`,
    `atrim=start=0:end=${seconds.toFixed(6)}`,
  ];
  const args = [
    ...['-protocol_whitelist', 'file,pipe', '-format_whitelist', FILM_FORMATS, '-copyts'],
    ...(seek === 0 ? [] : ['-noaccurate_seek', '-ss', seek.toFixed(6)]),
    ...['-i', `file:${path}`, '-map', '0:a:0', '-vn', '-af', filters.join(',')],
    ...['-c:a', 'flac', '-f', 'flac', '-y', `file:${outPath}`],
  ];
  try {
    await runFfmpeg(args, signal && { signal });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'export/ffmpeg-failed') throw error;
    throw new AppError(
      'media/unreadable',
      `The sound of ${name} cannot be read.`,
      { field: 'film', value: name, remedy: 'Place it without its sound, or save it in a video editor as MP4 first.' },
      error,
    );
  }
}
