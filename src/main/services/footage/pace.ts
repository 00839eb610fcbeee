/** How long a conform takes: it goes by the pixels that are read and those that are written. */
import { filmFrameCount } from '@core/footage/frame-times';
import type { FootageMedia } from '@contracts/job';
import type { ConformShape } from '../../studio';
import { LearnedRate, type LearnedCost } from '../queue/learned-rate';
import type { SettingStore } from '../settings/setting-store';

export class ConformPace {
  readonly #pace: LearnedRate;

  constructor(settings: Pick<SettingStore, 'get' | 'set'>) {
    this.#pace = new LearnedRate(settings, { key: 'footage.secondsPerMegapixel', typical: 0.04, start: 0.5 });
  }

  estimate(media: FootageMedia, shape: ConformShape): { seconds: number; basis: LearnedCost['basis'] } {
    const { amount, basis } = this.#pace.estimate(megapixels(media, shape));
    return { seconds: amount, basis };
  }

  record(media: FootageMedia, shape: ConformShape, seconds: number): void {
    this.#pace.record(megapixels(media, shape), seconds);
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
