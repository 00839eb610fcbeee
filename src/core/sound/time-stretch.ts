/**
 * A sound slower or faster at its own pitch, exactly as long as asked: WSOLA (Verhelst and Roelands, 1993). Windows of the
 * sound are laid over each other half and half, each taken from about where it belongs and shifted by a few milliseconds to
 * where it goes on best from the one before. Attacks (attacks.ts) are laid where they belong to the sample, and once: while
 * one sounds the windows run at its own speed, and before and after it they keep off it.
 */
import { SOUND_CHANNELS } from '../export/sound-plan';
import { type Attack, AttackFinder } from './attacks';

/** Samples from one window to the next; each is twice as long. 21 ms: a period of 47 Hz fits in. */
const HOP = 1024;
/** Samples a window may be shifted for a better fit, to either side. */
const SEARCH = 512;
/** Candidates are compared in steps of so many samples first, then each of those around the best. */
const COARSE = 8;
/** Of the latter every other sample counts: what aligns them is far below the pitch that this leaves out. */
const FINE = 2;
/** Of two that fit alike, the one nearer to its place; in units of a perfect fit, for the whole way of SEARCH. */
const SHIFT_COSTS = 0.02;

/** What of the left side windows are fitted by; not half, so that sides in opposite phase do not cancel out. */
const LEFT = 0.7;

const fadeIn = Float32Array.from({ length: HOP }, (_, i) => 0.5 - 0.5 * Math.cos((Math.PI * i) / HOP));

/** Samples that a sound of so many lasts at a speed in percent. */
export function stretchedSamples(samples: number, speed: number): number {
  return Math.floor((2 * samples * 100 + speed) / (2 * speed));
}

/** One pass over a sound, block by block; interleaved stereo in and out. */
export class TimeStretch {
  readonly #speed: number;
  /** Samples around a window's place that may be read. */
  readonly #behind: number;
  readonly #ahead: number;
  readonly #attacks = new AttackFinder();
  /** What is kept of the sound, and both sides of it as one; the first is sample #base of the sound. */
  #kept: Float32Array;
  #mixed: Float32Array;
  #base: number;
  /** Samples of the sound that came. */
  #read = 0;
  #window = 0;
  /** Middle of the last window, in the sound. */
  #middle = 0;
  /** The attack that the last window laid in its place. */
  #sounding: Attack | null = null;
  #written = 0;

  /** @param speed percent */
  constructor(speed: number) {
    this.#speed = speed;
    const step = Math.ceil((HOP * speed) / 100);
    this.#behind = step + 4 * HOP;
    this.#ahead = step + 4 * HOP;
    this.#base = -this.#behind - HOP;
    this.#kept = new Float32Array(-this.#base * SOUND_CHANNELS);
    this.#mixed = new Float32Array(-this.#base);
  }

  /** As much as is certain by now. */
  add(block: Float32Array): Float32Array<ArrayBuffer> {
    this.#append(block);
    this.#read += block.length / SOUND_CHANNELS;
    return this.#windows((place) => place + this.#ahead <= this.#read);
  }

