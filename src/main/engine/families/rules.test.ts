/**
 * Rules of guidance and step reuse in the families' loops: neutral ones give the bytes of none, every other changes the
 * picture and says what it saved, and a run that is stopped and goes on remembers them.
 */
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RunProgress } from '@contracts/engine';
import type { Recipe } from '@contracts/recipe';
import { aRecipe, aTempDir, aWindow, pocketDir } from '../../../../test/support/pocket';
import {
  aTinyRecipe,
  aWanRecipe,
  anAnimateDiffRecipe,
  animateDiffDir,
  unet3dDir,
  wanDirs,
} from '../../../../test/support/references';
import { Runner, type RunHooks, type RunResult } from '../runner';

const temp = aTempDir();
const runner = new Runner();
afterAll(async () => {
  await runner.close();
  temp.remove();
});

type Rules = Pick<Recipe, 'guidanceRule' | 'stepReuse'>;
const pocket = (rules: Rules = {}): Recipe => aRecipe({ steps: 8, width: 64, height: 64, ...rules });
const animateDiff = (rules: Rules = {}): Recipe => anAnimateDiffRecipe({ steps: 8, guidance: 3, ...rules });
const wan = (rules: Rules = {}): Recipe => aWanRecipe('text', { steps: 8, ...rules });
const unet3d = (rules: Rules = {}): Recipe =>
  aTinyRecipe(unet3dDir, { steps: 8, frameCount: 8, windows: [aWindow({ frames: 8, keepTo: 8 })], ...rules });
const dirs: Record<string, string> = {
  ltx: pocketDir,
  animatediff: animateDiffDir,
  wan: wanDirs.text,
  unet3d: unet3dDir,
};
const families = [
  { family: 'ltx', recipeWith: pocket },
  { family: 'animatediff', recipeWith: animateDiff },
  { family: 'wan', recipeWith: wan },
  { family: 'unet3d', recipeWith: unet3d },
] as const;

let jobs = 0;
const aJobDir = (): string => join(temp.dir, 'jobs', String(jobs++));

function run(recipe: Recipe, { jobDir, ...hooks }: Partial<RunHooks> & { jobDir?: string } = {}): Promise<RunResult> {
  const packageDir = dirs[recipe.family] ?? '';
  const places = { packageDir, framesDir: join(temp.dir, 'frames'), jobDir: jobDir ?? null };
  return runner.run(
    { jobId: 'job', recipe, ...places, checkpointEveryMs: 0 },
    { onProgress: () => undefined, onFrames: () => undefined, signal: new AbortController().signal, ...hooks },
  );
}

const apg = { kind: 'apg', eta: 0, momentum: -0.5, normThreshold: 0 } as const;
const reuse = { threshold: 1, warmUpSteps: 2 };
const everything: Rules = {
  guidanceRule: { method: apg, rescale: 0.5, steady: 0.5, interval: { start: 0, stop: 0.8 } },
  stepReuse: reuse,
};

describe.each(families)('$family', ({ recipeWith }) => {
  test('rules that ask for nothing give the bytes of none', async () => {
    const plain = await run(recipeWith());
    const neutral: Rules = {
      guidanceRule: { rescale: 0, steady: 0, interval: { start: 0, stop: 1 } },
      stepReuse: { threshold: 1e-12, warmUpSteps: 2 },
    };
    const { frames, report } = await run(recipeWith(neutral));
    expect(frames).toEqual(plain.frames);
    expect(report).toMatchObject({ steps: 8, passes: 16, reusedSteps: 0, worstError: 0 });
    expect(plain.report.frameBytes).toBeGreaterThan(1_000);
  });

  test.each<[string, Rules, Partial<RunResult['report']>]>([
    ['rescale', { guidanceRule: { rescale: 0.7 } }, { passes: 16 }],
    ['APG', { guidanceRule: { method: apg } }, { passes: 16 }],
    ['CFG-Zero*', { guidanceRule: { method: { kind: 'zero-star', zeroInitSteps: 0 } } }, { passes: 16 }],
    ['steady guidance', { guidanceRule: { steady: 1 } }, { passes: 16 }],
    ['an interval', { guidanceRule: { interval: { start: 0, stop: 0.5 } } }, { passes: 12 }],
  ])('%s changes the frames, the same each time', async (_name, rules, report) => {
    const plain = await run(recipeWith());
    const ruled = await run(recipeWith(rules));
    expect(ruled.frames).not.toEqual(plain.frames);
    expect(ruled.report).toMatchObject(report);
    expect((await run(recipeWith(rules))).frames).toEqual(ruled.frames);
  });

  test('reuse runs the model less often and says how far off it may be', async () => {
    const { frames, report } = await run(recipeWith({ stepReuse: reuse }));
    expect(report.reusedSteps).toBeGreaterThan(0);
    expect(report.passes).toBe(16 - 2 * report.reusedSteps);
    expect(report.worstError).toBeGreaterThan(0);
    expect(report.worstError).toBeLessThan(reuse.threshold);
    expect((await run(recipeWith({ stepReuse: reuse }))).frames).toEqual(frames);
  });

  test('stopped after any step with all rules on, it goes on to the same frames and the same tally', async () => {
    const recipe = recipeWith(everything);
    const whole = await run(recipe);
    expect(whole.report.reusedSteps).toBeGreaterThan(0);
    for (const at of [1, 3, 4, 6, 8]) {
      const jobDir = aJobDir();
      const abort = new AbortController();
      const onProgress = ({ stage, step }: RunProgress) => stage === 'denoising' && step === at && abort.abort();
      await expect(run(recipe, { jobDir, signal: abort.signal, onProgress })).rejects.toMatchObject({
        code: 'cancelled',
      });
      const notes: string[] = [];
      const { frames, report } = await run(recipe, { jobDir, onNote: (note) => notes.push(note) });
      expect([at, frames, notes]).toEqual([at, whole.frames, []]);
      const { passes, reusedSteps, worstError } = whole.report;
      expect(report).toMatchObject({ passes, reusedSteps, worstError });
    }
  });
});

test('silent steps of a flow are not computed; a noise model refuses them', async () => {
  const rules: Rules = { guidanceRule: { method: { kind: 'zero-star', zeroInitSteps: 2 } } };
  expect((await run(pocket(rules))).report.passes).toBe(12);
  await expect(run(animateDiff(rules))).rejects.toMatchObject({
    code: 'input/invalid',
    detail: { field: 'guidanceRule.method.zeroInitSteps' },
  });
});

test('the tally of a window that was done before a stop is counted once', async () => {
  const recipe = aRecipe({
    ...{ steps: 6, width: 64, height: 64, frameCount: 10, stepReuse: reuse },
    windows: [aWindow(), aWindow({ start: 1, frames: 9, prefix: 4, keepFrom: 5, keepTo: 10, seed: 7 })],
  });
  const whole = await run(recipe);
  const jobDir = aJobDir();
  const abort = new AbortController();
  const onProgress = ({ stage, window, step }: RunProgress) =>
    stage === 'denoising' && window === 1 && step === 2 && abort.abort();
  await expect(run(recipe, { jobDir, signal: abort.signal, onProgress })).rejects.toMatchObject({ code: 'cancelled' });
  const { report, frames } = await run(recipe, { jobDir });
  expect(frames).toEqual(whole.frames);
  expect(report).toMatchObject({ steps: 12, passes: whole.report.passes, reusedSteps: whole.report.reusedSteps });
});
