import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { aRecipe, aWindow, pocketManifest } from '../../../../test/support/pocket';
import { tempDir } from '../../../../test/support/temp-dir';
import { silentLog } from '../../platform/log';
import { openLibrary } from '../library/library';
import { Calibration, stepUnits } from './calibration';

const shape = { width: 128, height: 128, windows: [9], steps: 24, guidance: 3 };

async function openCalibration() {
  const library = await openLibrary(tempDir(), { clock: new FakeClock(), log: silentLog });
  onTestFinished(() => library.close());
  return { db: library.db, calibration: new Calibration(library.db) };
}

/** A run of one window on a machine whose step costs 10 ms + 0.5 ms a unit. */
function aRun(frames: number) {
  const recipe = aRecipe({ frameCount: frames, steps: 10, windows: [aWindow({ frames, keepTo: frames })] });
  const denoise = (10 * (10 + 0.5 * stepUnits(pocketManifest, recipe, frames))) / 1000;
  const decode = (frames * 20) / 1000;
  return { recipe, seconds: { load: 1, encode: 0.25, denoise, decode, write: 0.25, total: 0, transformer: denoise } };
}

describe('estimates', () => {
  test('stand on constants before the first run: pocket takes about 2.7 s for nine frames', async () => {
    const { calibration } = await openCalibration();
    const { seconds, basis } = calibration.estimate(pocketManifest, shape);
    expect(basis).toBe('typical');
    expect(seconds).toBeCloseTo(1 + (24 * 67) / 1000 + 0.122, 6);
  });

  test('of a model with a hundred times the weights say a hundred times the seconds before its first run', async () => {
    const { calibration } = await openCalibration();
    const unet = { path: 'unet/model.onnx', bytes: 1_450_000_000, sha256: 'a'.repeat(64) };
    const files = [...pocketManifest.files.filter(({ path }) => !path.startsWith('transformer/')), unet];
    const { seconds } = calibration.estimate({ ...pocketManifest, id: 'large', files }, shape);
    expect(seconds).toBeCloseTo(1 + (100 * 24 * 67) / 1000 + 0.122, 6);
  });

  test('follow the measured line once runs of two sizes are known', async () => {
    const { calibration } = await openCalibration();
    for (const frames of [5, 9]) {
      const { recipe, seconds } = aRun(frames);
      calibration.record(pocketManifest, recipe, seconds, 1);
    }
    const windows = [13, 1];
    const denoise = windows.reduce((sum, count) => sum + 24 * (10 + 0.5 * stepUnits(pocketManifest, shape, count)), 0);
    expect(calibration.estimate(pocketManifest, { ...shape, windows })).toEqual({
      seconds: expect.closeTo(1.5 + denoise / 1000 + (14 * 20) / 1000, 6),
      basis: 'measured',
    });
  });

  test('are proportional when only one size is known, and never negative', async () => {
    const { calibration } = await openCalibration();
    const { recipe, seconds } = aRun(9);
    calibration.record(pocketManifest, recipe, seconds, 1);
    const stepMs = 10 + 0.5 * stepUnits(pocketManifest, shape, 9);
    const one = calibration.estimate(pocketManifest, { ...shape, windows: [1] });
    expect(one.seconds).toBeCloseTo(1.5 + (24 * stepMs) / 9 / 1000 + 0.02, 6);
  });

  test('of one model are not touched by runs of another, nor of another version', async () => {
    const { calibration } = await openCalibration();
    const { recipe, seconds } = aRun(9);
    calibration.record({ ...pocketManifest, id: 'other' }, recipe, seconds, 1);
    calibration.record({ ...pocketManifest, version: '0' }, recipe, seconds, 1);
    expect(calibration.estimate(pocketManifest, shape).basis).toBe('typical');
  });

  test('keep the last 200 runs of a model', async () => {
    const { calibration, db } = await openCalibration();
    const { recipe, seconds } = aRun(9);
    for (let i = 0; i < 205; i++) calibration.record(pocketManifest, recipe, seconds, i);
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

test('a step costs latent cells, twice with guidance, by the model’s own grids', () => {
  const ltx = { ...pocketManifest, frameGrid: { multiple: 8, plus: 1, min: 9, max: 257 } };
  expect([
    stepUnits(pocketManifest, { width: 128, height: 96, guidance: 3 }, 9),
    stepUnits(pocketManifest, { width: 128, height: 96, guidance: 1 }, 9),
    stepUnits(ltx, { width: 128, height: 96, guidance: 1 }, 17),
    stepUnits(ltx, { width: 128, height: 96, guidance: 1 }, 1),
  ]).toEqual([9 * 12 * 2, 9 * 12, 3 * 12, 12]);
});
