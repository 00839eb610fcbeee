/**
 * What work costs that goes by its pixels (seconds, bytes), from what it cost: so much a megapixel, kept in the settings.
 * Before the first run, a typical rate stands in.
 */
import type { SettingStore } from '../settings/setting-store';

export interface RateOptions {
  /** Of the setting. */
  readonly key: string;
  /** A megapixel, until something was measured. */
  readonly typical: number;
  /** What a run costs before its first pixel. */
  readonly start: number;
}

export interface LearnedCost {
  readonly amount: number;
  readonly basis: 'measured' | 'typical';
}

/** Of the newest measurement in what is kept. */
const WEIGHT = 0.5;

export class LearnedRate {
  readonly #settings: Pick<SettingStore, 'get' | 'set'>;
  readonly #options: RateOptions;

  constructor(settings: Pick<SettingStore, 'get' | 'set'>, options: RateOptions) {
    this.#settings = settings;
    this.#options = options;
  }

  estimate(megapixels: number): LearnedCost {
    const measured = this.#measured();
    const { start, typical } = this.#options;
    return {
      amount: start + megapixels * (measured ?? typical),
      basis: measured === null ? 'typical' : 'measured',
    };
  }

  /** Learns from a run that came to its end. */
  record(megapixels: number, amount: number): void {
    // A short one is nearly all start.
    const rate = Math.max(amount / 10, amount - this.#options.start) / megapixels;
    const before = this.#measured();
    this.#settings.set(this.#options.key, before === null ? rate : before + (rate - before) * WEIGHT);
  }

  #measured(): number | null {
    const kept = this.#settings.get(this.#options.key);
    return typeof kept === 'number' && kept > 0 ? kept : null;
  }
}
