/**
 * Playback: where the playhead is and how fast it moves. Never in the document.
 * The clock counts from the moment play began, so a late animation frame skips pictures instead of slowing the film;
 * the pictures skipped at normal speed are counted in `droppedFrames`.
 */
import { framesPerSecond } from '@core/time/rate';
import type { Rate } from '@core/time/rate';

/** What is being played: read anew on every tick, so edits during playback take effect at once. */
export interface TransportSource {
  readonly rate: Rate;
  /** Project frames [from, to) that play and loop; empty when there is no film. */
  readonly range: { readonly from: number; readonly to: number };
  /** Exclusive end of the film: seeking goes up to the frame after the last. */
  readonly end: number;
}

/** Milliseconds and animation frames, injected so that tests own time. */
export interface TransportClock {
  now(): number;
  requestFrame(callback: () => void): number;
  cancelFrame(id: number): void;
}

export const windowClock: TransportClock = {
  now: () => performance.now(),
  requestFrame: (callback) => requestAnimationFrame(callback),
  cancelFrame: (id) => cancelAnimationFrame(id),
};

const MAX_SPEED = 8;

export class Transport {
  /** Project frame under the playhead. */
  playhead = $state(0);
  isPlaying = $state(false);
  /** −8 … 8; 1 is normal. Kept while paused only until K or play resets it. */
  speed = $state(1);
  isLooping = $state(false);
  /** True between a scrub's first and last seek, so that caches may prefer speed over completeness. */
  isScrubbing = $state(false);
  /** Pictures skipped since play began. */
  droppedFrames = $state(0);
  /** Project frames that play over and over while something is judged; wins over in and out. Never in the document. */
  audition: { readonly from: number; readonly to: number } | null = $state.raw(null);
  /** Exclusive frame up to which the playhead may go although the film ends before, while a longer one is looked at. */
  reach = $state(0);

  /** The frame play goes on from, and when that was: what runs beside the picture takes its time from it. */
  anchor: { readonly frame: number; readonly atMs: number } = $state.raw({ frame: 0, atMs: 0 });

  readonly #source: () => TransportSource | null;
  readonly #clock: TransportClock;
  #request: number | null = null;

  constructor(source: () => TransportSource | null, clock: TransportClock = windowClock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** Moves the playhead, clamped to the film; during playback it plays on from there. */
  seek(frame: number, options: { isScrub?: boolean } = {}): void {
    const end = Math.max(this.#source()?.end ?? 0, this.reach);
    this.isScrubbing = options.isScrub ?? false;
    this.playhead = Math.max(0, Math.min(Math.round(frame), Math.max(0, end)));
    this.#anchor();
  }

  step(delta: number): void {
    this.pause();
    this.seek(this.playhead + delta);
  }

  play(): void {
    const range = this.#range(this.#source());
    if (range === null) return;
    if (this.speed === 0) this.speed = 1;
    if (this.speed > 0 && this.playhead >= range.to - 1) this.playhead = range.from;
    if (this.speed < 0 && this.playhead <= range.from) this.playhead = range.to - 1;
    this.isScrubbing = false;
    this.droppedFrames = 0;
    this.isPlaying = true;
    this.#anchor();
    this.#schedule();
  }

  pause(): void {
    if (this.#request !== null) this.#clock.cancelFrame(this.#request);
    this.#request = null;
    this.isPlaying = false;
  }

  /** Space: plays at normal speed, or stops. */
  toggle(): void {
    if (this.isPlaying) return this.reset();
    this.speed = 1;
    this.play();
  }

  /** J and L: 1, 2, 4, 8 times; the other direction starts again at 1. */
  shuttle(direction: -1 | 1): void {
    const isFaster = this.isPlaying && Math.sign(this.speed) === direction;
    this.speed = isFaster ? direction * Math.min(MAX_SPEED, Math.abs(this.speed) * 2) : direction;
    if (this.isPlaying) this.#anchor();
    else this.play();
  }

  /** K: stops and goes back to normal speed. */
  reset(): void {
    this.pause();
    this.speed = 1;
  }

  toggleLoop(): void {
    this.isLooping = !this.isLooping;
  }

  /** Milliseconds on the clock of `anchor`. */
  clockNow(): number {
    return this.#clock.now();
  }

  /** Project frames [start, end) between which play goes; none when there is nothing to play. */
  bounds(): { readonly start: number; readonly end: number } {
    const range = this.#range(this.#source());
    return { start: range?.from ?? 0, end: range?.to ?? 0 };
  }

  /** What plays now; null when that is nothing. */
  #range(source: TransportSource | null): TransportSource['range'] | null {
    if (source === null) return null;
    const { from, to } = this.audition ?? source.range;
    // In and out stay what they are; only the open end of the film moves.
    const end = this.audition === null && to === source.end ? Math.max(to, this.reach) : to;
    return end <= from ? null : { from, to: end };
  }

  #anchor(): void {
    this.anchor = { frame: this.playhead, atMs: this.#clock.now() };
  }

  #schedule(): void {
    if (this.#request !== null) return;
    this.#request = this.#clock.requestFrame(() => {
      this.#request = null;
      this.#tick();
    });
  }

  #tick(): void {
    const source = this.#source();
    if (!this.isPlaying) return;
    const range = this.#range(source);
    if (source === null || range === null) return this.reset();
    const elapsedSec = (this.#clock.now() - this.anchor.atMs) / 1000;
    const target = this.anchor.frame + Math.trunc(elapsedSec * framesPerSecond(source.rate) * this.speed);
    const { from, to } = range;
    if (this.speed > 0 ? target >= to : target < from) {
      if (!this.isLooping && this.audition === null) {
        this.playhead = this.speed > 0 ? to - 1 : from;
        return this.reset();
      }
      this.playhead = this.speed > 0 ? from : to - 1;
      this.#anchor();
    } else {
      const skipped = Math.abs(target - this.playhead) - Math.max(1, Math.abs(this.speed));
      if (skipped > 0) this.droppedFrames += skipped;
      if (target !== this.playhead) this.playhead = target;
    }
    this.#schedule();
  }
}
