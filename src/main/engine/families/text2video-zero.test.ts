/** What the Text2Video-Zero family promises beyond its reference runs: repeats, stops in all three parts of its loop, kills, refusals. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Recipe } from '@contracts/recipe';
import { FamilyRunner } from '../../../../test/support/family-runner';
import { aWindow } from '../../../../test/support/pocket';
import { aTinyRecipe, text2VideoZeroDir } from '../../../../test/support/references';
import { loadModelPackage } from '../model-package';

const runner = new FamilyRunner(() => text2VideoZeroDir);
afterAll(() => runner.close());
const framesOf = async (recipe: Recipe): Promise<string[]> => (await runner.run(recipe)).frames;
const text = { frames: 4, keepTo: 4, prompt: 'the red ball' };
const aFilm = (window = {}, overrides: Parameters<typeof aTinyRecipe>[1] = {}): Recipe =>
  aTinyRecipe(text2VideoZeroDir, { frameCount: 4, steps: 7, windows: [aWindow({ ...text, ...window })], ...overrides });

test('the same recipe gives the same hashes; seed, prompt, negative, guidance and steps give others', async () => {
  const start = await framesOf(aFilm());
  expect(new Set(start).size).toBe(4);
  expect(await framesOf(aFilm())).toEqual(start);
  for (const other of [
    aFilm({ seed: 2 }),
    aFilm({ prompt: 'an' }),
    aFilm({ negative: 'an' }),
    aFilm({}, { guidance: 1 }),
    aFilm({}, { steps: 8 }),
  ])
    expect(await framesOf(other)).not.toEqual(start);
});

test('a run that was stopped goes on to the same frames, wherever in its loop, in both windows', async () => {
  const windows = [aWindow(text), aWindow({ ...text, start: 4, keepFrom: 4, keepTo: 8, seed: 3 })];
  await runner.expectGoesOnFromEverywhere(aFilm({}, { frameCount: 8, windows }));
});

test('an engine that is killed at every step of one job comes to the same frames', async () => {
  await runner.expectSurvivesKills(aFilm());
});

test('a package that moves its frames before it draws them is refused', async () => {
  const dir = runner.aFolder();
  cpSync(text2VideoZeroDir, dir, { recursive: true });
  const index = z.looseObject({}).parse(JSON.parse(readFileSync(join(dir, 'model_index.json'), 'utf8')));
  writeFileSync(join(dir, 'model_index.json'), JSON.stringify({ ...index, t0: 4, t1: 4 }));
  await expect(loadModelPackage(dir)).rejects.toMatchObject({ code: 'model/invalid-manifest' });
});

describe('a run refuses', () => {
  test.each<[string, () => Recipe, object]>([
    [
      'fewer steps than all frames need',
      () => aFilm({}, { steps: 4 }),
      { code: 'input/invalid', detail: { field: 'steps', value: '4' } },
    ],
    ['known frames', () => aFilm({ prefix: 1 }), { code: 'input/invalid', detail: { field: 'windows.0.prefix' } }],
    [
      'a scheduler that remembers',
      () => aFilm({}, { scheduler: { class: 'DPMSolverMultistepScheduler', config: {} } }),
      { code: 'model/unsupported', detail: { value: 'DPMSolverMultistepScheduler' } },
    ],
  ])('%s', async (_, recipe, error) => {
    await expect(runner.run(recipe())).rejects.toMatchObject(error);
  });
});
