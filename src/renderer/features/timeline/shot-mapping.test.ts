import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRate } from '@core/time/rate';
import { projectFrameOf, rangeInClip, shotBoundaryNear, shotFrameAt } from './shot-mapping';

const rates = fc.constantFrom(createRate(8), createRate(12), createRate(24), createRate(24000, 1001), createRate(30));
const aClip = fc.record({
  start: fc.integer({ min: 0, max: 10_000 }),
  duration: fc.integer({ min: 1, max: 500 }),
  sourceIn: fc.integer({ min: -300, max: 300 }),
});

test('an eighth-second shot in a 24 fps film covers three frames with each of its own', () => {
  const clip = { start: 100, duration: 27, sourceIn: 0 };
  const [shot, film] = [createRate(8), createRate(24)];
  expect({
    range: rangeInClip(clip, { from: 2, to: 5 }, shot, film),
    whole: rangeInClip(clip, { from: 0, to: 9 }, shot, film),
    shown: [100, 102, 103, 126].map((frame) => shotFrameAt(clip, frame, shot, film)),
  }).toEqual({ range: { from: 106, to: 115 }, whole: { from: 100, to: 127 }, shown: [0, 0, 1, 8] });
});

test('a trimmed clip shows only what is left, and nothing of what was cut away', () => {
  const clip = { start: 10, duration: 6, sourceIn: 4 };
  const rate = createRate(24);
  expect([
    rangeInClip(clip, { from: 0, to: 4 }, rate, rate),
    rangeInClip(clip, { from: 0, to: 6 }, rate, rate),
    rangeInClip(clip, { from: 9, to: 40 }, rate, rate),
    rangeInClip(clip, { from: 10, to: 40 }, rate, rate),
  ]).toEqual([null, { from: 10, to: 12 }, { from: 15, to: 16 }, null]);
});

test('after a backward extension the shot has frames below zero', () => {
  const clip = { start: 0, duration: 24, sourceIn: -8 };
  expect(rangeInClip(clip, { from: -8, to: 0 }, createRate(24), createRate(24))).toEqual({ from: 0, to: 8 });
});

test('a project frame lies in a range exactly when the frame on screen does', () => {
  fc.assert(
    fc.property(
      aClip,
      rates,
      rates,
      fc.integer({ min: -50, max: 50 }),
      fc.integer({ min: 1, max: 50 }),
      (clip, shot, film, from, length) => {
        const range = rangeInClip(clip, { from, to: from + length }, shot, film);
        for (let frame = clip.start; frame < clip.start + clip.duration; frame += 7) {
          const shown = shotFrameAt(clip, frame, shot, film);
          const isInside = shown >= from && shown < from + length;
          expect(range !== null && frame >= range.from && frame < range.to).toBe(isInside);
        }
      },
    ),
  );
});

test('a boundary dragged onto itself does not move when the film is at least as fast as the shot', () => {
  fc.assert(
    fc.property(aClip, fc.integer({ min: -100, max: 100 }), (clip, boundary) => {
      const [shot, film] = [createRate(8), createRate(24)];
      expect(shotBoundaryNear(clip, projectFrameOf(clip, boundary, shot, film), shot, film)).toBe(boundary);
    }),
  );
});
