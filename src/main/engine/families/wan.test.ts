/**
 * What the Wan family promises beyond its reference runs: repeats, windows that go on from each other, stops, going on
 * under both of its schedulers, and named refusals.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { assert } from '@core/errors';
import type { Recipe } from '@contracts/recipe';
import { FamilyRunner, type RunOptions } from '../../../../test/support/family-runner';
import { aWindow } from '../../../../test/support/pocket';
import { aWanRecipe, wanDirs, wanMask } from '../../../../test/support/references';
import { loadModelPackage } from '../model-package';
import type { RunResult } from '../runner';

const runner = new FamilyRunner(({ model }) => {
  const dir = Object.values(wanDirs).find((wanDir) => model.id === `wan-tiny-${basename(wanDir)}`);
  assert(dir !== undefined, model.id);
  return dir;
});
afterAll(() => runner.close());
const run = (recipe: Recipe, options: RunOptions = {}): Promise<RunResult> => runner.run(recipe, options);
const at = (index: number) => ({ index, frames: 1, hold: 1 });
const euler = { class: 'FlowMatchEulerDiscreteScheduler', config: { shift: 3 } };

let start: string[];
beforeAll(async () => {
  start = (await run(aWanRecipe('text'))).frames;
});

/** The first window goes on from the last frame of `start`, the second from the last of the first. */
function anExtension(overrides: Parameters<typeof aWanRecipe>[1] = {}): Recipe {
  return aWanRecipe('image', {
    role: 'forward',
    steps: 4,
    frameCount: 12,
    known: [{ index: -1, frame: start.at(-1) ?? '' }],
    windows: [
      aWindow({ start: -1, frames: 9, prefix: 1, keepFrom: 0, keepTo: 8 }),
      aWindow({ start: 7, frames: 5, prefix: 1, keepFrom: 8, keepTo: 12, seed: 7 }),
    ],
    ...overrides,
  });
}

