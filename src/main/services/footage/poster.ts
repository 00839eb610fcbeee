/**
 * A small picture that stands for a film in the media panel. Making it also tells whether the film can be decoded at all.
 */
import { placeInFrame } from '@core/footage/fit';
import { encodeRgbPng } from '../../platform/png';
import { decodeFootage } from './decode-footage';
import type { FootagePlace } from './footage-file';
import type { FootageFacts } from './probe-footage';

const SIDE = 160;
const RATE = { num: 24, den: 1 };

/** PNG of the first picture. @throws AppError media/unreadable, cancelled */
export async function makePoster(place: FootagePlace, facts: FootageFacts, signal?: AbortSignal): Promise<Uint8Array> {
  const { width, height } = placeInFrame(facts, { width: SIDE, height: SIDE }, 'fit');
  const request = { place, facts, rate: RATE, from: 0, to: 1, width, height, fit: 'fill' } as const;
  for await (const { frame } of decodeFootage(request, signal && { signal })) return encodeRgbPng(frame, width, height);
  // decodeFootage throws when there is no picture.
  return new Uint8Array();
}
