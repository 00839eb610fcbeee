/**
 * What the AnimateDiff family promises beyond its reference runs: repeats, windows, stops, going on with a scheduler that
 * remembers or draws, and named refusals.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Recipe } from '@contracts/recipe';
import { FamilyRunner, type RunOptions } from '../../../../test/support/family-runner';
import { aWindow } from '../../../../test/support/pocket';
import { anAnimateDiffRecipe, animateDiffDir, aTinyRecipe, sparseDirs } from '../../../../test/support/references';
import type { RunResult } from '../runner';

let packageDir = animateDiffDir;
const runner = new FamilyRunner(({ model }) =>
  model.id === 'sparsectrl-tiny-photographs' ? sparseDirs.photographs : packageDir,
);
afterAll(() => runner.close());
const run = (recipe: Recipe, options: RunOptions = {}): Promise<RunResult> => runner.run(recipe, options);
const betas = { beta_schedule: 'linear', beta_start: 0.00085, beta_end: 0.012 };

describe('a run', () => {
  test('gives the same hashes twice, others for another seed, another prompt and another scheduler', async () => {
    const first = await run(anAnimateDiffRecipe());
    expect(first.frames).toHaveLength(8);
    expect((await run(anAnimateDiffRecipe())).frames).toEqual(first.frames);
    const window = { frames: 8, keepTo: 8, prompt: 'the red ball' };
    for (const other of [
      anAnimateDiffRecipe({ windows: [aWindow({ ...window, seed: 2 })] }),
      anAnimateDiffRecipe({ windows: [aWindow({ ...window, prompt: 'an' })] }),
      anAnimateDiffRecipe({ windows: [aWindow({ ...window, negative: 'an' })] }),
      anAnimateDiffRecipe({ scheduler: { class: 'EulerDiscreteScheduler', config: betas } }),
    ])
      expect((await run(other)).frames).not.toEqual(first.frames);
  });

  test('that goes on from the frames of an earlier window has the bytes of one made later from the stored frames', async () => {
    const first = aWindow({ frames: 8, keepTo: 8 });
    const second = { frames: 8, prefix: 3, seed: 7 };
    const whole = await run(
      anAnimateDiffRecipe({
        frameCount: 13,
        windows: [first, aWindow({ ...second, start: 5, keepFrom: 8, keepTo: 13 })],
      }),
    );
    const start = await run(anAnimateDiffRecipe({ windows: [first] }));
    const rest = await run(
      anAnimateDiffRecipe({
        role: 'forward',
        frameCount: 5,
        known: start.frames.slice(5).map((frame, i) => ({ index: i - 3, frame })),
        windows: [aWindow({ ...second, start: -3, keepTo: 5 })],
      }),
    );
    expect([...start.frames, ...rest.frames]).toEqual(whole.frames);
  });

  test('towards a later image is the same whether that lies in the window or right behind it', async () => {
    const anchor = (await run(anAnimateDiffRecipe())).frames[0] ?? '';
    const known = [{ index: 7, frame: anchor }];
    const options = { role: 'backward', frameCount: 7, known } as const;
    const [inside, behind] = [aWindow({ frames: 8, keepTo: 7, later: 7 }), aWindow({ frames: 7, keepTo: 7, later: 7 })];
    const first = await run(anAnimateDiffRecipe({ ...options, windows: [inside] }));
    expect((await run(anAnimateDiffRecipe({ ...options, windows: [behind] }))).frames).toEqual(first.frames);
    const alone = await run(anAnimateDiffRecipe({ frameCount: 7, windows: [aWindow({ frames: 7, keepTo: 7 })] }));
    expect(first.frames).not.toEqual(alone.frames);
  });

  test('travels frame by frame: a cut for every frame is the plain prompt, and a zone changes only what it should', async () => {
    const mix = (frames: number, weight: number) => ({
      ...{ frames, weight, kind: 'linear' as const },
      ...{ from: 'the red ball', to: 'an' },
    });
    const drawn = async (over: Parameters<typeof aWindow>[0]) =>
      (
        await run(
          anAnimateDiffRecipe({ windows: [aWindow({ frames: 8, keepTo: 8, prompt: 'the red ball', ...over })] }),
        )
      ).frames;
    const [red, an] = [await drawn({}), await drawn({ prompt: 'an' })];
    expect(await drawn({ travel: [mix(8, 0)] })).toEqual(red);
    expect(await drawn({ travel: [mix(3, 0), mix(5, 0)] })).toEqual(red);
    expect(await drawn({ travel: [mix(8, 1)] })).toEqual(an);
    const travelled = await drawn({ travel: [mix(3, 0), mix(1, 0.3), mix(1, 0.7), mix(3, 1)] });
    expect(travelled).not.toEqual(red);
    expect(travelled).not.toEqual(an);
    expect(await drawn({ travel: [mix(3, 0), mix(1, 0.3), mix(1, 0.7), mix(3, 1)] })).toEqual(travelled);
  });

  test('tells its stages, and shows every frame of the window at every step', () =>
    runner.expectTellsSteps(anAnimateDiffRecipe({ steps: 2 }), { side: 4, indices: [0, 1, 2, 3, 4, 5, 6, 7] }));

  test('that is cancelled after a step stops there and stores nothing', () =>
    runner.expectStopsAfterStep(anAnimateDiffRecipe(), 2));
});

describe('a run that was stopped goes on to the same frames', () => {
  const schedulers: [string, object][] = [
    ['DDIMScheduler', {}],
    ['DPMSolverMultistepScheduler', { use_karras_sigmas: true }],
    ['UniPCMultistepScheduler', {}],
    ['EulerAncestralDiscreteScheduler', {}],
    ['LCMScheduler', {}],
  ];
  test.each(schedulers)('%s, at every step of both windows', async (className, config) => {
    const recipe = anAnimateDiffRecipe({
      steps: 4,
      frameCount: 10,
      scheduler: { class: className, config: { ...betas, ...config } },
      windows: [
        aWindow({ frames: 6, keepTo: 6 }),
        aWindow({ start: 4, frames: 6, prefix: 2, keepFrom: 6, keepTo: 10, seed: 7 }),
      ],
    });
    await runner.expectGoesOnFromEverywhere(recipe);
  });
});

test.each(['DPMSolverMultistepScheduler', 'EulerAncestralDiscreteScheduler'])(
  'an engine that is killed at every step of one job, under %s, comes to the same frames',
  async (className) => {
    await runner.expectSurvivesKills(anAnimateDiffRecipe({ steps: 5, scheduler: { class: className, config: betas } }));
  },
);

describe('a run over a film', () => {
  const film = async (): Promise<string[]> => (await run(anAnimateDiffRecipe({ steps: 2 }))).frames;
  const over = (frames: string[], strength: number, more: Parameters<typeof anAnimateDiffRecipe>[0] = {}) =>
    anAnimateDiffRecipe({ ...more, source: { strength, from: 0, frames } });

  test('makes the steps that its strength leaves, and counts those', async () => {
    const frames = await film();
    const drawn = [];
    for (const strength of [0.34, 1]) drawn.push(await run(over(frames, strength)));
    expect(drawn.map(({ report }) => [report.steps, report.passes])).toEqual([
      [2, 4],
      [6, 12],
    ]);
    expect(drawn[0]?.frames).not.toEqual(drawn[1]?.frames);
  });

  test('of another size is scaled to cover it', async () => {
    const wide = await run(anAnimateDiffRecipe({ steps: 2, width: 64 }));
    expect((await run(over(wide.frames, 0.5))).frames).toHaveLength(8);
  });

  test('goes on from everywhere, also in a second window that knows the end of the first', async () => {
    const windows = [
      aWindow({ frames: 6, keepTo: 6 }),
      aWindow({ start: 4, frames: 6, prefix: 2, keepFrom: 6, keepTo: 10, seed: 7 }),
    ];
    const scheduler = { class: 'EulerAncestralDiscreteScheduler', config: betas };
    await runner.expectGoesOnFromEverywhere(over(await film(), 0.6, { steps: 5, frameCount: 10, windows, scheduler }));
  });

  test('survives a kill at every step', async () => {
    const scheduler = { class: 'DPMSolverMultistepScheduler', config: betas };
    await runner.expectSurvivesKills(over(await film(), 0.7, { scheduler }));
  });
});

describe('a loop', () => {
  const loop = anAnimateDiffRecipe({
    ...{ frameCount: 18, steps: 3 },
    windows: [aWindow({ frames: 18, keepTo: 18, loop: true })],
  });

  test('is another film than the same window open, and goes on from everywhere', async () => {
    const open = anAnimateDiffRecipe({ ...loop, windows: [aWindow({ frames: 18, keepTo: 18 })] });
    expect((await run(loop)).frames).not.toEqual((await run(open)).frames);
    await runner.expectGoesOnFromEverywhere(loop);
  });

  test('survives a kill at every step', () => runner.expectSurvivesKills(loop));
});

describe('SparseCtrl', () => {
  const told = async (over: Parameters<typeof aWindow>[0] = {}): Promise<Recipe> => {
    const known = (await run(anAnimateDiffRecipe({ steps: 2 }))).frames.map((frame, index) => ({ index, frame }));
    const window = { frames: 8, keepTo: 8, prefix: 2, later: 5, also: [{ index: 7, frames: 1, hold: 1 }] };
    return aTinyRecipe(sparseDirs.photographs, {
      ...{ frameCount: 8, steps: 4, known },
      windows: [aWindow({ ...window, prompt: 'the red ball', ...over })],
    });
  };

  test('hears of every known frame; held by nothing they change nothing', async () => {
    const all = (await run(await told())).frames;
    const { also: _, ...fewer } = (await told()).windows[0] ?? aWindow();
    expect((await run({ ...(await told()), windows: [fewer] })).frames).not.toEqual(all);
    const free = { hold: { prefix: 0, later: 0 }, also: [{ index: 7, frames: 1, hold: 0 }] };
    const { also, ...alone } = { ...(await told()).windows[0], prefix: 0, later: null };
    expect(also).toHaveLength(1);
    expect((await run(await told(free))).frames).toEqual(
      (await run({ ...(await told()), windows: [aWindow(alone)] })).frames,
    );
  });

  test('goes on from everywhere, and survives a kill at every step', async () => {
    await runner.expectGoesOnFromEverywhere(await told());
    await runner.expectSurvivesKills(await told());
  });
});

describe('a run refuses', () => {
  test.each<[string, Parameters<typeof anAnimateDiffRecipe>[0], object]>([
    [
      "another family's scheduler",
      { scheduler: { class: 'FlowMatchEulerDiscreteScheduler', config: {} } },
      { code: 'model/unsupported', detail: { value: 'FlowMatchEulerDiscreteScheduler' } },
    ],
    [
      'to draw over a film by less than a step',
      { source: { strength: 0.1, from: 0, frames: ['a'.repeat(64)] } },
      {
        code: 'input/invalid',
        detail: { field: 'source.strength', remedy: 'Use a strength of at least 0.17, or more steps.' },
      },
    ],
    [
      'a loop in more than one window',
      {
        frameCount: 9,
        windows: [
          aWindow({ frames: 8, keepTo: 8, loop: true }),
          aWindow({ start: 8, frames: 2, keepFrom: 8, keepTo: 9 }),
        ],
      },
      { code: 'input/invalid', detail: { field: 'windows.0.loop' } },
    ],
    [
      'more images than the model is given in one window',
      {
        known: [5, 6].map((index) => ({ index, frame: 'a'.repeat(64) })),
        windows: [aWindow({ frames: 8, keepTo: 8, later: 5, also: [{ index: 6, frames: 1, hold: 1 }] })],
      },
      { code: 'input/invalid', detail: { field: 'windows.0.also' } },
    ],
    ['a size off the grid', { width: 40 }, { code: 'input/invalid', detail: { field: 'width' } }],
    [
      'a later image that is further away than the model can see',
      { known: [{ index: 64, frame: 'a'.repeat(64) }], windows: [aWindow({ frames: 8, keepTo: 8, later: 64 })] },
      { code: 'input/invalid', detail: { field: 'windows.0.later' } },
    ],
  ])('%s', async (_, overrides, error) => {
    await expect(run(anAnimateDiffRecipe(overrides))).rejects.toMatchObject(error);
  });
});

test("diffusers' own vae/config.json, which names blocks instead of a ratio, does as well", async () => {
  const dir = runner.aFolder();
  cpSync(animateDiffDir, dir, { recursive: true });
  const config = {
    latent_channels: 4,
    block_out_channels: [8, 8, 16, 16],
    scaling_factor: 0.18215,
    latents_mean: null,
  };
  expect(readFileSync(join(dir, 'vae/config.json'), 'utf8')).toContain('0.18215');
  writeFileSync(join(dir, 'vae/config.json'), JSON.stringify(config));
  const recipe = anAnimateDiffRecipe({ steps: 2 });
  const { frames } = await run(recipe);
  packageDir = dir;
  expect((await run(recipe)).frames).toEqual(frames);
});
