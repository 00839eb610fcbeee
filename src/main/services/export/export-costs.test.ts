import { expect, test } from 'vitest';
import type { SettingValue } from '@contracts/settings';
import { ExportCosts } from './export-costs';

function nothingLearnt(): { costs: ExportCosts; kept: Map<string, SettingValue> } {
  const kept = new Map<string, SettingValue>();
  const settings = {
    get: (key: string) => kept.get(key) ?? null,
    set: (key: string, value: SettingValue) => void kept.set(key, value),
  };
  return { costs: new ExportCosts(settings), kept };
}

/** Half a megapixel a frame. */
const film = { width: 1000, height: 500, frameCount: 20, smoothing: 1, preset: 'h264-mp4' } as const;

test('each format learns what its exports took and how large they were', () => {
  const { costs, kept } = nothingLearnt();
  expect(costs.estimate(film)).toMatchObject({ basis: 'typical', bytesBasis: 'typical' });
  costs.record(film, { seconds: 5.4, bytes: 201_000 });
  expect(costs.estimate(film)).toEqual({ seconds: 5.4, basis: 'measured', bytes: 201_000, bytesBasis: 'measured' });
  const twice = costs.estimate({ ...film, frameCount: 40 });
  expect(twice.seconds).toBeCloseTo(10.4);
  expect(twice.bytes).toBe(401_000);
  expect(costs.estimate({ ...film, preset: 'prores-mov' })).toMatchObject({ basis: 'typical', bytesBasis: 'typical' });
  costs.record({ ...film, frameCount: 0 }, { seconds: 60, bytes: 1_000_000 });
  expect(costs.estimate(film).bytes).toBe(201_000);
  expect(kept.size).toBe(2);
});

test('what is kept goes half of the way to the newest export', () => {
  const { costs } = nothingLearnt();
  costs.record(film, { seconds: 5.4, bytes: 201_000 });
  costs.record(film, { seconds: 5.4, bytes: 401_000 });
  expect(costs.estimate(film).bytes).toBe(301_000);
});

test('frames in between are drawn at a pace of their own, over which a GIF goes twice', () => {
  const { costs } = nothingLearnt();
  const plain = costs.estimate({ ...film, frameCount: 10 }).seconds;
  const smooth = { ...film, frameCount: 5, smoothing: 3 } as const;
  // Eight frames in between, and fifteen to write.
  const typical = costs.estimate(smooth);
  expect(typical.seconds).toBeGreaterThan(12.5 + plain / 2);
  expect(costs.estimate({ ...smooth, preset: 'gif' }).seconds).toBeGreaterThan(24.5);
  costs.record({ ...film, frameCount: 15 }, { seconds: 1.15, bytes: 100_000 });
  costs.record(smooth, { seconds: 1.15 + 4.5, bytes: 100_000 });
  expect(costs.estimate(smooth)).toEqual({ seconds: 5.65, basis: 'measured', bytes: 100_000, bytesBasis: 'measured' });
});
