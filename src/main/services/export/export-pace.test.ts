import { expect, test } from 'vitest';
import type { SettingValue } from '@contracts/settings';
import { ExportPace } from './export-pace';

function paceWithNothingLearnt(): { pace: ExportPace; kept: Map<string, SettingValue> } {
  const kept = new Map<string, SettingValue>();
  const settings = {
    get: (key: string) => kept.get(key) ?? null,
    set: (key: string, value: SettingValue) => void kept.set(key, value),
  };
  return { pace: new ExportPace(settings), kept };
}

/** Half a megapixel a frame. */
const film = { width: 1000, height: 500, frameCount: 20, smoothing: 1, preset: 'h264-mp4' } as const;

test('each format learns its own pace from what its exports took', () => {
  const { pace, kept } = paceWithNothingLearnt();
  expect(pace.estimate(film).basis).toBe('typical');
  pace.record(film, 5.4);
  expect(pace.estimate(film)).toEqual({ seconds: 5.4, basis: 'measured' });
  expect(pace.estimate({ ...film, frameCount: 40 }).seconds).toBeCloseTo(10.4);
  expect(pace.estimate({ ...film, preset: 'prores-mov' }).basis).toBe('typical');
  pace.record({ ...film, frameCount: 0 }, 60);
  expect(kept.size).toBe(1);
});

test('frames in between are drawn at a pace of their own, over which a GIF goes twice', () => {
  const { pace } = paceWithNothingLearnt();
  const plain = pace.estimate({ ...film, frameCount: 10 }).seconds;
  const smooth = { ...film, frameCount: 5, smoothing: 3 } as const;
  // Eight frames in between, and fifteen to write.
  const typical = pace.estimate(smooth);
  expect(typical.seconds).toBeGreaterThan(12.5 + plain / 2);
  expect(pace.estimate({ ...smooth, preset: 'gif' }).seconds).toBeGreaterThan(24.5);
  pace.record({ ...film, frameCount: 15 }, 1.15);
  pace.record(smooth, 1.15 + 4.5);
  expect(pace.estimate(smooth)).toEqual({ seconds: 5.65, basis: 'measured' });
});
