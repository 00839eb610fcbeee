/**
 * What the Stable Video Diffusion family promises beyond its reference runs: repeats, what each of its numbers changes,
 * windows that go on from each other, stops, kills and named refusals.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Recipe } from '@contracts/recipe';
import { FamilyRunner } from '../../../../test/support/family-runner';
import { aWindow } from '../../../../test/support/pocket';
import { anSvdRecipe, rings, svdDir } from '../../../../test/support/references';
import { FrameStore } from '../../services/media/frame-store';

const runner = new FamilyRunner(() => svdDir);
afterAll(() => runner.close());
const framesOf = async (recipe: Recipe): Promise<string[]> => (await runner.run(recipe)).frames;

let first: string;
let start: string[];
beforeAll(async () => {
  first = (await new FrameStore(runner.framesDir).put(rings(32, 32), 32, 32)).hash;
  start = await framesOf(anSvdRecipe(first));
});

/** The first window goes on from a given frame, the second from the last of the first. */
function anExtension(overrides: Parameters<typeof anSvdRecipe>[1] = {}): Recipe {
  return anSvdRecipe(first, {
    ...{ role: 'forward', steps: 4, frameCount: 11, known: [{ index: -1, frame: start.at(-1) ?? '' }] },
    windows: [
      aWindow({ start: -1, frames: 8, prefix: 1, keepFrom: 0, keepTo: 7, prompt: '' }),
      aWindow({ start: 6, frames: 5, prefix: 1, keepFrom: 7, keepTo: 11, prompt: '', seed: 7 }),
    ],
    ...overrides,
  });
}

/** Before they are frames of 256 levels, in which what the tiny model makes of a number can be lost. */
async function latentsOf(recipe: Recipe): Promise<Float32Array> {
  let latents = new Float32Array();
  await runner.run(recipe, { onLatents: (_, final) => (latents = Float32Array.from(final)) });
  expect(latents.length).toBeGreaterThan(0);
  return latents;
}

test('the same recipe gives the same hashes; image, seed, bucket, noise, rate and guidance give other latents', async () => {
  expect(start).toHaveLength(8);
  expect(await framesOf(anSvdRecipe(first))).toEqual(start);
  const usual = await latentsOf(anSvdRecipe(first));
  const window = { frames: 8, keepTo: 8, prefix: 1, prompt: '' };
  for (const other of [
    anSvdRecipe(start[3] ?? ''),
    anSvdRecipe(first, { windows: [aWindow({ ...window, seed: 2 })] }),
    anSvdRecipe(first, { motion: { bucket: 30, noise: 0.02 } }),
    anSvdRecipe(first, { motion: { bucket: 127, noise: 0.3 } }),
    anSvdRecipe(first, { rate: { num: 24, den: 1 } }),
    anSvdRecipe(first, { guidance: 2 }),
  ])
    expect(await latentsOf(other)).not.toEqual(usual);
});

test('a curve of guidance takes the place of the ramp, and the ramp as a curve is the ramp', async () => {
  const drawn = async (guidance?: number[]) => {
    const window = aWindow({ frames: 8, keepTo: 8, prefix: 1, prompt: '', ...(guidance && { guidance }) });
    return (await runner.run(anSvdRecipe(first, { windows: [window] }))).frames;
  };
  const ramp = Array.from({ length: 8 }, (_, i) => 1 + (2 * i) / 7);
  expect(await drawn(ramp)).toEqual(await drawn());
  expect(await drawn(ramp.toReversed())).not.toEqual(await drawn());
});

test('a window decodes the chunks of its kept frames, as they are in the whole', async () => {
  const kept = await framesOf(
    anSvdRecipe(first, {
      ...{ frameCount: 2, known: [{ index: -4, frame: first }] },
      windows: [aWindow({ start: -4, frames: 8, prefix: 1, keepFrom: 0, keepTo: 2, prompt: '' })],
    }),
  );
  expect(kept).toEqual(start.slice(4, 6));
});

test('a run that goes on from its own last frame has the bytes of one made later from the stored frame', async () => {
  const whole = await framesOf(anExtension());
  const before = await framesOf(anExtension({ frameCount: 7, windows: anExtension().windows.slice(0, 1) }));
  const rest = await framesOf(
    anExtension({
      ...{ frameCount: 4, known: [{ index: -1, frame: before.at(-1) ?? '' }] },
      windows: [aWindow({ start: -1, frames: 5, prefix: 1, keepTo: 4, prompt: '', seed: 7 })],
    }),
  );
  expect([...before, ...rest]).toEqual(whole);
});

test('a run that was stopped goes on to the same frames, at every step of both windows', async () => {
  await runner.expectGoesOnFromEverywhere(anExtension());
});

test('an engine that is killed at every step of one job comes to the same frames', async () => {
  await runner.expectSurvivesKills(anSvdRecipe(first, { steps: 5 }));
});

describe('a run refuses', () => {
  test.each<[string, () => Recipe, object]>([
    [
      'to begin with nothing',
      () => anSvdRecipe(first, { known: [], windows: [aWindow({ frames: 8, keepTo: 8, prompt: '' })] }),
      { code: 'input/invalid', detail: { field: 'windows.0.prefix' } },
    ],
    [
      'a prompt',
      () => anSvdRecipe(first, { windows: [aWindow({ frames: 8, keepTo: 8, prefix: 1, prompt: 'a ball' })] }),
      { code: 'input/invalid', detail: { field: 'windows.0.prompt', value: 'a ball' } },
    ],
    [
      'a recipe that does not say how much is to move',
      () => ({ ...anSvdRecipe(first), motion: undefined }),
      { code: 'input/invalid', detail: { field: 'motion' } },
    ],
    [
      'a scheduler of noise, and another than Euler',
      () => anSvdRecipe(first, { scheduler: { class: 'EulerDiscreteScheduler', config: {} } }),
      { code: 'model/unsupported', detail: { field: 'scheduler_config.json: prediction_type' } },
    ],
    [
      'DDIM',
      () => anSvdRecipe(first, { scheduler: { class: 'DDIMScheduler', config: {} } }),
      { code: 'model/unsupported', detail: { value: 'DDIMScheduler' } },
    ],
  ])('%s', async (_, recipe, error) => {
    await expect(runner.run(recipe())).rejects.toMatchObject(error);
  });
});
