/** Curves on the real embedded model: flat ones change no byte, others change what they should, where they should. */
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Recipe } from '@contracts/recipe';
import { aRecipe, aTempDir, aWindow, pocketDir, pocketMovedByPictures } from '../../../../test/support/pocket';
import {
  anAnimateDiffRecipe,
  animateDiffDir,
  aTinyRecipe,
  aWanRecipe,
  text2VideoZeroDir,
  wanDirs,
} from '../../../../test/support/references';
import { FrameStore } from '../../services/media/frame-store';
import { Runner } from '../runner';

const temp = aTempDir();
const runner = new Runner();
afterAll(async () => {
  await runner.close();
  temp.remove();
});
const framesDir = join(temp.dir, 'frames');

function packageOf({ family, model }: Recipe): string {
  if (family === 'wan') return model.id.endsWith('vace') ? wanDirs.vace : wanDirs.text;
  if (family === 'text2video-zero') return text2VideoZeroDir;
  return family === 'ltx' ? pocketDir : animateDiffDir;
}

async function framesOf(recipe: Recipe, packageDir = packageOf(recipe)): Promise<string[]> {
  const { frames } = await runner.run(
    { jobId: 'job', recipe, packageDir, framesDir },
    { onProgress: () => undefined, onFrames: () => undefined, signal: new AbortController().signal },
  );
  return frames;
}
const pixelsOf = async (hash: string): Promise<Uint8Array> => (await new FrameStore(framesDir).read(hash)).rgb;
const meanDifference = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length;

type Window = ReturnType<typeof aWindow>;
/** 15 frames in three windows, each on from the last four frames. */
const three = (
  change: (window: Window, i: number) => Partial<Window> = () => ({}),
  over: Partial<Recipe> = {},
): Recipe =>
  aRecipe({
    frameCount: 15,
    steps: 6,
    windows: [
      aWindow({ frames: 5, keepTo: 5 }),
      aWindow({ start: 1, frames: 9, prefix: 4, keepFrom: 5, keepTo: 10, seed: 2 }),
      aWindow({ start: 6, frames: 9, prefix: 4, keepFrom: 10, keepTo: 15, seed: 3 }),
    ].map((window, i) => ({ ...window, ...change(window, i) })),
    ...over,
  });

const still = { panX: 0, panY: 0, zoom: 1, rotate: 0 };
const moving = (move: Partial<typeof still>, count = 14) => ({
  from: 1,
  moves: Array.from({ length: count }, () => ({ ...still, ...move })),
});

describe('flat curves', () => {
  test('give the frames of the plain settings, bit for bit', async () => {
    const plain = await framesOf(three());
    const flat = (values: (frames: number) => Partial<Window>) => three((window) => values(window.frames));
    expect(await framesOf(flat(() => ({ guidance: [3] })))).toEqual(plain);
    // One value for each frame: the other way through the arithmetic.
    expect(await framesOf(flat((frames) => ({ guidance: Array.from({ length: frames }, () => 3) })))).toEqual(plain);
    expect(await framesOf(flat(() => ({ promptStrength: [1], hold: { prefix: 1, later: 1 } })))).toEqual(plain);
    expect(await framesOf(three(undefined, { camera: moving({}) }))).toEqual(plain);
  });

  test('of the AnimateDiff family too', async () => {
    const window = { frames: 8, keepTo: 8, prompt: 'the red ball' };
    const plain = await framesOf(anAnimateDiffRecipe({ windows: [aWindow(window)] }));
    const { guidance } = anAnimateDiffRecipe();
    const flat = {
      guidance: Array.from({ length: 8 }, () => guidance),
      promptStrength: Array.from({ length: 8 }, () => 1),
    };
    expect(await framesOf(anAnimateDiffRecipe({ windows: [aWindow({ ...window, ...flat })] }))).toEqual(plain);
  });
});

