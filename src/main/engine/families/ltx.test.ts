/** What the LTX family promises beyond its pictures: windows, repeats, stops and named failures. */
import { copyFileSync, cpSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RunProgress, StepPreview } from '@contracts/engine';
import type { Recipe } from '@contracts/recipe';
import { FrameStore } from '../../services/media/frame-store';
import {
  aRecipe,
  aTempDir,
  aWindow,
  changeConditioning,
  copyPocket,
  plainMix,
  pocketDir,
  pocketManifest,
} from '../../../../test/support/pocket';
import { pixelsMostly } from '../../../../test/support/colours';
import { aTinyRecipe, ltxDirs, schedulerOf } from '../../../../test/support/references';
import { loadModelPackage } from '../model-package';
import { Runner, type RunHooks, type RunResult } from '../runner';
import { SessionPool } from '../session-pool';
import type { StoredFrame } from './family-run';

const temp = aTempDir();
const runner = new Runner();
afterAll(async () => {
  await runner.close();
  temp.remove();
});
let folders = 0;
const aFolder = (): string => join(temp.dir, String(folders++));
const framesDir = aFolder();

function run(
  recipe: Recipe,
  hooks: Partial<RunHooks> = {},
  packageDir = pocketDir,
  dir = framesDir,
): Promise<RunResult> {
  return runner.run(
    { jobId: 'job', recipe, packageDir, framesDir: dir },
    { onProgress: () => undefined, onFrames: () => undefined, signal: new AbortController().signal, ...hooks },
  );
}

/** Indices counted from the segment's first frame. */
const knownFrom = (frames: readonly string[], first: number): Recipe['known'] =>
  frames.map((frame, i) => ({ index: first + i, frame }));

test('a provider that is not there leaves its graphs to the processor, in kept sessions too, and says so', async () => {
  const plain = await run(aRecipe());
  for (let again = 0; again < 2; again++) {
    const notes: string[] = [];
    const fallen = await run(aRecipe({ provider: 'cuda' }), { onNote: (note) => notes.push(note) });
    expect(fallen.frames).toEqual(plain.frames);
    const graphs = ['text_encoder', 'transformer', 'vae_decoder'];
    expect(fallen.report.fallbacks.map(({ graph }) => graph)).toEqual(graphs);
    expect(notes).toHaveLength(graphs.length);
  }
});

