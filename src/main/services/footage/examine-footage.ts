/**
 * A film examined before it is linked: what ffprobe says of it, and two pictures really decoded. The first tells whether
 * it can be decoded at all, and when it begins: where pictures are coded out of order, an AVI's first one is shown later
 * than its stream says. The other stands for it in the media panel.
 */
import { AppError, AssertionError } from '@core/errors';
import { placeInFrame } from '@core/footage/fit';
import { filmFrameCount } from '@core/footage/frame-times';
import type { Rate } from '@core/time/rate';
import { encodeRgbPng } from '../../platform/png';
import { readFfmpeg } from '../ffmpeg/run-ffmpeg';
import { decodeFootage, shownFootage } from './decode-footage';
import { nameOf, type FootagePlace } from './footage-file';
import { probeFootage, type FootageFacts } from './probe-footage';

const POSTER_SIDE = 160;
const ANY_RATE = { num: 24, den: 1 };

export interface ExaminedFootage {
  readonly facts: FootageFacts;
  /** PNG. */
  readonly poster: Uint8Array;
}

/** @throws AppError media/unreadable, media/unsupported, media/not-found, cancelled */
export async function examineFootage(place: FootagePlace, signal?: AbortSignal): Promise<ExaminedFootage> {
  const probed = await probeFootage(place, signal);
  if (probed.notes.includes('hdr')) await assertToneMapping(nameOf(place), signal);
  const { width, height } = placeInFrame(probed, { width: POSTER_SIDE, height: POSTER_SIDE }, 'fit');
  const look = { place, rate: ANY_RATE, width, height, fit: 'fill' } as const;
  const { ticks } = await firstOf(decodeFootage({ ...look, facts: probed, from: 0, to: 1 }, signal && { signal }));
  const facts = { ...probed, start: probed.start + ticks };
  // Films fade in: a third of the way there is more to be seen than at the start.
  const all = facts.clock === null ? facts.ticks : filmFrameCount(facts.ticks, facts.clock, ANY_RATE);
  return { facts, poster: await smallPicture(place, facts, { rate: ANY_RATE, frame: Math.floor(all / 3) }, signal) };
}

/** The picture on screen when a film frame starts, counted from the file's first picture, small. PNG. Throws as above. */
export async function smallPicture(
  place: FootagePlace,
  facts: FootageFacts,
  { rate, frame }: { readonly rate: Rate; readonly frame: number },
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height } = placeInFrame(facts, { width: POSTER_SIDE, height: POSTER_SIDE }, 'fit');
  const request = { place, facts, rate, from: frame, to: frame + 1, width, height, fit: 'fill' } as const;
  const shown = await firstOf(shownFootage(request, signal && { signal }));
  return Uint8Array.from(encodeRgbPng(shown.frame, width, height));
}

/** Not every ffmpeg is built with the filter that knows HDR's curves. @throws AppError media/unsupported */
async function assertToneMapping(name: string, signal?: AbortSignal): Promise<void> {
  const list = await readFfmpeg(['-filters'], { limitBytes: 1 << 20, ...(signal && { signal }) });
  if (/ zscale /.test(new TextDecoder().decode(list))) return;
  throw new AppError('media/unsupported', `${name} is HDR, and the ffmpeg of this machine cannot bring it to SDR.`, {
    field: 'film',
    value: name,
    remedy: 'Save it as SDR (Rec. 709) in a video editor, or install an ffmpeg with zscale.',
  });
}

/** decodeFootage ends with an error where there is no picture. */
async function firstOf<T>(items: AsyncIterable<T>): Promise<T> {
  for await (const item of items) return item;
  throw new AssertionError('a decoded film has a picture');
}
