import { describe, expect, it } from 'vitest';
import { Transport } from './transport.svelte';
import type { TransportClock } from './transport.svelte';

/** Time that moves when told: `advance` runs the animation frame that is due. */
class FakeClock implements TransportClock {
  ms = 0;
  #callback: (() => void) | null = null;
  now(): number {
    return this.ms;
  }
  requestFrame(callback: () => void): number {
    this.#callback = callback;
    return 1;
  }
  cancelFrame(): void {
    this.#callback = null;
  }
  advance(ms: number): void {
    this.ms += ms;
    const due = this.#callback;
    this.#callback = null;
    due?.();
  }
}

function playing(rate = { num: 24, den: 1 }, end = 48, range = { from: 0, to: end }) {
  const clock = new FakeClock();
  const transport = new Transport(() => ({ rate, end, range }), clock);
  return { clock, transport };
}

describe('playback', () => {
  it('follows the clock at 23.976 without drifting', () => {
    const { clock, transport } = playing({ num: 24_000, den: 1_001 }, 1_000);
    transport.play();
    for (let frame = 0; frame < 600; frame += 1) clock.advance(1_000 / 60);
    expect(transport.playhead).toBe(239);
  });

  it('stops on the last frame, and starts over when played from there', () => {
    const { clock, transport } = playing();
    transport.play();
    clock.advance(10_000);
    expect({ playhead: transport.playhead, isPlaying: transport.isPlaying }).toEqual({
      playhead: 47,
      isPlaying: false,
    });
    transport.play();
    expect(transport.playhead).toBe(0);
  });

  it('loops in its range', () => {
    const { clock, transport } = playing({ num: 24, den: 1 }, 48, { from: 10, to: 20 });
    transport.isLooping = true;
    transport.seek(19);
    transport.play();
    expect(transport.playhead).toBe(10);
    clock.advance(500);
    expect({ playhead: transport.playhead, isPlaying: transport.isPlaying }).toEqual({ playhead: 10, isPlaying: true });
  });

  it('counts the pictures a late animation frame skips', () => {
    const { clock, transport } = playing();
    transport.play();
    clock.advance(250);
    expect({ playhead: transport.playhead, dropped: transport.droppedFrames }).toEqual({ playhead: 6, dropped: 5 });
  });

  it('shuttles 1, 2, 4, 8, no further, and starts at 1 the other way', () => {
    const { transport } = playing();
    transport.seek(20);
    const speeds: number[] = [];
    for (const direction of [1, 1, 1, 1, 1, -1, -1] as const) {
      transport.shuttle(direction);
      speeds.push(transport.speed);
    }
    expect(speeds).toEqual([1, 2, 4, 8, 8, -1, -2]);
    transport.reset();
    expect({ speed: transport.speed, isPlaying: transport.isPlaying }).toEqual({ speed: 1, isPlaying: false });
  });

  it('plays backwards to the first frame', () => {
    const { clock, transport } = playing();
    transport.seek(12);
    transport.shuttle(-1);
    clock.advance(250);
    expect(transport.playhead).toBe(6);
    clock.advance(5_000);
    expect({ playhead: transport.playhead, isPlaying: transport.isPlaying }).toEqual({ playhead: 0, isPlaying: false });
  });

  it('keeps the playhead inside the film and does not play an empty one', () => {
    const { transport } = playing({ num: 24, den: 1 }, 0);
    transport.seek(99);
    transport.play();
    expect({ playhead: transport.playhead, isPlaying: transport.isPlaying }).toEqual({ playhead: 0, isPlaying: false });
    const film = playing().transport;
    film.seek(-5);
    expect(film.playhead).toBe(0);
    film.seek(1e9);
    expect(film.playhead).toBe(48);
  });

  it('plays an audition over and over, before in and out, whether or not it loops', () => {
    const { clock, transport } = playing({ num: 24, den: 1 }, 48, { from: 30, to: 40 });
    transport.audition = { from: 6, to: 18 };
    transport.seek(6);
    transport.play();
    const seen = new Set<number>();
    for (let i = 0; i < 100; i += 1) {
      clock.advance(1_000 / 24);
      seen.add(transport.playhead);
    }
    expect([Math.min(...seen), Math.max(...seen), transport.isPlaying]).toEqual([6, 17, true]);
  });

  it('goes past the end of the film while something longer is looked at', () => {
    const { clock, transport } = playing();
    transport.reach = 60;
    transport.seek(55);
    expect(transport.playhead).toBe(55);
    transport.play();
    clock.advance(5_000);
    expect({ playhead: transport.playhead, isPlaying: transport.isPlaying }).toEqual({
      playhead: 59,
      isPlaying: false,
    });
  });
});
