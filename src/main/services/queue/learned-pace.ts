/**
 * How long work takes that goes by its pixels, from how long it took: seconds a megapixel, kept in the settings. Before the
 * first run, what a small two-core machine needed stands in.
 */
import type { SettingStore } from '../settings/setting-store';

export interface PaceOptions {
  /** Of the setting. */
  readonly key: string;
  /** Seconds a megapixel. */
  readonly typical: number;
  /** What a run takes before its first pixel. */
  readonly startSeconds: number;
}

/** Of the newest measurement in what is kept. */
const WEIGHT = 0.5;

export class LearnedPace {
  readonly #settings: Pick<SettingStore, 'get' | 'set'>;
  readonly #options: PaceOptions;

  constructor(settings: Pick<SettingStore, 'get' | 'set'>, options: PaceOptions) {
    this.#settings = settings;
    this.#options = options;
  }

  estimate(megapixels: number): { seconds: number; basis: 'measured' | 'typical' } {
    const measured = this.#measured();
    const { startSeconds, typical } = this.#options;
    const seconds = startSeconds + megapixels * (measured ?? typical);
    return { seconds, basis: measured === null ? 'typical' : 'measured' };
  }

  /** Learns from a run that came to its end. */
  record(megapixels: number, seconds: number): void {
    // A short one is nearly all start.
    const pace = Math.max(seconds / 10, seconds - this.#options.startSeconds) / megapixels;
    const before = this.#measured();
    this.#settings.set(this.#options.key, before === null ? pace : before + (pace - before) * WEIGHT);
  }

  #measured(): number | null {
    const kept = this.#settings.get(this.#options.key);
    return typeof kept === 'number' && kept > 0 ? kept : null;
  }
}
