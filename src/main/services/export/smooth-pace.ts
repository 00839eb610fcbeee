/**
 * How long the frames in between take to draw, from how long they took: it goes by their pixels. Before the first film, what
 * one core of a small machine needed stands in.
 */
import { framesBetween } from '@core/interpolation/smoothing';
import type { SmoothFilm } from '../../studio';
import type { SettingStore } from '../settings/setting-store';

const KEY = 'export.smoothing.secondsPerMegapixel';
const TYPICAL = 3;
/** Of the newest measurement in what is kept. */
const WEIGHT = 0.5;
/** Opening the graph. */
const START_SECONDS = 0.5;

export class SmoothPace {
  readonly #settings: Pick<SettingStore, 'get' | 'set'>;

  constructor(settings: Pick<SettingStore, 'get' | 'set'>) {
    this.#settings = settings;
  }

  estimate(film: SmoothFilm): { seconds: number; basis: 'measured' | 'typical' } {
    const measured = this.#measured();
    const basis = measured === null ? 'typical' : 'measured';
    return { seconds: film.smoothing === 1 ? 0 : START_SECONDS + megapixels(film) * (measured ?? TYPICAL), basis };
  }

  /** Learns from an export that ran to its end. */
  record(film: SmoothFilm, seconds: number): void {
    const size = megapixels(film);
    if (size === 0) return;
    const pace = Math.max(seconds / 10, seconds - START_SECONDS) / size;
    const before = this.#measured();
    this.#settings.set(KEY, before === null ? pace : before + (pace - before) * WEIGHT);
  }

  #measured(): number | null {
    const kept = this.#settings.get(KEY);
    return typeof kept === 'number' && kept > 0 ? kept : null;
  }
}

/** That have to be drawn. A GIF goes over the film twice. */
function megapixels({ width, height, frameCount, smoothing, preset }: SmoothFilm): number {
  const passes = preset === 'gif' ? 2 : 1;
  return (passes * framesBetween(frameCount, smoothing) * width * height) / 1e6;
}