describe('a run', () => {
  test('gives the same hashes twice, others for another seed, prompt, negative and scheduler', async () => {
    expect(start).toHaveLength(9);
    expect((await run(aWanRecipe('text'))).frames).toEqual(start);
    const window = { frames: 9, keepTo: 9, prompt: 'the red ball' };
    for (const other of [
      aWanRecipe('text', { windows: [aWindow({ ...window, seed: 2 })] }),
      aWanRecipe('text', { windows: [aWindow({ ...window, prompt: 'an' })] }),
      aWanRecipe('text', { windows: [aWindow({ ...window, negative: 'an' })] }),
      aWanRecipe('text', { scheduler: euler }),
    ])
      expect((await run(other)).frames).not.toEqual(start);
  });

  test('that goes on from its own last frame has the bytes of one made later from the stored frame', async () => {
    const whole = await run(anExtension());
    const first = anExtension().windows[0];
    const before = await run(anExtension({ frameCount: 8, windows: first ? [first] : [] }));
    const rest = await run(
      anExtension({
        frameCount: 4,
        known: [{ index: -1, frame: before.frames.at(-1) ?? '' }],
        windows: [aWindow({ start: -1, frames: 5, prefix: 1, keepTo: 4, seed: 7 })],
      }),
    );
    expect([...before.frames, ...rest.frames]).toEqual(whole.frames);
  });

  test('from another image is another film; towards a later one it is the same inside the window or behind it', async () => {
    const [a = '', b = ''] = start;
    const known = [{ index: 0, frame: a }];
    const window = { frames: 5, prefix: 1, keepTo: 5 };
    const from = (frame: string): Promise<RunResult> =>
      run(aWanRecipe('image', { frameCount: 5, known: [{ index: 0, frame }], windows: [aWindow(window)] }));
    expect((await from(a)).frames).not.toEqual((await from(b)).frames);
    const towards = (frames: number): Promise<RunResult> =>
      run(
        aWanRecipe('image', {
          frameCount: 5,
          known: [...known, { index: 8, frame: b }],
          windows: [aWindow({ ...window, frames, later: 8 })],
        }),
      );
    const inside = await towards(9);
    expect((await towards(5)).frames).toEqual(inside.frames);
    expect((await from(a)).frames).not.toEqual(inside.frames);
  });

  test('goes on from any number of frames with VACE, and each number counts', async () => {
    const known = start.slice(0, 5).map((frame, index) => ({ index, frame }));
    const from = async (prefix: number): Promise<string[]> =>
      (
        await run(
          aWanRecipe('vace', {
            ...{ steps: 2, frameCount: 9, known: known.slice(0, prefix) },
            windows: [aWindow({ frames: 9, prefix, keepTo: 9 })],
          }),
        )
      ).frames;
    const films = [await from(0), await from(2), await from(3), await from(4)];
    expect(new Set(films.map(String)).size).toBe(4);
  });

  test('with VACE: a keyframe, a mask over it and a reference each make another film', async () => {
    const [first = '', key = '', other = ''] = start;
    const mask = (await runner.put(wanMask(0, 32, 32), 32, 32)).hash;
    const black = (await runner.put(new Uint8Array(32 * 32 * 3), 32, 32)).hash;
    const of = async (
      { masked, references }: { masked?: string; references?: string[] } = {},
      keyframes: number[] = [4],
    ): Promise<string> => {
      const known = [
        { index: 0, frame: first },
        { index: 4, frame: key, ...(masked !== undefined && { mask: masked }) },
      ];
      const window = aWindow({
        frames: 9,
        prefix: 1,
        keepTo: 9,
        ...(keyframes.length > 0 && { also: keyframes.map(at) }),
      });
      const recipe = aWanRecipe('vace', { steps: 2, known, windows: [window], ...(references && { references }) });
      return String((await run(recipe)).frames);
    };
    const films = [await of({}, []), await of(), await of({ masked: mask }), await of({ references: [other] })];
    expect(new Set(films).size).toBe(4);
    // A mask that is black everywhere is none.
    expect(await of({ masked: black })).toBe(films[1]);
  });

  test('a timestep per token: any first frames are known that fill latent frames, and they stay as they are', async () => {
    const known = start.slice(0, 6).map((frame, index) => ({ index, frame }));
    const from = async (prefix: number): Promise<string[]> =>
      (
        await run(
          aWanRecipe('ti2v', {
            ...{ steps: 2, frameCount: 9, known: known.slice(0, prefix) },
            windows: [aWindow({ frames: 9, prefix, keepTo: 9 })],
          }),
        )
      ).frames;
    const [text, one, two, five] = [await from(0), await from(1), await from(2), await from(5)];
    expect(one).not.toEqual(text);
    expect(two).toEqual(one);
    expect(five).not.toEqual(one);
    // The decoder sees earlier latents only, and the first one is the image's own in both.
    expect(five?.[0]).toBe(one?.[0]);
  });

  test('CLIP sees the image: the same latents with another view are another film', async () => {
    const at = async (index: number): Promise<string[]> => {
      const known = [{ index: 0, frame: start[index] ?? '' }];
      return (
        await run(aWanRecipe('seeing', { steps: 2, known, windows: [aWindow({ frames: 9, prefix: 1, keepTo: 9 })] }))
      ).frames;
    };
    expect(await at(0)).not.toEqual(await at(1));
  });

  test('reads a prompt that travels as a blend of the two, and at its ends as the one', async () => {
    const [from, to] = ['the red ball', 'an'];
    const at = async (weight: number): Promise<string[]> => {
      const travel = [{ frames: 9, from, to, kind: 'linear' as const, weight }];
      return (await run(aWanRecipe('text', { windows: [aWindow({ frames: 9, keepTo: 9, prompt: from, travel })] })))
        .frames;
    };
    expect(await at(0)).toEqual(start);
    const end = await run(aWanRecipe('text', { windows: [aWindow({ frames: 9, keepTo: 9, prompt: to })] }));
    expect(await at(1)).toEqual(end.frames);
    expect([start, end.frames]).not.toContainEqual(await at(0.5));
  });

  test('tells its stages, and shows every latent frame of the window at every step', () =>
    runner.expectTellsSteps(aWanRecipe('text', { steps: 2 }), { side: 4, indices: [0, 1, 5] }));

  test('that is cancelled after a step stops there and stores nothing', () =>
    runner.expectStopsAfterStep(aWanRecipe('text'), 2));
});

test.each([
  ['UniPCMultistepScheduler', {}],
  ['FlowMatchEulerDiscreteScheduler', { scheduler: euler }],
  ['VACE', aWanRecipe('vace', {})],
  ['a timestep per token', aWanRecipe('ti2v', {})],
  ['CLIP', aWanRecipe('seeing', {})],
])('a run that was stopped goes on to the same frames: %s, at every step of both windows', async (_, overrides) => {
  const { family, model, scheduler } = { ...anExtension(), ...overrides };
  await runner.expectGoesOnFromEverywhere(anExtension({ family, model, scheduler }));
});

test('an engine that is killed at every step of one job comes to the same frames', async () => {
  await runner.expectSurvivesKills(
    anExtension({ frameCount: 8, windows: anExtension().windows.slice(0, 1), steps: 5 }),
  );
});

test('an engine that is killed at every step of a run with masks and references comes to the same frames', async () => {
  const [first = '', second = '', third = ''] = start;
  const mask = (await runner.put(wanMask(0, 32, 32), 32, 32)).hash;
  await runner.expectSurvivesKills(
    aWanRecipe('vace', {
      ...{ frameCount: 5, steps: 4, references: [third] },
      known: [
        { index: 0, frame: first, mask },
        { index: 3, frame: second },
      ],
      windows: [aWindow({ frames: 5, prefix: 1, also: [at(3)], keepTo: 5 })],
    }),
  );
});