describe('guidance and prompt strength', () => {
  test.each([
    ['Wan, with a reference before the film', 'wan'],
    ['Text2Video-Zero', 'text2video-zero'],
  ])('of %s: flat ones change nothing, others do', async (_, family) => {
    const first = (await framesOf(aWanRecipe('text'))).at(0) ?? '';
    const frames = family === 'wan' ? 9 : 6;
    const draw = (over: Partial<Window> = {}, more: Partial<Recipe> = {}): Promise<string[]> => {
      const windows = [aWindow({ frames, keepTo: frames, prompt: 'the red ball', ...over })];
      return framesOf(
        family === 'wan'
          ? aWanRecipe('vace', { windows, steps: 2, references: [first], ...more })
          : aTinyRecipe(text2VideoZeroDir, { frameCount: frames, steps: 7, windows, ...more }),
      );
    };
    const each = (value: (frame: number) => number) => Array.from({ length: frames }, (_unused, frame) => value(frame));
    const plain = await draw();
    expect(await draw({ guidance: each(() => 3), promptStrength: [1] }, { guidance: 3 })).toEqual(
      await draw({}, { guidance: 3 }),
    );
    const rising = await draw({ guidance: each((frame) => 1 + frame) });
    expect(rising).not.toEqual(plain);
    const weak = await draw({ promptStrength: [0.3] });
    expect(weak).not.toEqual(plain);
    // At no strength the prompt says nothing.
    expect(await draw({ promptStrength: [0] })).toEqual(await draw({ promptStrength: [0], prompt: 'on' }));
  });
});

describe('guidance', () => {
  test('that rises in the last window changes its frames and no earlier one', async () => {
    const plain = await framesOf(three());
    const rising = await framesOf(
      three((window, i) => (i < 2 ? {} : { guidance: Array.from({ length: window.frames }, (_, frame) => 3 + frame) })),
    );
    expect(rising.slice(0, 10)).toEqual(plain.slice(0, 10));
    for (let index = 10; index < 15; index++) expect(rising[index]).not.toBe(plain[index]);
  });

  test('that is higher at one end of a window changes the frames there more than at the other', async () => {
    const standing = { frames: 9, keepTo: 9, prompt: 'a red heart in the sky' };
    const nine = (guidance: number[]): Promise<string[]> =>
      framesOf(aRecipe({ frameCount: 9, steps: 6, windows: [aWindow({ ...standing, guidance })] }));
    const plain = await nine(Array<number>(9).fill(1.5));
    /** Change of the last three frames, over that of the first three. */
    const lateOverEarly = async (guidance: number[]): Promise<number> => {
      const changed = await nine(guidance);
      const change = async (frames: readonly number[]): Promise<number> => {
        let sum = 0;
        for (const k of frames) sum += meanDifference(await pixelsOf(plain[k] ?? ''), await pixelsOf(changed[k] ?? ''));
        return sum;
      };
      return (await change([6, 7, 8])) / (await change([0, 1, 2]));
    };
    const [rising, falling] = [
      [1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 6, 6, 6],
      [6, 6, 6, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5],
    ].map(lateOverEarly);
    expect(await rising).toBeGreaterThan(1.5 * ((await falling) ?? Infinity));
  });

  test('frame by frame in the AnimateDiff family', async () => {
    const window = { frames: 8, keepTo: 8, prompt: 'the red ball' };
    const plain = await framesOf(anAnimateDiffRecipe({ windows: [aWindow(window)] }));
    const guidance = [7.5, 7.5, 7.5, 7.5, 7.5, 7.5, 7.5, 15];
    const curved = await framesOf(anAnimateDiffRecipe({ guidance: 7.5, windows: [aWindow({ ...window, guidance })] }));
    expect(curved).not.toEqual(plain);
  });

  test('values that do not fit the window are refused and named', async () => {
    await expect(framesOf(three(() => ({ guidance: [3, 4] })))).rejects.toMatchObject({
      code: 'input/invalid',
      detail: { field: 'windows.0.guidance', value: '2 values' },
    });
    await expect(
      framesOf(three((w) => ({ promptStrength: Array.from({ length: w.frames - 1 }, () => 1.2) }))),
    ).rejects.toMatchObject({
      detail: { field: 'windows.0.promptStrength', value: '4 values' },
    });
  });
});

