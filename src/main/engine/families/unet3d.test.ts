/** What the UNet3D family promises beyond its reference runs: repeats, windows, travel, stops, kills and named refusals. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Recipe } from '@contracts/recipe';
import { FamilyRunner } from '../../../../test/support/family-runner';
import { aWindow } from '../../../../test/support/pocket';
import { aTinyRecipe, unet3dDir } from '../../../../test/support/references';

const runner = new FamilyRunner(() => unet3dDir);
afterAll(() => runner.close());
const framesOf = async (recipe: Recipe): Promise<string[]> => (await runner.run(recipe)).frames;
const text = { frames: 8, keepTo: 8, prompt: 'the red ball' };
const aFilm = (window = {}, overrides: Parameters<typeof aTinyRecipe>[1] = {}): Recipe =>
  aTinyRecipe(unet3dDir, { frameCount: 8, steps: 4, windows: [aWindow({ ...text, ...window })], ...overrides });

let start: string[];
beforeAll(async () => {
  start = await framesOf(aFilm());
});

/** The first window goes on from three frames of `start`, the second from three of the first. */
function anExtension(overrides: Parameters<typeof aTinyRecipe>[1] = {}): Recipe {
  return aFilm(
    {},
    {
      ...{ role: 'forward', frameCount: 10, known: start.slice(-3).map((frame, i) => ({ index: i - 3, frame })) },
      windows: [
        aWindow({ ...text, start: -3, prefix: 3, keepFrom: 0, keepTo: 5 }),
        aWindow({ ...text, start: 2, prefix: 3, keepFrom: 5, keepTo: 10, seed: 7 }),
      ],
      ...overrides,
    },
  );
}

test('the same recipe gives the same hashes; seed, prompt, negative, guidance and scheduler give others', async () => {
  expect(await framesOf(aFilm())).toEqual(start);
  for (const other of [
    aFilm({ seed: 2 }),
    aFilm({ prompt: 'an' }),
    aFilm({ negative: 'an' }),
    aFilm({}, { guidance: 5 }),
    aFilm({}, { scheduler: { class: 'EulerDiscreteScheduler', config: { beta_schedule: 'scaled_linear' } } }),
  ])
    expect(await framesOf(other)).not.toEqual(start);
});

test('a prompt that travels is a blend of the two in the middle, and the one at its ends', async () => {
  const mix = { frames: 8, from: 'the red ball', to: 'an', kind: 'linear' as const };
  const at = (weight: number): Promise<string[]> => framesOf(aFilm({ travel: [{ ...mix, weight }] }));
  const end = await framesOf(aFilm({ prompt: 'an' }));
  expect(await at(0)).toEqual(start);
  expect(await at(1)).toEqual(end);
  expect([start, end]).not.toContainEqual(await at(0.5));
});

test('a run that goes on from its own frames has the bytes of one made later from the stored ones', async () => {
  const whole = await framesOf(anExtension());
  const before = await framesOf(anExtension({ frameCount: 5, windows: anExtension().windows.slice(0, 1) }));
  const rest = await framesOf(
    anExtension({
      ...{ frameCount: 5, known: before.slice(-3).map((frame, i) => ({ index: i - 3, frame })) },
      windows: [aWindow({ ...text, start: -3, prefix: 3, keepTo: 5, seed: 7 })],
    }),
  );
  expect([...before, ...rest]).toEqual(whole);
});

test.each([
  ['DDIM', {}],
  ['Euler ancestral, which draws', { scheduler: { class: 'EulerAncestralDiscreteScheduler', config: {} } }],
])('a run that was stopped goes on to the same frames, at every step of both windows: %s', async (_, overrides) => {
  await runner.expectGoesOnFromEverywhere(anExtension(overrides));
});

test('an engine that is killed at every step of one job comes to the same frames', async () => {
  await runner.expectSurvivesKills(aFilm({}, { steps: 5 }));
});

describe('a run refuses', () => {
  test.each<[string, () => Recipe, object]>([
    [
      'a flow',
      () => aFilm({}, { scheduler: { class: 'FlowMatchEulerDiscreteScheduler', config: {} } }),
      { code: 'model/unsupported' },
    ],
    [
      'more known frames than its package says',
      () => aFilm({ prefix: 9, frames: 12, keepTo: 12 }, { frameCount: 12 }),
      { code: 'input/invalid', detail: { field: 'windows.0.prefix' } },
    ],
    [
      'an image too far behind',
      () => aFilm({ later: 40 }, { known: [{ index: 40, frame: 'a'.repeat(64) }] }),
      { code: 'input/invalid', detail: { field: 'windows.0.later' } },
    ],
  ])('%s', async (_, recipe, error) => {
    await expect(runner.run(recipe())).rejects.toMatchObject(error);
  });
});
