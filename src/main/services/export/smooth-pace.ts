/** How long the frames in between take to draw: it goes by their pixels; the graph is opened first. */
import { framesBetween } from '@core/interpolation/smoothing';
import type { SmoothFilm } from '../../studio';
import { LearnedPace } from '../queue/learned-pace';
import type { SettingStore } from '../settings/setting-store';

const NOTHING = { seconds: 0, basis: 'measured' } as const;

export class SmoothPace {
  readonly #pace: LearnedPace;

  constructor(settings: Pick<SettingStore, 'get' | 'set'>) {
    const key = 'export.smoothing.secondsPerMegapixel';
    this.#pace = new LearnedPace(settings, { key, typical: 3, startSeconds: 0.5 });
  }

  estimate(film: SmoothFilm): ReturnType<LearnedPace['estimate']> {
    const size = megapixels(film);
    return size === 0 ? NOTHING : this.#pace.estimate(size);
  }

  record(film: SmoothFilm, seconds: number): void {
    const size = megapixels(film);
    if (size > 0) this.#pace.record(size, seconds);
  }
}

/** That have to be drawn. A GIF goes over the film twice. */
function megapixels({ width, height, frameCount, smoothing, preset }: SmoothFilm): number {
  const passes = preset === 'gif' ? 2 : 1;
  return (passes * framesBetween(frameCount, smoothing) * width * height) / 1e6;
}
