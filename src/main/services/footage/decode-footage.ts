/**
 * A film's pictures through ffmpeg, each with its own timestamp: as 8-bit RGB of the film's frame, turned, deinterlaced,
 * tone-mapped and fitted. Frames are never dropped or repeated here; which film frame shows which is core's to say
 * (core/footage/frame-times.ts). The timestamps come from the `showinfo` filter, which every ffmpeg since 4 has.
 */
import { AppError } from '@core/errors';
import { placeInFrame, type FootageFit } from '@core/footage/fit';
import { FramesInFilm, type Clock, type ShownFrame } from '@core/footage/frame-times';
import type { Rate } from '@core/time/rate';
import { everyFrameOnce, streamFfmpeg } from '../ffmpeg/run-ffmpeg';
import { inputArgs, nameOf, type FootagePlace } from './footage-file';
import type { FootageFacts } from './probe-footage';

export interface DecodeRequest {
  readonly place: FootagePlace;
  readonly facts: FootageFacts;
  readonly rate: Rate;
  /** Film frames from the file's first picture. */
  readonly from: number;
  readonly to: number;
  /** Of the film's frame. */
  readonly width: number;
  readonly height: number;
  readonly fit: FootageFit;
}

export interface DecodedFrame {
  /** Since the file's first picture, in ticks of `clockOf`. */
  readonly ticks: number;
  /** RGB bytes, [height, width, 3]. */
  readonly frame: Uint8Array;
}

/** How far before the range decoding begins, so that the picture on screen at its start is among the decoded ones. */
const LEAD_SECONDS = 2;

/** A picture of a sequence lasts one film frame. */
export function clockOf({ facts, rate }: Pick<DecodeRequest, 'facts' | 'rate'>): Clock {
  return facts.clock ?? { num: rate.den, den: rate.num };
}

/**
 * Pictures in order, from one that is on screen at the range's start, or before, to the file's end; leaving the loop ends
 * ffmpeg.
 * @param onTrouble told when ffmpeg could not read something
 * @throws AppError media/unreadable when there is nothing at all, cancelled, export/ffmpeg-missing
 */
export async function* decodeFootage(
  request: DecodeRequest,
  { onTrouble, signal }: { readonly onTrouble?: () => void; readonly signal?: AbortSignal } = {},
): AsyncGenerator<DecodedFrame, void, undefined> {
  const { from, rate } = request;
  const lead = from * (rate.den / rate.num) - LEAD_SECONDS;
  let isEmpty = true;
  for await (const decoded of decodeFrom(request, Math.max(0, lead), { onTrouble, signal })) {
    // Not every container can be entered where it was asked to.
    if (isEmpty && lead > 0 && secondsOf(decoded.ticks, clockOf(request)) > from * (rate.den / rate.num)) break;
    isEmpty = false;
    yield decoded;
  }
  if (isEmpty && lead > 0) {
    for await (const decoded of decodeFrom(request, 0, { onTrouble, signal })) {
      isEmpty = false;
      yield decoded;
    }
  }
  if (isEmpty) throw undecodable(nameOf(request.place));
}

/**
 * The pictures that film frames of the request's range show, with the film frames that show them; ffmpeg is ended as
 * soon as the range is full. Throws as decodeFootage does.
 */
export async function* shownFootage(
  request: DecodeRequest,
  hooks: { readonly onTrouble?: () => void; readonly signal?: AbortSignal } = {},
): AsyncGenerator<ShownFrame<Uint8Array>, void, undefined> {
  const film = new FramesInFilm<Uint8Array>({ ...request, clock: clockOf(request) });
  for await (const { ticks, frame } of decodeFootage(request, hooks)) {
    const shown = film.add(ticks, frame);
    if (shown !== null) yield shown;
    if (film.isFull) return;
  }
  const last = film.end();
  if (last !== null) yield last;
}