test.each(['ti2v', 'seeing'] as const)(
  'an engine that is killed at every step of %s comes to the same frames',
  async (kind) => {
    const known = [{ index: 0, frame: start[0] ?? '' }];
    const windows = [aWindow({ frames: 5, prefix: 1, keepTo: 5 })];
    await runner.expectSurvivesKills(aWanRecipe(kind, { frameCount: 5, steps: 4, known, windows }));
  },
);

test('a package of two experts has to say where they meet', async () => {
  const dir = runner.aFolder();
  cpSync(wanDirs.image, dir, { recursive: true });
  const index = z.looseObject({}).parse(JSON.parse(readFileSync(join(dir, 'model_index.json'), 'utf8')));
  writeFileSync(join(dir, 'model_index.json'), JSON.stringify({ ...index, boundary_ratio: null }));
  await expect(loadModelPackage(dir)).rejects.toMatchObject({
    code: 'model/invalid-manifest',
    detail: { field: 'model_index.json' },
  });
  expect(await loadModelPackage(wanDirs.image)).toMatchObject({ boundaryRatio: 0.9 });
  expect(await loadModelPackage(wanDirs.text)).toMatchObject({ boundaryRatio: null });
});

describe('a run refuses', () => {
  const later = 'a'.repeat(64);
  const image = [{ index: 0, frame: later }];
  test.each<[string, () => Recipe, object]>([
    [
      "another family's scheduler",
      () => aWanRecipe('text', { scheduler: { class: 'DDIMScheduler', config: {} } }),
      { code: 'model/unsupported', detail: { value: 'DDIMScheduler' } },
    ],
    [
      'a length off the grid',
      () => aWanRecipe('text', { frameCount: 8, windows: [aWindow({ frames: 8, keepTo: 8 })] }),
      { code: 'input/invalid', detail: { field: 'windows.0.frames' } },
    ],
    [
      'a size off the grid',
      () => aWanRecipe('text', { width: 40 }),
      { code: 'input/invalid', detail: { field: 'width' } },
    ],
    [
      'an image for a model of text',
      () => aWanRecipe('text', { known: image, windows: [aWindow({ frames: 9, keepTo: 9, prefix: 1 })] }),
      { code: 'input/invalid', detail: { field: 'windows.0.prefix' } },
    ],
    [
      'no image for a model of images',
      () => aWanRecipe('image'),
      { code: 'input/invalid', detail: { field: 'windows.0.prefix' } },
    ],
    [
      'a later image that is further away than the model can see',
      () =>
        aWanRecipe('image', {
          known: [...image, { index: 33, frame: later }],
          windows: [aWindow({ frames: 9, keepTo: 9, prefix: 1, later: 33 })],
        }),
      { code: 'input/invalid', detail: { field: 'windows.0.later' } },
    ],
    [
      'a mask for a model without',
      () =>
        aWanRecipe('ti2v', {
          known: [{ index: 0, frame: later, mask: later }],
          windows: [aWindow({ frames: 9, keepTo: 9, prefix: 1 })],
        }),
      { code: 'input/invalid', detail: { field: 'known.0.mask' } },
    ],
    [
      'a keyframe for a model without',
      () =>
        aWanRecipe('ti2v', {
          known: [...image, { index: 4, frame: later }],
          windows: [aWindow({ frames: 9, keepTo: 9, prefix: 1, also: [at(4)] })],
        }),
      { code: 'input/invalid', detail: { field: 'windows.0.also' } },
    ],
    [
      'a keyframe among the first frames',
      () =>
        aWanRecipe('vace', { known: image, windows: [aWindow({ frames: 9, keepTo: 9, prefix: 1, also: [at(0)] })] }),
      { code: 'input/invalid', detail: { field: 'windows.0.also' } },
    ],
    [
      'references for a model without',
      () => aWanRecipe('text', { references: [later] }),
      { code: 'input/invalid', detail: { field: 'references' } },
    ],
    [
      'no first image for CLIP',
      () => aWanRecipe('seeing'),
      { code: 'input/invalid', detail: { field: 'windows.0.prefix' } },
    ],
    [
      'no last image where CLIP has a place for two',
      () => aWanRecipe('seeing-two', { known: image, windows: [aWindow({ frames: 9, keepTo: 9, prefix: 1 })] }),
      { code: 'input/invalid', detail: { field: 'windows.0.later' } },
    ],
  ])('%s', async (_, recipe, error) => {
    await expect(run(recipe())).rejects.toMatchObject(error);
  });
});
