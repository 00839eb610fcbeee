/**
 * What a film is, before anything is paid: its size as it is seen, its clock and length, its rate, and what an artist
 * should know of it. Everything comes from ffprobe; where a container does not say how long it is, its packets are read.
 */
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '@core/errors';
import type { Clock } from '@core/footage/frame-times';
import { createRate, type Rate } from '@core/time/rate';
import { FootageNote } from '@contracts/job';
import { Rate as RateSchema } from '@contracts/document';
import { probeFile, probePackets, type ProbeResult, type ProbeStream } from '../ffmpeg/probe-file';
import { FILM_FORMATS, filesOf, filmExtensions, nameOf, type FootagePlace } from './footage-file';

export const FootageFacts = z.object({
  /** As it is seen: turned and with square pixels. */
  width: z.int().min(1),
  height: z.int().min(1),
  codec: z.string(),
  rate: RateSchema.nullable(),
  ticks: z.int().min(1),
  clock: z.object({ num: z.int().min(1), den: z.int().min(1) }).nullable(),
  /** Tick of the first picture. */
  start: z.int(),
  /** swscale's name of the matrix its colours are coded by. */
  matrix: z.enum(['bt601', 'bt709', 'bt2020']),
  hasSound: z.boolean(),
  notes: z.array(FootageNote),
});
export type FootageFacts = z.infer<typeof FootageFacts>;

/** Larger files are not read through for their length: their header has to say it. */
const SCAN_BYTES_MAX = 2 * 1024 ** 3;
const SIDE_MAX = 16_384;
const HD_HEIGHT = 720;

/** @throws AppError media/unreadable, media/unsupported, media/not-found, cancelled */
export async function probeFootage(place: FootagePlace, signal?: AbortSignal): Promise<FootageFacts> {
  const name = nameOf(place);
  const [path = ''] = filesOf(place);
  const formats = place.type === 'file' ? { formats: FILM_FORMATS } : {};
  let probed: ProbeResult;
  try {
    probed = await probeFile(path, { ...formats, ...(signal && { signal }) });
  } catch (error) {
    if (error instanceof AppError && error.code === 'media/unreadable')
      throw unreadable(name, 'it is damaged, or it is not a film', error);
    throw error;
  }
  const streams = probed.streams ?? [];
  const video = streams.find((one) => one.codec_type === 'video' && one.disposition?.attached_pic !== 1);
  if (video === undefined) throw unreadable(name, 'there is no picture in it, only sound');
  const codec = video.codec_name ?? '';
  if (codec === '' || codec === 'unknown') throw unreadable(name, 'nobody here knows how its picture is coded');
  const { width, height, isTurned, hasWidePixels } = shownSize(video);
  if (!(width >= 1 && height >= 1)) throw unreadable(name, 'it does not say how large its picture is');
  if (width > SIDE_MAX || height > SIDE_MAX)
    throw new AppError('media/unsupported', `${name} is ${width} × ${height}, which is too large.`, {
      field: 'size',
      value: `${width}x${height}`,
      remedy: `Scale it down to ${SIDE_MAX} pixels a side at most.`,
    });
  const facts = {
    ...{ width, height, codec, matrix: matrixOf(video) },
    hasSound: place.type === 'file' && streams.some((one) => one.codec_type === 'audio'),
  };
  const notes = notesOf(video, { isTurned, hasWidePixels });
  if (place.type === 'sequence') return { ...facts, rate: null, ticks: place.count, clock: null, start: 0, notes };
  const clock = clockOf(video, name);
  const start = video.start_pts ?? 0;
  const length = await lengthOf(path, { name, video, probed, clock, start }, signal);
  const isVariable = length.isUneven ?? hasTwoRates(video);
  return {
    ...{
      ...facts,
      rate: rateOf(video.avg_frame_rate) ?? rateOf(video.r_frame_rate),
      ticks: length.ticks,
      clock,
      start,
    },
    notes: isVariable ? ['variable-rate', ...notes] : notes,
  };
}

/** A GIF or APNG of a single picture is an image, not a film; so is one that cannot be read. */
export async function isStillPicture(path: string): Promise<boolean> {
  if (!/\.(gif|apng)$/i.test(path)) return false;
  const packets = await probePackets(path, { formats: FILM_FORMATS }).catch(() => []);
  return packets.length <= 1;
}

function shownSize(video: ProbeStream): { width: number; height: number; isTurned: boolean; hasWidePixels: boolean } {
  const [x = 1, y = 1] = (video.sample_aspect_ratio ?? '1:1').split(':').map(Number);
  const hasWidePixels = x > 0 && y > 0 && x !== y;
  const width = hasWidePixels ? Math.round(((video.width ?? 0) * x) / y) : (video.width ?? 0);
  const height = video.height ?? 0;
  const turned = video.side_data_list?.find(({ rotation }) => rotation !== undefined)?.rotation;
  const degrees = Math.abs(turned ?? Number(video.tags?.['rotate'] ?? 0)) % 360;
  const isTurned = degrees !== 0 && Number.isFinite(degrees);
  const isOnItsSide = degrees === 90 || degrees === 270;
  return isOnItsSide
    ? { width: height, height: width, isTurned, hasWidePixels }
    : { width, height, isTurned, hasWidePixels };
}

