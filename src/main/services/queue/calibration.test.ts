import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { aRecipe, aWindow, pocketManifest } from '../../../../test/support/pocket';
import { tempDir } from '../../../../test/support/temp-dir';
import { silentLog } from '../../platform/log';
import { openLibrary } from '../library/library';
import { Calibration, latentCells } from './calibration';

const shape = { width: 128, height: 128, windows: [9], steps: 24, guidance: 3 };

async function openCalibration() {
  const library = await openLibrary(tempDir(), { clock: new FakeClock(), log: silentLog });
  onTestFinished(() => library.close());
  return { db: library.db, calibration: new Calibration(library.db) };
}

const PIXELS = 128 * 128;
const MB = 1_000_000;

/** Units of a step under guidance. */
const guidedUnits = (frames: number): number => 2 * latentCells(pocketManifest, shape, frames);

interface RunOptions {
  readonly recipe?: Partial<Parameters<typeof aRecipe>[0]>;
  readonly reusedSteps?: number;
  /** Times as long as it should have taken. */
  readonly slowness?: number;
}

/** A run of one window on a machine whose step costs 10 ms + 0.5 ms a unit, memory 200 MB + 100 bytes a pixel. */
function aRun(frames: number, { recipe: over = {}, reusedSteps = 0, slowness = 1 }: RunOptions = {}) {
  const recipe = aRecipe({ frameCount: frames, steps: 10, windows: [aWindow({ frames, keepTo: frames })], ...over });
  const passes = 2 * (10 - reusedSteps);
  const units = (latentCells(pocketManifest, recipe, frames) * passes) / 10;
  const denoise = (10 * (10 + 0.5 * units) * slowness) / 1000;
  const seconds = {
    ...{ load: 1, encode: 0.25, denoise, decode: (frames * 20) / 1000, write: 0.25, total: 0, transformer: denoise },
  };
  const peakBytes = 200 * MB + 100 * frames * PIXELS;
  const report = {
    steps: 10,
    passes,
    reusedSteps,
    worstError: 0,
    fallbacks: [],
    peakBytes,
    frameBytes: frames * PIXELS * 2,
  };
  return { recipe, whole: { seconds, report } };
}

/** What the decoder's own weights make of the 122 ms that 4.5 MB take. */
const decodeSeconds =
  (0.122 * (pocketManifest.files.find(({ path }) => path.startsWith('vae_decoder/'))?.bytes ?? 0)) / 4_500_000;

describe('estimates', () => {
  test('stand on constants before the first run: pocket takes about 2.8 s for nine frames', async () => {
    const { calibration } = await openCalibration();
    const { seconds, basis } = calibration.estimate(pocketManifest, shape);
    expect(basis).toBe('typical');
    expect(seconds).toBeCloseTo(1 + (24 * 67) / 1000 + decodeSeconds, 6);
  });

  test('of a model with a hundred times the weights say a hundred times the seconds before its first run', async () => {
    const { calibration } = await openCalibration();
    const unet = { path: 'unet/model.onnx', bytes: 1_450_000_000, sha256: 'a'.repeat(64) };
    const files = [...pocketManifest.files.filter(({ path }) => !path.startsWith('transformer/')), unet];
    const { seconds } = calibration.estimate({ ...pocketManifest, id: 'large', files }, shape);
    expect(seconds).toBeCloseTo(1 + (100 * 24 * 67) / 1000 + decodeSeconds, 6);
  });

  test('follow the measured line once runs of two sizes are known', async () => {
    const { calibration } = await openCalibration();
    for (const frames of [5, 9]) {
      const { recipe, whole } = aRun(frames);
      calibration.record(pocketManifest, recipe, whole, 1);
    }
    const windows = [13, 1];
    const denoise = windows.reduce((sum, count) => sum + 24 * (10 + 0.5 * guidedUnits(count)), 0);
    const estimate = calibration.estimate(pocketManifest, { ...shape, windows });
    expect(estimate.seconds).toBeCloseTo(1.5 + denoise / 1000 + (14 * 20) / 1000, 6);
    expect(estimate.basis).toBe('measured');
    expect(estimate.memoryBytes).toBeCloseTo(200 * MB + 100 * 13 * PIXELS, -1);
    expect(estimate.diskBytes).toBe(14 * PIXELS * 2);
  });

  test('are proportional when only one size is known, and never negative', async () => {
    const { calibration } = await openCalibration();
    const { recipe, whole } = aRun(9);
    calibration.record(pocketManifest, recipe, whole, 1);
    const stepMs = 10 + 0.5 * guidedUnits(9);
    const one = calibration.estimate(pocketManifest, { ...shape, windows: [1] });
    expect(one.seconds).toBeCloseTo(1.5 + (24 * stepMs) / 9 / 1000 + 0.02, 6);
  });

  test('of one model are not touched by runs of another, nor of another version', async () => {
    const { calibration } = await openCalibration();
    const { recipe, whole } = aRun(9);
    calibration.record({ ...pocketManifest, id: 'other' }, recipe, whole, 1);
    calibration.record({ ...pocketManifest, version: '0' }, recipe, whole, 1);
    expect(calibration.estimate(pocketManifest, shape).basis).toBe('typical');
  });

  test('keep the last 200 runs of a model', async () => {
    const { calibration, db } = await openCalibration();
    const { recipe, whole } = aRun(9);
    for (let i = 0; i < 205; i++) calibration.record(pocketManifest, recipe, whole, i);
    expect(
      db.get(
        z.object({ n: z.int(), first: z.int() }),
        'SELECT count(*) AS n, min(created_at) AS first FROM calibration',
      ),
    ).toEqual({
      n: 200,
      first: 5,
    });
  });
});

