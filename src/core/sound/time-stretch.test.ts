import { expect, test } from 'vitest';
import { clicks } from '../../../test/support/sounds';
import { SOUND_CHANNELS, SOUND_RATE } from '../export/sound-plan';
import { stretchedSamples, TimeStretch } from './time-stretch';

const RATE = SOUND_RATE.num;

/** @param right the right side, as a factor of the left one */
function stereo(samples: Float32Array, right: number): Float32Array {
  return Float32Array.from(
    { length: samples.length * SOUND_CHANNELS },
    (_, i) => (samples[i >> 1] ?? 0) * (i % 2 === 0 ? 1 : right),
  );
}

/** In blocks of uneven length, as a decoder gives them. @returns its left side */
function stretched(samples: Float32Array, speed: number, { blockSamples = 5_003, right = 1 } = {}): Float32Array {
  const sound = stereo(samples, right);
  const stretch = new TimeStretch(speed);
  const parts: Float32Array[] = [];
  const step = blockSamples * SOUND_CHANNELS;
  for (let at = 0; at < sound.length; at += step) parts.push(stretch.add(sound.subarray(at, at + step)));
  parts.push(stretch.finish());
  return Float32Array.from(parts.flatMap((part) => [...part.filter((_, i) => i % 2 === 0)]));
}

function tone(hertz: number, seconds: number): Float32Array {
  return Float32Array.from({ length: seconds * RATE }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / RATE));
}

/** Samples at which something loud begins after 10 ms without. */
function onsets(samples: Float32Array): number[] {
  const found: number[] = [];
  let loudAt = -RATE;
  samples.forEach((value, at) => {
    if (Math.abs(value) < 0.3) return;
    if (at - loudAt > RATE / 100) found.push(at);
    loudAt = at;
  });
  return found;
}

const speeds = [10, 33, 50, 90, 137, 200, 400, 1_000];

test.each(speeds)(
  'at %i percent a sound is exactly as long as asked, and each click is heard once, on its sample',
  (speed) => {
    const times = [0, 0.25, 0.7, 1.1, 1.93];
    const sound = clicks(2.001, times);
    const noise = Float32Array.from(sound, (value, i) => value + 0.01 * Math.sin(i * i));
    for (const heard of [sound, noise].map((one) => stretched(one, speed))) {
      expect(heard).toHaveLength(Math.round((2.001 * RATE * 100) / speed));
      expect(onsets(heard)).toEqual(times.map((at) => Math.round((at * RATE * 100) / speed)));
    }
  },
);

test.each([33, 50, 75, 150, 200])(
  'at %i percent a roll of 16 hits a second keeps each of them in its place',
  (speed) => {
    const times = Array.from({ length: 30 }, (_, i) => 0.05 + i * 0.06);
    expect(onsets(stretched(clicks(2, times), speed))).toEqual(
      times.map((at) => Math.round((Math.round(at * RATE) * 100) / speed)),
    );
  },
);

test.each(speeds)('at %i percent a tone keeps its pitch and its loudness', (speed) => {
  for (const hertz of [110, 440, 2_000]) {
    const heard = stretched(tone(hertz, 2), speed).subarray(2_400, -2_400);
    const crossings = heard.reduce(
      (sum, value, i) => sum + Number(i > 0 && value >= 0 !== (heard[i - 1] ?? 0) >= 0),
      0,
    );
    // One crossing more or less is where the piece happens to begin and end.
    expect(Math.abs(crossings - (2 * hertz * heard.length) / RATE)).toBeLessThan(2 + 0.003 * crossings);
    for (let at = 0; at + 2_400 <= heard.length; at += 2_400)
      expect(Math.max(...heard.subarray(at, at + 2_400))).toBeGreaterThan(0.46);
  }
});

test('how it comes in blocks makes no difference, and at its own speed nothing is changed', () => {
  const sound = Float32Array.from(tone(300, 1), (value, i) => value + 0.1 * Math.sin(i * i));
  expect(stretched(sound, 66, { blockSamples: 100 })).toEqual(stretched(sound, 66, { blockSamples: 48_000 }));
  const own = stretched(sound, 100);
  expect(own).toHaveLength(sound.length);
  own.forEach((value, i) => expect(value).toBeCloseTo(sound[i] ?? 0, 6));
});

test('both sides are heard out: in opposite phase, or with one of them silent, nothing is lost', () => {
  const sound = Float32Array.from(tone(300, 1), (value, i) => value * (i > 20_000 ? 1 : 0));
  const wanted = stretched(sound, 50);
  for (const right of [-1, 0]) {
    const heard = stretched(sound, 50, { right });
    expect(onsets(heard)).toEqual(onsets(wanted));
    for (let at = 44_000; at + 2_400 <= heard.length; at += 2_400)
      expect(Math.max(...heard.subarray(at, at + 2_400))).toBeGreaterThan(0.46);
  }
});

test('of nothing comes nothing, and of a single sample what it lasts', () => {
  expect(stretched(new Float32Array(0), 50)).toHaveLength(0);
  expect(stretched(new Float32Array(1), 10)).toHaveLength(10);
  expect(stretchedSamples(3, 200)).toBe(2);
});
