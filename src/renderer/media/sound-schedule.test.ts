import { expect, test } from 'vitest';
import type { SoundClip, SoundPlan } from '@core/export/sound-plan';
import { backwards, scheduleSounds } from './sound-schedule';

const plan = (clip: Partial<SoundClip>): SoundPlan => ({
  length: 96_000,
  clips: [
    { mediaId: 'm', speed: 100, sourceStart: 0, start: 0, length: 48_000, gainDb: 0, fadeIn: 0, fadeOut: 0, ...clip },
  ],
});

test('a clip begins when the picture does, at its own place in the file', () => {
  expect(scheduleSounds(plan({ start: 24_000, sourceStart: 12_000 }), 10, 9.9)).toMatchObject([
    { clip: { mediaId: 'm', speed: 100 }, at: 10.5, offset: 0.25, duration: 1 },
  ]);
});

test('what has begun already goes on from where it would be, and what is over is left out', () => {
  const [late] = scheduleSounds(plan({ sourceStart: 12_000 }), 10, 10.4);
  expect(late?.at).toBeCloseTo(10.4, 6);
  expect([late?.offset, late?.duration].map((value) => value?.toFixed(6))).toEqual(['0.650000', '0.600000']);
  expect(scheduleSounds(plan({}), 10, 11)).toEqual([]);
  const [before] = scheduleSounds(plan({ start: -12_000 }), 10, 10);
  expect([before?.at, before?.offset, before?.duration]).toEqual([10, 0.25, 0.75]);
});

test('nothing sounds after the end of what plays', () => {
  expect(scheduleSounds(plan({ start: 72_000 }), 0, 0)).toMatchObject([{ at: 1.5, duration: 0.5 }]);
});

test('gain and fades are told as points in time, also from within a fade', () => {
  const fading = plan({ length: 48_000, fadeIn: 24_000, fadeOut: 12_000, gainDb: 0 });
  expect(scheduleSounds(fading, 0, 0)[0]?.loudness).toEqual([
    { at: 0, gain: 0 },
    { at: 0.5, gain: 1 },
    { at: 0.75, gain: 1 },
    { at: 1, gain: 0 },
  ]);
  expect(scheduleSounds(fading, 0, 0.25)[0]?.loudness[0]).toEqual({ at: 0.25, gain: 0.5 });
});

test('at twice the speed the same part of the file takes half the time, with its fades', () => {
  const [sound] = scheduleSounds(plan({ start: 24_000, sourceStart: 12_000, fadeIn: 24_000 }), 10, 9.9, 2);
  expect(sound).toMatchObject({ at: 10.25, offset: 0.25, duration: 1 });
  expect([sound?.loudness[1], sound?.loudness.at(-1)]).toEqual([
    { at: 10.5, gain: 1 },
    { at: 10.75, gain: 1 },
  ]);
});

test('backwards a clip is heard from its end, out of the reversed file, faded the other way round', () => {
  const forwards = plan({ start: 12_000, sourceStart: 6_000, length: 48_000, fadeIn: 24_000, fadeOut: 12_000 });
  const reverse = backwards(forwards, () => 96_000);
  expect(reverse.clips).toMatchObject([{ start: 36_000, sourceStart: 42_000, fadeIn: 12_000, fadeOut: 24_000 }]);
  // The sample heard at a time of the reverse is the one heard as long before the end of the plan.
  const [there] = scheduleSounds(forwards, 0, 0);
  const [back] = scheduleSounds(reverse, 0, 0);
  const end = (there?.at ?? 0) + (there?.duration ?? 0);
  expect(back?.at).toBeCloseTo(2 - end, 9);
  expect(back?.offset).toBeCloseTo(2 - ((there?.offset ?? 0) + (there?.duration ?? 0)), 9);
  expect(
    backwards(
      backwards(forwards, () => 96_000),
      () => 96_000,
    ),
  ).toEqual(forwards);
  expect(backwards(forwards, () => null).clips).toEqual([]);
});

test('of a file that ends before its clip does the reverse begins with silence', () => {
  const reverse = backwards(plan({ length: 48_000 }), () => 36_000);
  expect(scheduleSounds(reverse, 0, 0)).toMatchObject([{ at: 1.25, offset: 0, duration: 0.75 }]);
});