describe('prompt strength', () => {
  test('at 0 draws the empty prompt, and on the way up comes nearer to the prompt', async () => {
    const one = (over: Partial<Window>) =>
      framesOf(aRecipe({ steps: 6, windows: [aWindow({ prompt: 'a red ball on a blue background', ...over })] }));
    const last = async (over: Partial<Window>): Promise<Uint8Array> => pixelsOf((await one(over)).at(-1) ?? '');
    const [whole, empty] = [await last({}), await last({ prompt: '' })];
    const away: number[] = [];
    for (const strength of [0.25, 0.5, 0.75])
      away.push(meanDifference(whole, await last({ promptStrength: [strength] })));
    expect(away).toEqual(away.toSorted((a, b) => b - a));
    expect(meanDifference(whole, empty)).toBeGreaterThan(away.at(-1) ?? Infinity);
  });

  test('above 1 goes beyond', async () => {
    const recipe = (promptStrength?: number[]) =>
      aRecipe({ windows: [aWindow({ ...(promptStrength && { promptStrength }) })] });
    expect(await framesOf(recipe([1.5]))).not.toEqual(await framesOf(recipe()));
  });
});

describe('hold', () => {
  test('lets a window go from the frames before it, the more the lower it is', async () => {
    const seam = async (prefix: number): Promise<number> => {
      const frames = await framesOf(
        three((_, i) => (i === 1 ? { hold: { prefix, later: 1 }, prompt: 'a green square' } : {})),
      );
      return meanDifference(await pixelsOf(frames[4] ?? ''), await pixelsOf(frames[5] ?? ''));
    };
    const [firm, half, free] = [await seam(1), await seam(0.5), await seam(0)];
    expect(firm).toBeLessThan(free);
    expect(half).toBeLessThanOrEqual(free);
  });

  test('of a pinned image decides how near its frame comes to it, and a repeat gives the same bytes', async () => {
    const [image = ''] = await framesOf(aRecipe({ windows: [aWindow({ prompt: 'a green square', seed: 9 })] }));
    const recipe = (later: number): Recipe =>
      aRecipe({
        steps: 6,
        known: [{ index: 4, frame: image }],
        windows: [aWindow({ later: 4, hold: { prefix: 1, later } })],
      });
    const target = await pixelsOf(image);
    const distance = async (later: number): Promise<number> =>
      meanDifference(target, await pixelsOf((await framesOf(recipe(later)))[4] ?? ''));
    expect(await distance(1)).toBeLessThan(await distance(0.3));
    expect(await framesOf(recipe(0.3))).toEqual(await framesOf(recipe(0.3)));
  });

  test('of the AnimateDiff family is the share of steps that known frames are put back for', async () => {
    const first = await framesOf(anAnimateDiffRecipe({ windows: [aWindow({ frames: 8, keepTo: 8 })] }));
    const known = first.slice(5).map((frame, i) => ({ index: i - 3, frame }));
    const recipe = (hold?: number): Recipe =>
      anAnimateDiffRecipe({
        role: 'forward',
        frameCount: 5,
        known,
        windows: [
          aWindow({
            start: -3,
            frames: 8,
            prefix: 3,
            keepTo: 5,
            ...(hold !== undefined && { hold: { prefix: hold, later: 1 } }),
          }),
        ],
      });
    const plain = await framesOf(recipe());
    expect(await framesOf(recipe(1))).toEqual(plain);
    expect(await framesOf(recipe(0.5))).not.toEqual(plain);
    expect(await framesOf(recipe(0))).not.toEqual(await framesOf(recipe(0.5)));
  });
});