interface DecodeHooks {
  readonly onTrouble?: (() => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

async function* decodeFrom(
  request: DecodeRequest,
  leadSeconds: number,
  { onTrouble, signal }: DecodeHooks,
): AsyncGenerator<DecodedFrame, void, undefined> {
  const { place, facts, rate, from, width, height } = request;
  const clock = clockOf(request);
  const isSequence = place.type === 'sequence';
  const start = isSequence ? -from : facts.start;
  const seek = isSequence || leadSeconds === 0 ? [] : ['-noaccurate_seek', '-ss', leadSeconds.toFixed(6)];
  const args = [
    ...[...seek, '-copyts', ...inputArgs(place, rate, isSequence ? from : 0), '-map', '0:V:0', '-an', '-sn', '-dn'],
    ...['-vf', filterOf(request), ...(await everyFrameOnce(signal && { signal }))],
    ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'],
  ];
  const times = new Timestamps(clock);
  const bytes = width * height * 3;
  let frame = new Uint8Array(bytes);
  let filled = 0;
  let count = 0;
  const onLine = (line: string): void => {
    times.read(line);
    if (line.includes('[error]') || line.includes('[fatal]')) onTrouble?.();
  };
  try {
    for await (const chunk of streamFfmpeg(args, { onLine, ...(signal && { signal }) })) {
      for (let at = 0; at < chunk.length;) {
        const part = chunk.subarray(at, at + bytes - filled);
        frame.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled < bytes) continue;
        yield { ticks: (await times.of(count)) - start, frame };
        count += 1;
        frame = new Uint8Array(bytes);
        filled = 0;
      }
    }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'export/ffmpeg-failed') throw error;
    // A file that ends in rubbish has given its good frames; one that gave none is told by the caller.
    onTrouble?.();
  }
}

/** What `showinfo` says of each frame, in the order in which the frames come out. */
class Timestamps {
  readonly #clock: Clock;
  readonly #ticks: number[] = [];
  /** Seconds per tick of what showinfo prints. */
  #base: Clock | null = null;
  #waiting: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  read(line: string): void {
    const base = /\bconfig in time_base: (\d+)\/(\d+)/.exec(line);
    if (base !== null) this.#base = { num: Number(base[1]), den: Number(base[2]) };
    const found = /\bn: *\d+ pts: *(-?\d+|NOPTS|NA)\b/.exec(line);
    if (found === null) return;
    const { num, den } = this.#base ?? this.#clock;
    const printed = Number(found[1]);
    // A frame without a time follows the one before it by a tick: it is then the one that is seen.
    const before = this.#ticks.at(-1) ?? 0;
    const ticks = Math.round((printed * num * this.#clock.den) / (den * this.#clock.num));
    this.#ticks.push(Number.isFinite(printed) ? ticks : before + 1);
    this.#waiting?.();
  }

  /** Of the n-th frame; its line is written before its pixels, but may be read after them. */
  async of(n: number): Promise<number> {
    let ticks = this.#ticks[n];
    while (ticks === undefined) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
      ticks = this.#ticks[n];
    }
    return ticks;
  }
}

function filterOf({ facts, width, height, fit }: DecodeRequest): string {
  const placed = placeInFrame(facts, { width, height }, fit);
  const matrix = `in_color_matrix=${facts.matrix}`;
  const filters: string[] = [];
  if (facts.notes.includes('interlaced')) filters.push('yadif=0:-1:1');
  if (facts.notes.includes('hdr'))
    // To linear light, the brightest parts rolled off, and back to what a screen of today shows.
    filters.push(
      'zscale=t=linear:npl=100',
      'format=gbrpf32le',
      'zscale=p=bt709',
      'tonemap=hable:desat=0',
      'zscale=t=bt709:m=bt709:r=full',
      'format=gbrp',
    );
  // What is see-through lies over black, as a film without anything below it does.
  if (facts.notes.includes('alpha'))
    filters.push(`scale=${matrix}`, 'format=gbrap', 'setparams=range=full', 'premultiply=inplace=1');
  const flags = 'lanczos+accurate_rnd+full_chroma_int+full_chroma_inp';
  filters.push(`scale=${placed.width}:${placed.height}:flags=${flags}:${matrix}`, 'format=rgb24');
  filters.push(
    fit === 'fill'
      ? `crop=${width}:${height}:${-placed.x}:${-placed.y}`
      : `pad=${width}:${height}:${placed.x}:${placed.y}:black`,
    'setsar=1',
    'showinfo',
  );
  return filters.join(',');
}

function secondsOf(ticks: number, { num, den }: Clock): number {
  return (ticks * num) / den;
}

function undecodable(name: string): AppError {
  return new AppError(
    'media/unreadable',
    `No picture of ${name} can be read: it is damaged, or its codec is unknown.`,
    {
      field: 'film',
      value: name,
      remedy: 'Open it in a video editor and save it as H.264 MP4 or ProRes, then import that.',
    },
  );
}
