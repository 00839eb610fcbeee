/** What LTX-Video's own checkpoints add to the family: many conditions, noise on held frames, a noisy decode, a fixed schedule. */
import { afterAll, describe, expect, test } from 'vitest';
import type { Recipe } from '@contracts/recipe';
import { FamilyRunner } from '../../../../test/support/family-runner';
import { aWindow, plainMix } from '../../../../test/support/pocket';
import { aTinyRecipe, ltxDirs } from '../../../../test/support/references';

const runner = new FamilyRunner(({ model }) => (model.id === 'ltx-tiny-plain' ? ltxDirs.plain : ltxDirs.conditioned));
afterAll(() => runner.close());

const base = { width: 64, height: 64, rate: { num: 24, den: 1 } };

async function conditioned(over: Parameters<typeof aTinyRecipe>[1] = {}): Promise<Recipe> {
  const drawn = aTinyRecipe(ltxDirs.plain, {
    ...base,
    frameCount: 17,
    steps: 2,
    windows: [aWindow({ frames: 17, keepTo: 17 })],
  });
  const known = (await runner.run(drawn)).frames.map((frame, index) => ({ index, frame }));
  const also = [
    { index: 8, frames: 1, hold: 0.8 },
    { index: 16, frames: 1, hold: 1 },
  ];
  const windows = [aWindow({ frames: 17, keepTo: 17, prefix: 1, prompt: 'the red ball', also })];
  return aTinyRecipe(ltxDirs.conditioned, { ...base, frameCount: 17, steps: 6, known, windows, ...over });
}

describe('a run that draws noise after its first', () => {
  test('goes on from everywhere, also in a second window', async () => {
    const recipe = await conditioned();
    const second = aWindow({ start: 16, frames: 9, prefix: 1, keepFrom: 17, keepTo: 25, seed: 7, prompt: 'the ball' });
    await runner.expectGoesOnFromEverywhere({ ...recipe, frameCount: 25, windows: [...recipe.windows, second] });
  });

  test('survives a kill at every step', async () => runner.expectSurvivesKills(await conditioned()));
});

test('each condition counts', async () => {
  const recipe = await conditioned();
  const [window = aWindow()] = recipe.windows;
  const { also = [], ...fewer } = window;
  const whole = (await runner.run(recipe)).frames;
  expect((await runner.run({ ...recipe, windows: [fewer] })).frames).not.toEqual(whole);
  expect((await runner.run({ ...recipe, windows: [{ ...window, also: also.slice(1) }] })).frames).not.toEqual(whole);
});

test('a distilled model has its own number of steps, and a later clip its least length', async () => {
  await expect(runner.run(await conditioned({ steps: 5 }))).rejects.toMatchObject({
    code: 'input/invalid',
    detail: { field: 'steps', value: '5', remedy: 'Use 6 steps.' },
  });
  const short = [aWindow({ frames: 17, keepTo: 17, also: [{ index: 8, frames: 3, hold: 1 }] })];
  await expect(runner.run(await conditioned({ windows: short }))).rejects.toMatchObject({
    code: 'input/invalid',
    detail: { field: 'also.frames', value: '3', remedy: 'Give one image, or at least 9 frames.' },
  });
});

test('frames that share a latent frame read the prompt of their middle one', async () => {
  const [red, on] = ['the red ball', 'on'];
  const drawn = async (over: Parameters<typeof aWindow>[0]): Promise<string[]> => {
    const windows = [aWindow({ frames: 17, keepTo: 17, prompt: red, ...over })];
    return (await runner.run(await conditioned({ windows, known: [] }))).frames;
  };
  const cutAt = (frame: number): Promise<string[]> =>
    drawn({ travel: [plainMix(frame, red), plainMix(17 - frame, on)] });
  // The last latent frame stands for frames 9 to 16.
  const [alone, early, middle, late] = [await drawn({}), await cutAt(9), await cutAt(12), await cutAt(13)];
  expect(early).not.toEqual(alone);
  expect(middle).toEqual(early);
  expect(late).toEqual(alone);
  expect(await cutAt(3)).not.toEqual(early);
});
