import { expect, test } from 'vitest';
import type { SettingValue } from '@contracts/settings';
import { SmoothPace } from './smooth-pace';

test('the time for frames in between goes by their pixels and learns from what it took', () => {
  const kept = new Map<string, SettingValue>();
  const pace = new SmoothPace({ get: (key) => kept.get(key) ?? null, set: (key, value) => void kept.set(key, value) });
  const film = { width: 1000, height: 500, frameCount: 5, smoothing: 3, preset: 'h264-mp4' } as const;
  // Eight frames of half a megapixel.
  expect(pace.estimate(film)).toEqual({ seconds: 12.5, basis: 'typical' });
  expect(pace.estimate({ ...film, preset: 'gif' }).seconds).toBe(24.5);
  expect(pace.estimate({ ...film, smoothing: 1 })).toEqual({ seconds: 0, basis: 'measured' });
  pace.record({ ...film, smoothing: 1 }, 60);
  expect(kept.size).toBe(0);
  pace.record(film, 4.5);
  expect(pace.estimate(film)).toEqual({ seconds: 4.5, basis: 'measured' });
  pace.record(film, 8.5);
  expect(pace.estimate(film).seconds).toBe(6.5);
});
