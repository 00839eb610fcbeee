import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filmFrameCount, firstFilmFrame, FramesInFilm, type Clock, type FilmRange } from './frame-times';
import type { Rate } from '../time/rate';

const rates: readonly Rate[] = [
  { num: 24_000, den: 1001 },
  { num: 8, den: 1 },
  { num: 24, den: 1 },
  { num: 25, den: 1 },
  { num: 30_000, den: 1001 },
  { num: 60, den: 1 },
];

/** Which source frame each film frame of [from, to) shows. */
function shownIn(ticks: readonly number[], range: FilmRange): number[] {
  const film = new FramesInFilm<number>(range);
  const shown = ticks.map((at, frame) => film.add(at, frame));
  return [...shown, film.end()].flatMap((one) =>
    one === null ? [] : Array.from({ length: one.to - one.from }, () => one.frame),
  );
}

/** Source frame on screen at a film frame's start, by the definition: the last that has begun, in whole numbers. */
function onScreen(ticks: readonly number[], { clock, rate }: { clock: Clock; rate: Rate }, film: number): number {
  const late = clock.num * 1000 < clock.den ? clock : { num: 1, den: 1000 };
  const begun = (at: number): boolean =>
    BigInt(at) * BigInt(clock.num) * BigInt(late.den) * BigInt(rate.num) -
      BigInt(late.num * clock.den) * BigInt(rate.num) <
    BigInt(film) * BigInt(rate.den) * BigInt(clock.den) * BigInt(late.den);
  return Math.max(0, ticks.findLastIndex(begun));
}

const source = fc.record({
  clock: fc.constantFrom<Clock>(
    { num: 1, den: 90_000 },
    { num: 1, den: 1000 },
    { num: 1001, den: 30_000 },
    { num: 1, den: 25 },
  ),
  steps: fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 60 }),
  rate: fc.constantFrom(...rates),
  from: fc.integer({ min: 0, max: 40 }),
  length: fc.integer({ min: 1, max: 60 }),
});

describe('frames of a file in a film', () => {
  test('each film frame shows the source frame that is on screen when it starts, whatever the rates', () => {
    fc.assert(
      fc.property(source, ({ clock, steps, rate, from, length }) => {
        // A clock of a whole frame per tick would make hours of these steps.
        const scale = clock.den / clock.num > 500 ? 1 : 9_000;
        let at = 0;
        const ticks = [0, ...steps].map((step) => (at += Math.ceil(step / scale)) - 1);
        const range = { clock, rate, from, to: from + length };
        const expected = Array.from({ length }, (_, i) => onScreen(ticks, range, from + i));
        expect(shownIn(ticks, range)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['24000/1001', { num: 24_000, den: 1001 }, { num: 24_000, den: 1001 }, [0, 1, 2, 3, 4, 5, 6, 7]],
    ['25 in 24', { num: 25, den: 1 }, { num: 24, den: 1 }, [0, 1, 2, 3, 4, 5, 6, 7]],
    ['30000/1001 in 8', { num: 30_000, den: 1001 }, { num: 8, den: 1 }, [0, 3, 7, 11, 14, 18, 22, 26]],
    ['60 in 24', { num: 60, den: 1 }, { num: 24, den: 1 }, [0, 2, 5, 7, 10, 12, 15, 17]],
    ['8 in 24', { num: 8, den: 1 }, { num: 24, den: 1 }, [0, 0, 0, 1, 1, 1, 2, 2]],
  ])('%s', (_name, from, to, expected) => {
    const clock = { num: 1, den: from.num };
    const ticks = Array.from({ length: 40 }, (_, i) => i * from.den);
    expect(shownIn(ticks, { clock, rate: to, from: 0, to: 8 })).toEqual(expected);
  });

  test('milliseconds of a Matroska file fall on the film frames they were rounded from', () => {
    for (const rate of rates) {
      const ticks = Array.from({ length: 500 }, (_, i) => Math.round((i * 1000 * rate.den) / rate.num));
      const range = { clock: { num: 1, den: 1000 }, rate, from: 0, to: 500 };
      expect(shownIn(ticks, range)).toEqual(ticks.map((_, i) => i));
    }
  });

  test('the last frame of an hour at a fine clock is exact', () => {
    const clock = { num: 1, den: 90_000 };
    const frames = 60 * 60 * 60;
    expect(firstFilmFrame(frames * 1500, clock, { num: 60, den: 1 })).toBe(frames);
    expect(filmFrameCount(frames * 1500, clock, { num: 24_000, den: 1001 })).toBe(86_314);
  });

  test('a file covers the film frame it ends in, and at least one', () => {
    expect(filmFrameCount(120, { num: 1001, den: 30_000 }, { num: 8, den: 1 })).toBe(33);
    expect(filmFrameCount(1, { num: 1, den: 90_000 }, { num: 8, den: 1 })).toBe(1);
    expect(filmFrameCount(96, { num: 1001, den: 24_000 }, { num: 24_000, den: 1001 })).toBe(96);
  });
});