function notesOf(
  { color_transfer: transfer, pix_fmt: pixels = '', field_order: fields = 'unknown' }: ProbeStream,
  { isTurned, hasWidePixels }: { readonly isTurned: boolean; readonly hasWidePixels: boolean },
): FootageNote[] {
  const notes: FootageNote[] = [];
  if (isTurned) notes.push('rotated');
  if (hasWidePixels) notes.push('wide-pixels');
  if (['tt', 'bb', 'tb', 'bt'].includes(fields)) notes.push('interlaced');
  if (transfer === 'smpte2084' || transfer === 'arib-std-b67') notes.push('hdr');
  if (/^(yuva|gbrap|rgba|bgra|argb|abgr|ya\d|pal8)/.test(pixels)) notes.push('alpha');
  return notes;
}

/** What the stream says; where it says nothing, what players take: high definition is Rec. 709, the rest Rec. 601. */
function matrixOf({ color_space: space, height = 0 }: ProbeStream): FootageFacts['matrix'] {
  if (space === 'bt709') return 'bt709';
  if (space === 'bt2020nc' || space === 'bt2020c') return 'bt2020';
  if (space !== undefined && space !== 'unknown' && space !== 'reserved' && space !== 'unspecified') return 'bt601';
  return height >= HD_HEIGHT ? 'bt709' : 'bt601';
}

function clockOf({ time_base: base }: ProbeStream, name: string): Clock {
  const [num = 0, den = 0] = (base ?? '').split('/').map(Number);
  if (!Number.isSafeInteger(num) || !Number.isSafeInteger(den) || num < 1 || den < 1)
    throw unreadable(name, 'it does not say how its time is counted');
  return { num, den };
}

function rateOf(text: string | undefined): Rate | null {
  const [num = 0, den = 0] = (text ?? '').split('/').map(Number);
  if (!(num > 0 && den > 0)) return null;
  // Averages come with parts beyond what a rate may have; a millionth of a frame is no loss to a figure that is shown.
  const fits = num <= 1_000_000 && den <= 1_000_000;
  const [n, d] = fits ? [num, den] : [Math.round((1000 * num) / den), 1000];
  return n >= 1 && n / d <= 1000 ? createRate(n, d) : null;
}

/** The lowest rate that all timestamps fall on is another than the average one. */
function hasTwoRates(video: ProbeStream): boolean {
  const [base, average] = [rateOf(video.r_frame_rate), rateOf(video.avg_frame_rate)];
  if (base === null || average === null) return false;
  return Math.abs((base.num * average.den) / (base.den * average.num) - 1) > 0.02;
}

interface LengthQuestion {
  readonly name: string;
  readonly video: ProbeStream;
  readonly probed: ProbeResult;
  readonly clock: Clock;
  readonly start: number;
}

/** In ticks; isUneven is null when nobody looked. */
async function lengthOf(
  path: string,
  { name, video, probed, clock, start }: LengthQuestion,
  signal?: AbortSignal,
): Promise<{ ticks: number; isUneven: boolean | null }> {
  if (video.duration_ts !== undefined && video.duration_ts > 0) return { ticks: video.duration_ts, isUneven: null };
  if ((await stat(path)).size <= SCAN_BYTES_MAX) {
    const packets = (await probePackets(path, { formats: FILM_FORMATS, ...(signal && { signal }) })).sort(
      (a, b) => a.pts - b.pts,
    );
    const last = packets.at(-1);
    if (last !== undefined) {
      const steps = packets.slice(1).map(({ pts }, i) => pts - (packets[i]?.pts ?? 0));
      const step = steps.length === 0 ? 0 : [...steps].sort((a, b) => a - b)[steps.length >> 1];
      const end = last.pts + (last.duration > 0 ? last.duration : Math.max(1, step ?? 1));
      // Two ticks apart is what rounding to a coarse clock does to an even rate.
      const isUneven = steps.some((one) => Math.abs(one - (step ?? 0)) > 2);
      if (end > start) return { ticks: end - start, isUneven };
    }
  }
  const seconds = Number(probed.format?.duration);
  if (!(seconds > 0)) throw unreadable(name, 'it does not say how long it is');
  return { ticks: Math.max(1, Math.round((seconds * clock.den) / clock.num)), isUneven: null };
}

function unreadable(name: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'media/unreadable',
    `${name} cannot be used as a film: ${why}.`,
    {
      field: 'film',
      value: name,
      remedy: `Choose a film (${filmExtensions.slice(0, 8).join(', ')}), or open it in a video editor and save it as MP4.`,
    },
    cause,
  );
}
