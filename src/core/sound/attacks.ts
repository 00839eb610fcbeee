/**
 * Attacks: places where a sound is at once much louder than it was, as a hit, a click or a word after a pause. The ear
 * places a sound by them, so they must not be smeared or heard twice when it is stretched.
 */

import { SOUND_CHANNELS } from '../export/sound-plan';

/** Where it begins, in samples of the sound, and the mean square of what begins. */
export interface Attack {
  readonly at: number;
  readonly loudness: number;
}

const BLOCK = 64;
/** Blocks of the past that it is louder than: 32 ms, longer than a period of any voice. */
const PAST = 24;
/** 6 dB in loudness, four times in energy, above the loudest of them. */
const RISE = 4;
/** −50 dB: what is quieter places nothing. */
const LEAST = 1e-5;

/** Fed with a sound in the order of time, interleaved stereo. */
export class AttackFinder {
  #found: Attack[] = [];
  readonly #past: number[] = new Array<number>(PAST).fill(0);
  /** The louder side of each sample. */
  #block = new Float32Array(BLOCK);
  #previous = new Float32Array(BLOCK);
  #filled = 0;
  #read = 0;

  /** In the order of time. */
  get found(): readonly Attack[] {
    return this.#found;
  }

  forgetBefore(sample: number): void {
    const first = this.#found.findIndex(({ at }) => at >= sample);
    if (first !== 0) this.#found = first === -1 ? [] : this.#found.slice(first);
  }

  add(samples: Float32Array): void {
    for (let at = 0; at < samples.length; at += SOUND_CHANNELS) {
      const [left, right] = [samples[at] ?? 0, samples[at + 1] ?? 0];
      this.#block[this.#filled++] = Math.abs(left) > Math.abs(right) ? left : right;
      if (this.#filled < BLOCK) continue;
      this.#look();
      [this.#previous, this.#block] = [this.#block, this.#previous];
      this.#filled = 0;
      this.#read += BLOCK;
    }
  }

  #look(): void {
    let energy = 0;
    for (const value of this.#block) energy += value * value;
    const loudness = energy / BLOCK;
    if (loudness > LEAST && loudness > RISE * Math.max(...this.#past)) {
      const half = this.#block.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 2;
      const isLoud = (value: number): boolean => Math.abs(value) >= half;
      const before = this.#previous.findIndex(isLoud);
      const at = before === -1 ? this.#read + this.#block.findIndex(isLoud) : this.#read - BLOCK + before;
      const last = this.#found.at(-1);
      // A rise that takes several blocks is one attack.
      if (last === undefined || at - last.at > PAST * BLOCK) this.#found.push({ at, loudness });
    }
    this.#past.shift();
    this.#past.push(loudness);
  }
}