/** By how many pixels the hills of `b` lie to the right of those of `a`: where green ends and blue begins. */
function hillShift(a: Uint8Array, b: Uint8Array): number {
  const isHill = (rgb: Uint8Array, x: number, y: number): boolean => {
    const at = (y * 128 + x) * 3;
    return (rgb[at + 1] ?? 0) > (rgb[at + 2] ?? 0);
  };
  const differenceAt = (shift: number): number => {
    let differing = 0;
    for (let y = 70; y < 110; y++)
      for (let x = 32; x < 128; x++) if (isHill(a, x - shift, y) !== isHill(b, x, y)) differing++;
    return differing;
  };
  const shifts = Array.from({ length: 45 }, (_, i) => i - 12);
  return shifts.reduce((best, shift) => (differenceAt(shift) < differenceAt(best) ? shift : best));
}

describe.each([
  ['that pictures are moved by', pocketMovedByPictures()],
  ['told to the model', pocketDir],
])('the camera %s', (_, dir) => {
  test('is bit-equal on every run, and the run is as before without it', async () => {
    const recipe = three(undefined, { camera: moving({ panX: 1.5, rotate: 0.7, zoom: 1.01 }) });
    const frames = await framesOf(recipe, dir);
    expect(await framesOf(recipe, dir)).toEqual(frames);
    const plain = await framesOf(three(), dir);
    // Where it is told, the first frame too is drawn beside others that are seen from elsewhere.
    expect(frames[0] === plain[0]).toBe(dir !== pocketDir);
    expect(frames.slice(1).some((hash) => plain.includes(hash))).toBe(false);
    expect(await framesOf(three(undefined, { camera: moving({}) }), dir)).toEqual(plain);
  });

  test('a run cut in two has the bytes of one that was not', async () => {
    const camera = moving({ panX: 2 });
    const whole = three(undefined, { camera });
    const frames = await framesOf(whole, dir);
    const [first, second] = [whole.windows[0]!, whole.windows[1]!];
    const start = await framesOf(aRecipe({ steps: 6, windows: [first], camera: moving({ panX: 2 }, 4) }), dir);
    const rest = await framesOf(
      aRecipe({
        role: 'forward',
        steps: 6,
        known: start.slice(1).map((frame, i) => ({ index: i - 4, frame })),
        windows: [{ ...second, start: -4, keepFrom: 0, keepTo: 5 }],
        camera: { from: -3, moves: moving({ panX: 2 }, 8).moves },
      }),
      dir,
    );
    expect([...start, ...rest]).toEqual(frames.slice(0, 10));
  });
});

/** By how many pixels each frame's hills lie to the right of the first one's, with a pan of so many pixels a frame. */
async function hillShifts(panX: number, packageDir: string): Promise<number[]> {
  const plain = three(() => ({ prompt: 'a red ball bouncing on a green meadow' }), { steps: 12 });
  const frames = await framesOf(panX === 0 ? plain : { ...plain, camera: moving({ panX }) }, packageDir);
  const first = await pixelsOf(frames[0] ?? '');
  const list: number[] = [];
  for (const hash of frames) list.push(hillShift(first, await pixelsOf(hash)));
  return list;
}
/** The model redraws the hills in every window, and the ball hides some of them: most frames, not each. */
const most = (deviations: number[]): number => deviations.toSorted((a, b) => a - b).at(-3) ?? Infinity;

describe('a pan', () => {
  test.each([
    ['that pictures are moved by', pocketMovedByPictures(), 3],
    // The model knows from its lessons how far 2 pixels a frame are, and lags by a fifth.
    ['that the model draws', pocketDir, 7],
  ])('%s moves the background by the pixels asked for, within windows and over their edges', async (_, dir, off) => {
    const [standing, panned] = [await hillShifts(0, dir), await hillShifts(2, dir)];
    expect(most(standing.map(Math.abs))).toBeLessThanOrEqual(2);
    expect(most(panned.map((shift, index) => Math.abs(shift - 2 * index)))).toBeLessThanOrEqual(off);
    expect(Math.abs((panned.at(-1) ?? 0) - 28)).toBeLessThanOrEqual(off);
  });
});