describe('the range', () => {
  test('is wide before the first run, narrows with runs that agree, and holds those that do not', async () => {
    const { calibration } = await openCalibration();
    const width = (): number => {
      const { seconds, secondsLow, secondsHigh } = calibration.estimate(pocketManifest, shape);
      expect(secondsLow).toBeLessThan(seconds);
      expect(secondsHigh).toBeGreaterThan(seconds);
      return secondsHigh / secondsLow;
    };
    const record = (slowness: number): void => {
      const { recipe, whole } = aRun(9, { slowness });
      calibration.record(pocketManifest, recipe, whole, 1);
    };
    const before = width();
    record(1);
    const afterOne = width();
    for (let i = 0; i < 9; i++) record(1);
    const afterTen = width();
    expect(before).toBeGreaterThan(afterOne);
    expect(afterOne).toBeGreaterThan(afterTen);
    for (let i = 0; i < 5; i++) record(2);
    expect(width()).toBeGreaterThan(afterTen);
  });
});

describe('memory and disk', () => {
  test('before the first run are what the manifest says, more for longer windows, never less than the weights', async () => {
    const { calibration } = await openCalibration();
    const at = (frames: number) => calibration.estimate(pocketManifest, { ...shape, windows: [frames] }).memoryBytes;
    const weights = pocketManifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(at(pocketManifest.nativeFrames)).toBeCloseTo(pocketManifest.memoryMiB * 1024 * 1024, -1);
    expect(at(2 * pocketManifest.nativeFrames)).toBeGreaterThan(at(pocketManifest.nativeFrames));
    expect(at(1)).toBeGreaterThan(weights);
  });
});

describe('rules', () => {
  test('of guidance cost what they leave: an interval over half of the steps saves a quarter of the passes', async () => {
    const { calibration } = await openCalibration();
    for (const frames of [5, 9]) {
      const { recipe, whole } = aRun(frames);
      calibration.record(pocketManifest, recipe, whole, 1);
    }
    const guidanceRule = { interval: { start: 0.25, stop: 0.75 } };
    const { savedSeconds } = calibration.estimate(pocketManifest, { ...shape, guidanceRule });
    expect(savedSeconds).toBeCloseTo((24 * 0.5 * 0.25 * guidedUnits(9)) / 1000, 6);
    expect(calibration.estimate(pocketManifest, shape).savedSeconds).toBe(0);
  });

  test('of reuse are a guess with a wide range, until a run with that threshold has shown what it reuses', async () => {
    const { calibration } = await openCalibration();
    for (const frames of [5, 9]) {
      const { recipe, whole } = aRun(frames);
      calibration.record(pocketManifest, recipe, whole, 1);
    }
    const stepReuse = { threshold: 0.1, warmUpSteps: 3 };
    const reusing = { ...shape, stepReuse };
    const before = calibration.estimate(pocketManifest, reusing);
    expect(before.secondsHigh).toBeGreaterThan(calibration.estimate(pocketManifest, shape).seconds);
    const { recipe, whole } = aRun(9, { recipe: { stepReuse }, reusedSteps: 5 });
    calibration.record(pocketManifest, recipe, whole, 1);
    const { savedSeconds } = calibration.estimate(pocketManifest, reusing);
    expect(savedSeconds).toBeCloseTo((24 * 0.5 * 0.5 * guidedUnits(9)) / 1000, 6);
    // Another threshold has shown nothing yet.
    expect(
      calibration.estimate(pocketManifest, { ...reusing, stepReuse: { ...stepReuse, threshold: 0.2 } }).savedSeconds,
    ).not.toBe(savedSeconds);
  });
});

test('a provider learns for itself', async () => {
  const { calibration } = await openCalibration();
  const { recipe, whole } = aRun(9, { recipe: { provider: 'webgpu' } });
  calibration.record(pocketManifest, recipe, whole, 1);
  expect(calibration.estimate(pocketManifest, shape).basis).toBe('typical');
  expect(calibration.estimate(pocketManifest, { ...shape, provider: 'webgpu' }).basis).toBe('measured');
});

test('a window has latent cells by the model’s own grids', () => {
  const ltx = { ...pocketManifest, frameGrid: { multiple: 8, plus: 1, min: 9, max: 257 } };
  const size = { width: 128, height: 96 };
  expect([latentCells(pocketManifest, size, 9), latentCells(ltx, size, 17), latentCells(ltx, size, 1)]).toEqual([
    9 * 12,
    3 * 12,
    12,
  ]);
});
