import { expect, test } from 'vitest';
import type { AudioClip } from '@core/document/sound';
import { waveformBars } from './waveform-bars';

const clip = (more: Partial<AudioClip['source']> = {}, sourceIn = 0): AudioClip => ({
  ...{ kind: 'clip', id: 'c', trackId: 'a', name: 'c', start: 10, duration: 8, sourceIn },
  source: { type: 'audio', mediaId: 'm', frameCount: 16, gainDb: 0, fadeIn: 0, fadeOut: 0, ...more },
});
/** Two seconds: loud in its second one. */
const peaks = new Uint8Array(200).fill(255, 100);
const view = { from: 10, pixels: 8, pixelsPerFrame: 1, rate: { num: 8, den: 1 } };

test('a clip shows its own part of the sound, from the first pixel in sight on', () => {
  expect([...waveformBars(clip(), peaks, view)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect([...waveformBars(clip({}, 8), peaks, view)]).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  expect([...waveformBars(clip({}, 4), peaks, { ...view, from: 12, pixels: 4 })]).toEqual([0, 0, 1, 1]);
});

test('gain and fades bend it, and nothing is taller than the clip', () => {
  const loud = waveformBars(clip({ gainDb: 12 }, 8), peaks, view);
  expect(Math.max(...loud)).toBe(1);
  const quiet = waveformBars(clip({ gainDb: -20, fadeIn: 4 }, 8), peaks, view);
  expect([...quiet].map((bar) => bar.toFixed(3))).toEqual(
    [0, 0.025, 0.05, 0.075, 0.1, 0.1, 0.1, 0.1].map((bar) => bar.toFixed(3)),
  );
});

test('a slowed clip shows the same sound spread out, a sped up one gathered', () => {
  // The loud second begins at frame 8 of the sound: at half the speed at frame 16, at twice at frame 4.
  expect([...waveformBars({ ...clip({}, 12), speed: 50 }, peaks, view)]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  expect([...waveformBars({ ...clip({}, 2), speed: 200 }, peaks, { ...view, pixels: 4 })]).toEqual([0, 0, 1, 1]);
});