describe('a run', () => {
  test('the same recipe twice gives the same hashes, another seed gives others', async () => {
    const first = await run(aRecipe());
    const second = await run(aRecipe());
    const other = await run(aRecipe({ windows: [aWindow({ seed: 2 })] }));
    expect(first.frames).toHaveLength(5);
    expect(second.frames).toEqual(first.frames);
    expect(other.frames.some((hash) => first.frames.includes(hash))).toBe(false);
  });

  test('an extension in the same run has the bytes of one made later from the stored frames', async () => {
    const first = aWindow();
    const second = aWindow({ start: 1, frames: 9, prefix: 4, keepFrom: 5, keepTo: 10, seed: 7 });
    const whole = await run(aRecipe({ frameCount: 10, windows: [first, second] }));
    const start = await run(aRecipe());
    const rest = await run(
      aRecipe({
        role: 'forward',
        known: knownFrom(start.frames.slice(1), -4),
        windows: [aWindow({ start: -4, frames: 9, prefix: 4, seed: 7 })],
      }),
    );
    expect([...start.frames, ...rest.frames]).toEqual(whole.frames);
  });

  test('an extension can go frame by frame', async () => {
    const prompt = 'a white boat moving right on the sea'; // whose waves never rest
    const windows = [
      aWindow({ prompt }),
      aWindow({ start: 2, frames: 4, prefix: 3, keepFrom: 5, keepTo: 6, prompt }),
      aWindow({ start: 3, frames: 4, prefix: 3, keepFrom: 6, keepTo: 7, prompt }),
    ];
    const { frames } = await run(aRecipe({ frameCount: 7, windows }));
    expect(new Set(frames).size).toBe(7);
  });

  test('windows may run backwards in time: frames come as they are made and end in order', async () => {
    const anchor = (await run(aRecipe())).frames[0] ?? '';
    const told: StoredFrame[] = [];
    const whole = await run(
      aRecipe({
        role: 'backward',
        frameCount: 6,
        known: [{ index: 6, frame: anchor }],
        windows: [
          aWindow({ start: 3, frames: 3, later: 6, keepFrom: 3, keepTo: 6 }),
          aWindow({ start: 0, frames: 3, later: 3, keepTo: 3, seed: 5 }),
        ],
      }),
      { onFrames: (frames) => told.push(...frames) },
    );
    expect(told.map(({ index }) => index)).toEqual([3, 4, 5, 0, 1, 2]);
    expect(told.map(({ hash }) => hash)).toEqual([...whole.frames.slice(3), ...whole.frames.slice(0, 3)]);

    const before = await run(
      aRecipe({
        role: 'backward',
        frameCount: 3,
        known: [{ index: 3, frame: whole.frames[3] ?? '' }],
        windows: [aWindow({ frames: 3, later: 3, keepTo: 3, seed: 5 })],
      }),
    );
    expect(before.frames).toEqual(whole.frames.slice(0, 3));
  });

  test('progress rises to the end, and previews show every frame of the window at every step', async () => {
    const progress: RunProgress[] = [];
    const previews: StepPreview[] = [];
    const anchor = (await run(aRecipe())).frames[0] ?? '';
    await run(aRecipe({ known: [{ index: 4, frame: anchor }], windows: [aWindow({ later: 4 })], steps: 3 }), {
      onProgress: (p) => progress.push(p),
      previewListener: () => (preview) => previews.push(preview),
    });
    expect(progress.map(({ stage, step }) => `${stage} ${step}`)).toEqual([
      'loading 0',
      'encoding-prompt 0',
      'encoding-images 0',
      'denoising 0',
      'denoising 1',
      'denoising 2',
      'denoising 3',
      'decoding 3',
      'writing 3',
    ]);
    expect(progress.map(({ seq }) => seq)).toEqual(progress.map((_, i) => i));
    const fractions = progress.map(({ fraction }) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect([fractions[0], fractions.at(-1)]).toEqual([0, 1]);
    expect(progress.map(({ stepMs }) => stepMs === null)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(previews.map(({ rgb, ...rest }) => ({ ...rest, bytes: rgb.length }))).toEqual(
      [1, 2, 3].map((step) => ({
        jobId: 'job',
        window: 0,
        step,
        steps: 3,
        width: 8,
        height: 8,
        indices: [0, 1, 2, 3, 4],
        bytes: 5 * 8 * 8 * 3,
      })),
    );
  });

  test('the last preview looks like the film', async () => {
    let last: StepPreview | null = null as StepPreview | null;
    const { frames } = await run(aRecipe({ steps: 4 }), { previewListener: () => (preview) => (last = preview) });
    const { rgb } = await new FrameStore(framesDir).read(frames[0] ?? '');
    // Mean of each 16 × 16 block of the first frame against the preview's pixel.
    const difference = Array.from({ length: 64 * 3 }, (_, i) => {
      const [cell, c] = [Math.floor(i / 3), i % 3];
      let sum = 0;
      for (let y = 0; y < 16; y++)
        for (let x = 0; x < 16; x++) {
          const pixel = (Math.floor(cell / 8) * 16 + y) * 128 + (cell % 8) * 16 + x;
          sum += rgb[pixel * 3 + c] ?? 0;
        }
      return Math.abs(sum / 256 - (last?.rgb[i] ?? NaN));
    });
    expect(difference.reduce((sum, value) => sum + value, 0) / difference.length).toBeLessThan(12);
  });

  test('guidance 1 runs the prompt alone and differs from guidance 1.00001 by at most a grey level', async () => {
    const store = new FrameStore(framesDir);
    const [one, near] = [await run(aRecipe({ guidance: 1 })), await run(aRecipe({ guidance: 1.00001 }))];
    const [a, b] = [await store.read(one.frames[4] ?? ''), await store.read(near.frames[4] ?? '')];
    expect(
      a.rgb.reduce((most, value, i) => Math.max(most, Math.abs(value - (b.rgb[i] ?? NaN))), 0),
    ).toBeLessThanOrEqual(1);
  });
});

describe('cancelling', () => {
  const steps = 4;
  test.each(Array.from({ length: steps + 1 }, (_, step) => step))(
    'after step %i stops there and stores nothing',
    async (at) => {
      const abort = new AbortController();
      const seen: string[] = [];
      const dir = aFolder();
      const cancelled = run(
        aRecipe({ steps }),
        {
          signal: abort.signal,
          onProgress: ({ stage, step }) => {
            seen.push(`${stage} ${step}`);
            if (stage === 'denoising' && step === at) abort.abort();
          },
        },
        pocketDir,
        dir,
      );
      await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
      expect(seen.at(-1)).toBe(`denoising ${at}`);
      expect(() => readdirSync(dir)).toThrow('ENOENT');
    },
  );

  test('in the second window keeps the frames of the first, and the next run is as if nothing had been', async () => {
    const abort = new AbortController();
    const told: number[] = [];
    const windows = [aWindow(), aWindow({ start: 1, prefix: 4, keepFrom: 5, keepTo: 6 })];
    const cancelled = run(aRecipe({ frameCount: 6, windows }), {
      signal: abort.signal,
      onFrames: (frames) => told.push(...frames.map(({ index }) => index)),
      onProgress: ({ window }) => window === 1 && abort.abort(),
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(told).toEqual([0, 1, 2, 3, 4]);
    const fresh = new Runner();
    const request = { jobId: 'job', recipe: aRecipe(), packageDir: pocketDir, framesDir };
    const hooks = { onProgress: () => undefined, onFrames: () => undefined, signal: new AbortController().signal };
    expect((await run(aRecipe())).frames).toEqual((await fresh.run(request, hooks)).frames);
    await fresh.close();
  });
});

describe('a run refuses', () => {
  test.each<[string, Parameters<typeof aRecipe>[0], object]>([
    ['a size off the grid', { width: 100 }, { code: 'input/invalid', detail: { field: 'width', value: '100' } }],
    ['a window over the longest', { frameCount: 18 }, { code: 'input/invalid', detail: { field: 'windows.0.frames' } }],
    [
      'another scheduler',
      { scheduler: { class: 'UniPCMultistepScheduler', config: {} } },
      { code: 'model/unsupported', detail: { field: 'scheduler_config.json: _class_name' } },
    ],
    [
      'a recipe of another version of the model',
      { model: { id: 'pocket', version: '1', files: { 'transformer/model.onnx': 'f'.repeat(64) } } },
      { code: 'model/wrong-hash' },
    ],
    [
      'a recipe of another model',
      { model: { id: 'other', version: '1', files: {} } },
      { detail: { field: 'recipe.model' } },
    ],
    [
      'a known frame that is not stored',
      { known: [{ index: 0, frame: 'c'.repeat(64) }], windows: [aWindow({ prefix: 1 })] },
      { code: 'media/not-found' },
    ],
  ])('%s', async (_, overrides, error) => {
    await expect(run(aRecipe(overrides))).rejects.toMatchObject(error);
  });

  test('no provider that is not there: the graphs stay on the processor, and the report says why', async () => {
    const { frames, report } = await run(aRecipe({ provider: 'cuda' }));
    expect(frames).toHaveLength(5);
    expect(report.fallbacks.map(({ graph }) => graph)).toEqual(['text_encoder', 'transformer', 'vae_decoder']);
  });

  test('a known frame of another size', async () => {
    const { hash } = await new FrameStore(framesDir).put(new Uint8Array(64 * 64 * 3), 64, 64);
    const recipe = aRecipe({ known: [{ index: 0, frame: hash }], windows: [aWindow({ prefix: 1 })] });
    await expect(run(recipe)).rejects.toMatchObject({ code: 'input/invalid', detail: { value: '64×64' } });
  });

  test('a package of a family it does not know, naming those it does', async () => {
    const dir = copyPocket(aFolder());
    writeFileSync(join(dir, 'onionskin.json'), JSON.stringify({ ...pocketManifest, family: 'constructor' }));
    await expect(run(aRecipe(), {}, dir)).rejects.toMatchObject({
      code: 'model/unsupported',
      detail: { remedy: 'It runs: ltx, animatediff, wan, svd, unet3d, text2video-zero.' },
    });
  });
});

describe('a damaged package', () => {
  const damaged = (path: string, damage: (file: string) => void): string => {
    const dir = copyPocket(aFolder());
    rmSync(join(dir, path));
    copyFileSync(join(pocketDir, path), join(dir, path));
    damage(join(dir, path));
    return dir;
  };

  test.each<[string, string, (file: string) => void, object]>([
    ['no manifest', 'onionskin.json', rmSync, { code: 'model/missing-file', detail: { field: 'onionskin.json' } }],
    [
      'no transformer',
      'transformer/model.onnx',
      rmSync,
      { code: 'model/missing-file', detail: { field: 'transformer/model.onnx' } },
    ],
    [
      'a truncated transformer',
      'transformer/model.onnx',
      (file) => truncateSync(file, 1e6),
      { code: 'engine/load-failed' },
    ],
    ['an empty decoder', 'vae_decoder/model.onnx', (file) => truncateSync(file, 0), { code: 'engine/load-failed' }],
    [
      'another graph in the place of the encoder',
      'text_encoder/model.onnx',
      (file) => copyFileSync(join(pocketDir, 'vae_encoder/model.onnx'), file),
      { code: 'model/unsupported', detail: { field: 'text_encoder/model.onnx' } },
    ],
    [
      'statistics for too few channels',
      'vae/config.json',
      (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('"latents_mean": [', '"latents_mean": [0.5, ')),
      { code: 'model/invalid-manifest', detail: { field: 'vae/config.json' } },
    ],
    [
      'weights that are not numbers',
      'transformer/model.onnx',
      notANumber,
      { code: 'engine/not-finite', detail: { field: 'the transformer' } },
    ],
  ])('with %s is a named error', async (_, path, damage, error) => {
    await expect(run(aRecipe(), {}, damaged(path, damage))).rejects.toMatchObject(error);
  });

  test('does not harm the runs after it', async () => {
    const before = await run(aRecipe());
    await expect(run(aRecipe(), {}, damaged('transformer/model.onnx', notANumber))).rejects.toThrow();
    expect((await run(aRecipe())).frames).toEqual(before.frames);
  });
});

describe('SessionPool', () => {
  test('keeps all graphs of a small package and one at a time of a large one', async () => {
    const small = await loadModelPackage(pocketDir);
    const large = { ...small, manifest: { ...small.manifest, memoryMiB: 4096 } };
    const pool = new SessionPool();
    const openAfterUse = async (pkg: typeof small): Promise<boolean[]> => {
      await pool.select(pkg, { threads: 1, provider: 'cpu' });
      await pool.use('vae_encoder', () => Promise.resolve());
      await pool.use('vae_decoder', () => Promise.resolve());
      return [pool.isOpen('vae_encoder'), pool.isOpen('vae_decoder')];
    };
    expect(await openAfterUse(small)).toEqual([true, true]);
    await pool.select(small, { threads: 2, provider: 'cpu' });
    expect([pool.isOpen('vae_encoder'), pool.isOpen('vae_decoder')]).toEqual([false, false]);
    expect(await openAfterUse(large)).toEqual([false, false]);
    await pool.releaseAll();
  });
});

/** Overwrites float16 weights in the middle of the file with 0x7e7e, which is NaN at either byte alignment. */
function notANumber(file: string): void {
  const bytes = readFileSync(file);
  const middle = bytes.length >> 1;
  writeFileSync(file, bytes.fill(0x7e, middle, middle + 4096));
}

describe('prompt travel', () => {
  const [red, blue] = ['a red ball bouncing on a blue background', 'a green triangle spinning on a yellow background'];
  const mix = (weight: number, kind: 'linear' | 'slerp' = 'linear', frames = 5) => [
    { frames, from: red, to: blue, kind, weight },
  ];
  const pixelsOf = async (frames: readonly string[]): Promise<number[]> => {
    const images = await Promise.all(frames.map((hash) => new FrameStore(framesDir).read(hash)));
    return images.flatMap(({ rgb }) => [...rgb]);
  };
  const distance = (a: readonly number[], b: readonly number[]): number =>
    Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0) / a.length);
  const drawn = async (over: Parameters<typeof aWindow>[0]) =>
    (await run(aRecipe({ steps: 6, windows: [aWindow({ prompt: red, ...over })] }))).frames;

  test('at its ends gives the unblended frames, bit for bit', async () => {
    const [alone, other] = [await drawn({}), await drawn({ prompt: blue })];
    expect(await drawn({ travel: mix(0) })).toEqual(alone);
    expect(await drawn({ travel: mix(0, 'slerp') })).toEqual(alone);
    expect(await drawn({ travel: mix(1) })).toEqual(other);
    expect(await drawn({ travel: mix(0.5) })).not.toEqual(alone);
  });

  test.each(['linear', 'slerp'] as const)('%s: what is drawn on the way lies between the two', async (kind) => {
    const [start, end] = [await pixelsOf(await drawn({})), await pixelsOf(await drawn({ prompt: blue }))];
    const whole = distance(start, end);
    const way: { fromStart: number; fromEnd: number }[] = [];
    for (const weight of [0.25, 0.5, 0.75]) {
      const pixels = await pixelsOf(await drawn({ travel: mix(weight, kind) }));
      way.push({ fromStart: distance(start, pixels) / whole, fromEnd: distance(end, pixels) / whole });
    }
    for (const { fromStart, fromEnd } of way) {
      expect(fromStart).toBeLessThan(1);
      expect(fromEnd).toBeLessThan(1);
    }
    expect(way).toEqual(way.toSorted((a, b) => a.fromStart - b.fromStart));
    expect(way).toEqual(way.toSorted((a, b) => b.fromEnd - a.fromEnd));
  });

  test('mixes that do not cover the window are refused', async () => {
    await expect(run(aRecipe({ windows: [aWindow({ travel: mix(0.5, 'linear', 4) })] }))).rejects.toMatchObject({
      code: 'input/invalid',
      detail: { field: 'windows.0.travel', value: '4' },
    });
  });
});

describe('prompts that change from frame to frame', () => {
  const [red, green] = ['a big red ball on a blue background', 'a big green ball on a blue background'];
  const nine = (over: Parameters<typeof aWindow>[0]) =>
    aRecipe({
      // As the package proposes.
      ...{ frameCount: 9, steps: 12, guidance: 2.5, guidanceRule: { steady: 1 }, scheduler: schedulerOf(pocketDir) },
      windows: [aWindow({ frames: 9, keepTo: 9, prompt: red, seed: 2, ...over })],
    });
  /** Pixels of each frame that are more of the one channel than of the others. */
  const mostly = async (frames: readonly string[], channel: 0 | 1 | 2): Promise<number[]> => {
    const images = await Promise.all(frames.map((hash) => new FrameStore(framesDir).read(hash)));
    return images.map(({ rgb }) => pixelsMostly(rgb, channel, 25));
  };

  test('change what is drawn at their frame: the ball is red, and green from the fifth on', async () => {
    const { frames } = await run(nine({ travel: [plainMix(4, red), plainMix(5, green)] }));
    const [reds, greens] = [await mostly(frames, 0), await mostly(frames, 1)];
    for (const [frame, count] of reds.entries()) {
      const [of, other] = frame < 4 ? [count, greens[frame] ?? 0] : [greens[frame] ?? 0, count];
      expect(of, `frame ${frame}`).toBeGreaterThan(100);
      expect(of, `frame ${frame}`).toBeGreaterThan(4 * other);
    }
  });

  test('of one text give the bytes of one prompt', async () => {
    const { frames } = await run(nine({ travel: [plainMix(4, red), plainMix(5, red)] }));
    expect(frames).toEqual((await run(nine({}))).frames);
  });

  test('can have a strength of their own, frame by frame', async () => {
    const flat = (await run(nine({ promptStrength: Array.from({ length: 9 }, () => 1) }))).frames;
    expect(flat).toEqual((await run(nine({}))).frames);
    const fading = (await run(nine({ promptStrength: [1, 1, 1, 1, 1, 0, 0, 0, 0] }))).frames;
    const reds = await mostly(fading, 0);
    expect(reds[0]).toBeGreaterThan(100);
    expect(fading).not.toEqual(flat);
  });

  test('are refused by a package that says it reads them and whose transformer has one mask for all tokens', async () => {
    const dir = join(temp.dir, 'one-mask');
    cpSync(ltxDirs.plain, dir, { recursive: true });
    changeConditioning(dir, { perFramePrompts: true });
    const recipe = aTinyRecipe(dir, {
      ...{ width: 64, height: 64, rate: { num: 24, den: 1 }, frameCount: 9, steps: 2 },
      windows: [aWindow({ frames: 9, keepTo: 9, travel: [plainMix(4, 'red'), plainMix(5, 'green')] })],
    });
    await expect(run(recipe, {}, dir)).rejects.toMatchObject({
      code: 'model/unsupported',
      detail: { field: 'conditioning.perFramePrompts' },
    });
    const whole = { ...recipe, windows: [aWindow({ frames: 9, keepTo: 9, prompt: 'red' })] };
    expect((await run(whole, {}, dir)).frames).toHaveLength(9);
  });
});