  /** The rest. */
  finish(): Float32Array<ArrayBuffer> {
    const length = stretchedSamples(this.#read, this.#speed);
    const last = Math.ceil(length / HOP) + 1;
    const silence = this.#placeOf(last) + this.#ahead - this.#read;
    this.#append(new Float32Array(Math.max(0, silence) * SOUND_CHANNELS));
    const rest = this.#windows(() => this.#written < length);
    const tooMany = Math.max(0, this.#written - length);
    return rest.slice(0, rest.length - tooMany * SOUND_CHANNELS);
  }

  /** Where in the sound the middle of a window belongs. */
  #placeOf(window: number): number {
    return Math.floor((window * HOP * this.#speed) / 100);
  }

  #append(block: Float32Array): void {
    this.#attacks.add(block);
    const drop = Math.max(0, this.#placeOf(this.#window) - this.#behind - this.#base);
    const kept = new Float32Array(this.#kept.length + block.length - drop * SOUND_CHANNELS);
    kept.set(this.#kept.subarray(drop * SOUND_CHANNELS));
    kept.set(block, kept.length - block.length);
    const mixed = new Float32Array(kept.length / SOUND_CHANNELS);
    mixed.set(this.#mixed.subarray(drop));
    for (let i = mixed.length - block.length / SOUND_CHANNELS; i < mixed.length; i++)
      mixed[i] = LEFT * (kept[2 * i] ?? 0) + (1 - LEFT) * (kept[2 * i + 1] ?? 0);
    [this.#kept, this.#mixed, this.#base] = [kept, mixed, this.#base + drop];
  }

  /** Lays windows as long as they may be, and gives what is whole by then. */
  #windows(mayLay: (place: number) => boolean): Float32Array<ArrayBuffer> {
    const parts: Float32Array[] = [];
    for (let place = this.#placeOf(this.#window); mayLay(place); place = this.#placeOf(this.#window)) {
      if (this.#window === 0) this.#middle = 0;
      else {
        const middle = this.#middleOf(place);
        parts.push(this.#between(this.#middle, middle));
        this.#middle = middle;
        this.#written += HOP;
      }
      this.#window++;
    }
    const whole = new Float32Array(parts.length * HOP * SOUND_CHANNELS);
    parts.forEach((part, i) => whole.set(part, i * HOP * SOUND_CHANNELS));
    return whole;
  }

  /** The second half of one window under the first half of the next. */
  #between(before: number, after: number): Float32Array {
    const kept = this.#kept;
    const out = new Float32Array(HOP * SOUND_CHANNELS);
    const [left, right] = [(before - this.#base) * SOUND_CHANNELS, (after - HOP - this.#base) * SOUND_CHANNELS];
    for (let i = 0; i < out.length; i++) {
      const gain = fadeIn[i >> 1] ?? 0;
      out[i] = (1 - gain) * (kept[left + i] ?? 0) + gain * (kept[right + i] ?? 0);
    }
    return out;
  }

  #middleOf(place: number): number {
    const out = this.#window * HOP;
    this.#attacks.forgetBefore(place - this.#behind);
    let [least, most] = [place - SEARCH, place + SEARCH];
    const near: Attack[] = [];
    for (const attack of this.#attacks.found) {
      const home = this.#homeOf(attack);
      if (Math.abs(home - out) < HOP) near.push(attack);
      else if (home < out) least = Math.max(least, attack.at + HOP);
      else most = Math.min(most, attack.at - HOP);
    }
    this.#sounding = this.#soundingOf(near, out);
    if (this.#sounding !== null) return out + this.#sounding.at - this.#homeOf(this.#sounding);
    // Kept off an attack, it is sought on its side of it; between two that are close, before the next one.
    if (least > most) {
      if (most < place - SEARCH || least <= place + SEARCH) least = most - 2 * SEARCH;
      else most = least + 2 * SEARCH;
    }
    return this.#bestMiddle(
      Math.max(least, place - this.#behind + 2 * HOP),
      Math.min(most, place + this.#ahead - HOP),
      place,
    );
  }

  /** Where an attack is heard. */
  #homeOf({ at }: Attack): number {
    return stretchedSamples(at, this.#speed);
  }

  /**
   * Which of the attacks within a window it lays in its place. An attack is whole in two windows that follow one another: the
   * one that the window before has begun is ended, unless that one had nearly all of it; else the loudest of what it will be.
   */
  #soundingOf(near: readonly Attack[], out: number): Attack | null {
    const begun = near.find((attack) => attack === this.#sounding);
    if (begun !== undefined && this.#homeOf(begun) - out + HOP > HOP / 3) return begun;
    let [loudest, loudness] = [null as Attack | null, 0];
    for (const attack of near) {
      const left = this.#homeOf(attack) - out + HOP;
      const heard = attack.loudness * (fadeIn[left] ?? 1);
      if (heard > loudness) [loudest, loudness] = [attack, heard];
    }
    return loudest;
  }

  /** Where the first half of a window is most like what would follow in the sound after the one before. */
  #bestMiddle(least: number, most: number, place: number): number {
    const near = Math.min(most, Math.max(least, place));
    const [coarse, fine] = [this.#likenessIn(COARSE), this.#likenessIn(FINE)];
    let best = near;
    let bestFit = -Infinity;
    const look = (middle: number, likeness: (middle: number) => number): void => {
      const fit = likeness(middle) - (SHIFT_COSTS * Math.abs(middle - near)) / SEARCH;
      if (fit > bestFit) [best, bestFit] = [middle, fit];
    };
    look(near, coarse);
    for (let middle = least; middle <= most; middle += COARSE) look(middle, coarse);
    const around = best;
    bestFit = -Infinity;
    for (let middle = Math.max(least, around - COARSE); middle <= Math.min(most, around + COARSE); middle++)
      look(middle, fine);
    return best;
  }

  /** −1 … 1 for a place of the next window, every so many samples compared; 0 where there is silence. */
  #likenessIn(step: number): (middle: number) => number {
    const mixed = this.#mixed;
    const here = this.#middle - this.#base;
    const offset = HOP + this.#base;
    let energyHere = 0;
    for (let i = 0; i < HOP; i += step) energyHere += (mixed[here + i] ?? 0) ** 2;
    return (middle) => {
      const there = middle - offset;
      let product = 0;
      let energy = 0;
      for (let i = 0; i < HOP; i += step) {
        const value = mixed[there + i] ?? 0;
        product += value * (mixed[here + i] ?? 0);
        energy += value * value;
      }
      return energy * energyHere > 1e-12 ? product / Math.sqrt(energy * energyHere) : 0;
    };
  }
}
