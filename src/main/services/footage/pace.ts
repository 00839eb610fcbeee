/**
 * How long a conform takes, from how long conforms took: it goes by the pixels that are read and those that are written.
 * Before the first one, what a small two-core machine needed stands in.
 */
import { filmFrameCount } from '@core/footage/frame-times';
import type { FootageMedia } from '@contracts/job';
import type { ConformShape } from '../../studio';
import type { SettingStore } from '../settings/setting-store';

const KEY = 'footage.secondsPerMegapixel';
const TYPICAL = 0.04;
/** Of the newest measurement in what is kept. */
const WEIGHT = 0.5;
const START_SECONDS = 0.5;

export class ConformPace {
  readonly #settings: Pick<SettingStore, 'get' | 'set'>;

  constructor(settings: Pick<SettingStore, 'get' | 'set'>) {
    this.#settings = settings;
  }

  estimate(media: FootageMedia, shape: ConformShape): { seconds: number; basis: 'measured' | 'typical' } {
    const measured = this.#measured();
    const seconds = START_SECONDS + megapixels(media, shape) * (measured ?? TYPICAL);
    return { seconds, basis: measured === null ? 'typical' : 'measured' };
  }

  /** Learns from a conform that ran to its end. */
  record(media: FootageMedia, shape: ConformShape, seconds: number): void {
    // A short one is nearly all start.
    const pace = Math.max(seconds / 10, seconds - START_SECONDS) / megapixels(media, shape);
    const before = this.#measured();
    this.#settings.set(KEY, before === null ? pace : before + (pace - before) * WEIGHT);
  }

  #measured(): number | null {
    const kept = this.#settings.get(KEY);
    return typeof kept === 'number' && kept > 0 ? kept : null;
  }
}

/** Read and written together. A film of twice the film's rate is read twice as often as it is written. */
function megapixels(media: FootageMedia, { rate, width, height, frameCount }: ConformShape): number {
  const inFilm = media.clock === null ? media.ticks : filmFrameCount(media.ticks, media.clock, rate);
  const sources = media.rate === null || media.clock === null ? inFilm : sourceFrames(media, media.clock);
  return (frameCount * (width * height + (sources / inFilm) * media.width * media.height)) / 1e6;
}

function sourceFrames({ ticks, rate }: FootageMedia, clock: { num: number; den: number }): number {
  return rate === null ? 1 : Math.max(1, filmFrameCount(ticks, clock, rate));
}
