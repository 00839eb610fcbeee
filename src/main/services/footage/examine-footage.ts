/**
 * A film examined before it is linked: what ffprobe says of it, and its first picture really decoded. That tells whether
 * it can be decoded at all, gives the picture that stands for it in the media panel, and says when it begins: where
 * pictures are coded out of order, an AVI's first one is shown later than its stream says.
 */
import { placeInFrame } from '@core/footage/fit';
import { encodeRgbPng } from '../../platform/png';
import { decodeFootage } from './decode-footage';
import type { FootagePlace } from './footage-file';
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
  const facts = await probeFootage(place, signal);
  const { width, height } = placeInFrame(facts, { width: POSTER_SIDE, height: POSTER_SIDE }, 'fit');
  const request = { place, facts, rate: ANY_RATE, from: 0, to: 1, width, height, fit: 'fill' } as const;
  for await (const { ticks, frame } of decodeFootage(request, signal && { signal }))
    return { facts: { ...facts, start: facts.start + ticks }, poster: encodeRgbPng(frame, width, height) };
  throw new Error('decodeFootage ends with an error or a picture');
}
