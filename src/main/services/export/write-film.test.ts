import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compositeFrame } from '@core/compositor/composite';
import type { FilmPlan, Layer } from '@core/export/plan';
import type { Smoothing } from '@core/interpolation/smoothing';
import { createRate, type Rate } from '@core/time/rate';
import type { ExportPreset } from '@contracts/job';
import type { Recipe } from '@contracts/recipe';
import { decodePng } from '../../platform/png';
import { FrameStore } from '../media/frame-store';
import { psnr } from '@core/quality/seam';
import { probeFile } from '../ffmpeg/probe-file';
import { readFfmpeg } from '../ffmpeg/run-ffmpeg';
import { gifTimingOf } from './gif-timing';
import type { ExportTask } from './messages';
import { readRecipes } from '../recipes/read-recipes';
import { readRecipeBox } from './mp4-recipe';
import { partialPathOf } from './out-path';
import { writeFilm } from './write-film';
import { rgbFromRgba } from './render-film';

const WIDTH = 64;
const HEIGHT = 48;

let dir: string;
let store: FrameStore;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'onionskin-export-'));
  store = new FrameStore(join(dir, 'frames'));
  await mkdir(join(dir, 'out'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** A smooth picture that moves with `phase`, so that compression has something ordinary to do. */
function picture(phase: number, width = WIDTH, height = HEIGHT): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      rgb[at] = 128 + 100 * Math.sin((x + 2 * phase) / 9);
      rgb[at + 1] = 128 + 90 * Math.cos((y - phase) / 7);
      rgb[at + 2] = 60 + 2 * phase;
    }
  return rgb;
}

async function stored(count: number, width = WIDTH, height = HEIGHT): Promise<string[]> {
  const hashes: string[] = [];
  for (let phase = 0; phase < count; phase++)
    hashes.push((await store.put(picture(phase, width, height), width, height)).hash);
  return hashes;
}

interface PlanOptions {
  readonly rate?: Rate;
  readonly width?: number;
  readonly height?: number;
  readonly missing?: FilmPlan['missing'];
}

function planOf(frames: readonly (readonly Layer[])[], options: PlanOptions = {}): FilmPlan {
  const { rate = createRate(8), width = WIDTH, height = HEIGHT, missing = [] } = options;
  return { width, height, rate, from: 0, to: frames.length, frames, missing };
}

const single = (hashes: readonly string[]): Layer[][] => hashes.map((frame) => [{ frame, opacity256: 256 }]);

function taskOf(
  plan: FilmPlan,
  preset: ExportPreset,
  name: string,
  recipes: readonly Recipe[] | null = null,
): ExportTask {
  return {
    plan,
    preset,
    framesDir: store.dir,
    outPath: join(dir, 'out', name),
    recipes,
    sound: null,
    smooth: null,
    interchange: null,
  };
}

const recipe: Recipe = {
  schema: 1,
  family: 'ltx',
  model: { id: 'pocket', version: '1', files: {} },
  role: 'first',
  ...{ width: WIDTH, height: HEIGHT, rate: { num: 8, den: 1 }, frameCount: 9, steps: 24, guidance: 3, seed: 1 },
  scheduler: { class: 'FlowMatchEulerDiscreteScheduler', config: {} },
  known: [],
  windows: [
    {
      ...{ start: 0, frames: 9, prefix: 0, later: null, keepFrom: 0, keepTo: 9, negative: '', seed: 1 },
      prompt: 'a red ball; "50 %" = \\half\\ # über\nthe sea',
    },
  ],
  provider: 'cpu',
  threads: 1,
  versions: { app: '0.1.0', onnxruntime: '1.30.0' },
};

describe('smoothing', () => {
  const smooth = (smoothing: Smoothing) => ({
    smoothing,
    graphFile: resolve('resources/interpolator/model.onnx'),
    threads: 1,
  });

  it('draws frames in between, keeps the film’s own, and a cut', async () => {
    const [a = '', b = ''] = await stored(2);
    const negative = picture(1).map((value) => 255 - value);
    const { hash: other } = await store.put(negative, WIDTH, HEIGHT);
    const frames = single([a, b, other]);
    const task = { ...taskOf(planOf(frames), 'png-sequence', 'frames'), smooth: smooth(3) };
    const seen: number[] = [];
    expect((await writeFilm(task, { onFrame: (done) => seen.push(done) })).frames).toBe(9);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const shown: Uint8Array[] = [];
    for (const name of (await readdir(task.outPath)).filter((file) => file.endsWith('.png')))
      shown.push(decodePng(await readFile(join(task.outPath, name))).rgb);
    const own = (index: number): Uint8Array => shown[index] ?? new Uint8Array();
    expect([own(0), own(3), own(6)]).toEqual([picture(0), picture(1), negative]);
    // Nearer to what lies between than either end is.
    for (const [index, phase] of [
      [1, 1 / 3],
      [2, 2 / 3],
    ] as const)
      expect(psnr(own(index), picture(phase))).toBeGreaterThan(
        Math.max(psnr(picture(0), picture(phase)), psnr(picture(1), picture(phase))),
      );
    expect([own(4), own(5), own(7), own(8)]).toEqual([picture(1), negative, negative, negative]);
  });

  it('is told by the file: more frames a second, and the same length', async () => {
    const task = { ...taskOf(planOf(single(await stored(4))), 'h264-mp4', 'film.mp4'), smooth: smooth(3) };
    await writeFilm(task);
    const { streams } = await probeFile(task.outPath, { countPackets: true });
    expect(streams?.[0]).toMatchObject({ avg_frame_rate: '24/1', nb_read_packets: '12', duration: '0.500000' });
  });

  it('beyond what a preset can play is refused before anything is drawn', async () => {
    const plan = planOf(single(await stored(2)), { rate: createRate(24) });
    const task = { ...taskOf(plan, 'gif', 'film.gif'), smooth: smooth(3) };
    await expect(writeFilm(task)).rejects.toMatchObject({ code: 'input/invalid', detail: { field: 'rate' } });
    expect(existsSync(task.outPath)).toBe(false);
  });
});

describe('H.264 in MP4', () => {
  it.each([
    ['one frame', 1, createRate(8)],
    ['eight a second', 9, createRate(8)],
    ['NTSC film', 25, createRate(24000, 1001)],
    ['sixty a second', 61, createRate(60)],
  ])('has exactly the frames, rate, size and colour tags of the film: %s', async (_name, count, rate) => {
    const task = taskOf(planOf(single(await stored(count)), { rate }), 'h264-mp4', 'film.mp4');
    const written = await writeFilm(task);
    expect(written.frames).toBe(count);
    const { streams } = await probeFile(task.outPath, { countPackets: true });
    expect(streams?.[0]).toMatchObject({
      codec_name: 'h264',
      pix_fmt: 'yuv420p',
      width: WIDTH,
      height: HEIGHT,
      nb_frames: String(count),
      nb_read_packets: String(count),
      r_frame_rate: `${rate.num}/${rate.den}`,
      color_range: 'tv',
      color_space: 'bt709',
      color_transfer: 'bt709',
      color_primaries: 'bt709',
    });
    expect(await readdir(join(dir, 'out'))).toEqual(['film.mp4']);
  });

  it('has its index before its pictures, so that it plays while it loads', async () => {
    const task = taskOf(planOf(single(await stored(3))), 'h264-mp4', 'film.mp4');
    await writeFilm(task);
    const bytes = await readFile(task.outPath);
    expect(bytes.indexOf('moov')).toBeGreaterThan(0);
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
  });

  it('shows the frames it was given when it is read back (35 dB or more)', async () => {
    const count = 9;
    const task = taskOf(planOf(single(await stored(count))), 'h264-mp4', 'film.mp4');
    await writeFilm(task);
    const bytes = WIDTH * HEIGHT * 3;
    const args = ['-i', `file:${task.outPath}`, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
    const decoded = await readFfmpeg(args, { limitBytes: count * bytes });
    const worst = Math.min(
      ...Array.from({ length: count }, (_, index) =>
        psnr(decoded.subarray(index * bytes, (index + 1) * bytes), picture(index)),
      ),
    );
    expect(worst).toBeGreaterThanOrEqual(35);
  });

  it('carries the recipes, letter for letter, and nothing when they are switched off', async () => {
    const plan = planOf(single(await stored(2)));
    const withRecipe = taskOf(plan, 'h264-mp4', 'with.mp4', [recipe]);
    await writeFilm(withRecipe);
    expect(JSON.parse((await readRecipeBox(withRecipe.outPath)) ?? '')).toEqual([recipe]);
    const prores = taskOf(plan, 'prores-mov', 'with.mov', [recipe]);
    await writeFilm(prores);
    expect(JSON.parse((await readRecipeBox(prores.outPath)) ?? '')).toEqual([recipe]);
    const without = taskOf(plan, 'h264-mp4', 'without.mp4');
    await writeFilm(without);
    expect(await readRecipeBox(without.outPath)).toBeNull();
  });

  it('refuses an odd size by name instead of cropping it', async () => {
    const plan = planOf(single(await stored(1, 33, 48)), { width: 33 });
    await expect(writeFilm(taskOf(plan, 'h264-mp4', 'film.mp4'))).rejects.toMatchObject({
      code: 'input/invalid',
      detail: { field: 'size', value: '33x48', remedy: expect.stringContaining('34x48') },
    });
    await expect(writeFilm(taskOf(plan, 'prores-mov', 'film.mov'))).rejects.toMatchObject({
      code: 'input/invalid',
      detail: { field: 'size', value: '33x48', remedy: expect.stringContaining('34x48') },
    });
  });
});

describe('GIF', () => {
  it.each([
    ['eight a second', 9, createRate(8)],
    ['NTSC film', 25, createRate(24000, 1001)],
  ])('has exactly the frames of the film and keeps its time: %s', async (_name, count, rate) => {
    const task = taskOf(planOf(single(await stored(count)), { rate }), 'gif', 'film.gif', [recipe]);
    await writeFilm(task);
    const { streams } = await probeFile(task.outPath, { countPackets: true });
    expect(streams?.[0]).toMatchObject({ width: WIDTH, height: HEIGHT, nb_read_packets: String(count) });
    const timing = gifTimingOf(await readFile(task.outPath));
    expect(timing.frames).toBe(count);
    expect(Math.abs(timing.seconds - (count * rate.den) / rate.num)).toBeLessThanOrEqual(0.05);
    expect(await readdir(join(dir, 'out'))).toEqual(['film.gif']);
  });

  it('keeps frames that do not differ', async () => {
    const [frame = ''] = await stored(1);
    const task = taskOf(planOf(single([frame, frame, frame])), 'gif', 'film.gif');
    await writeFilm(task);
    expect((await probeFile(task.outPath, { countPackets: true })).streams?.[0]?.nb_read_packets).toBe('3');
  });

  it('carries the recipes in a comment', async () => {
    const task = taskOf(planOf(single(await stored(2))), 'gif', 'film.gif', [recipe]);
    await writeFilm(task);
    const bytes = await readFile(task.outPath);
    expect(JSON.parse(commentOf(bytes).replace(/^onionskin /, ''))).toEqual([recipe]);
  });
});

/** The text of the last comment extension of a GIF. */
function commentOf(bytes: Buffer): string {
  let at = bytes.lastIndexOf(Buffer.of(0x21, 0xfe)) + 2;
  const parts: Buffer[] = [];
  for (let length = bytes[at] ?? 0; length > 0; length = bytes[at] ?? 0) {
    parts.push(bytes.subarray(at + 1, at + 1 + length));
    at += 1 + length;
  }
  expect(bytes.subarray(at)).toEqual(Buffer.of(0, 0x3b));
  return Buffer.concat(parts).toString('utf8');
}

describe('recipes', () => {
  const two = [
    recipe,
    { ...recipe, seed: 7, windows: recipe.windows.map((one) => ({ ...one, prompt: 'Ein Mädchen 🎈' })) },
  ];
  it.each([
    ['h264-mp4', 'film.mp4'],
    ['prores-mov', 'film.mov'],
    ['gif', 'film.gif'],
    ['png-sequence', 'frames'],
  ] as const)(
    'are read back from %s under another name, and not found where they were left out',
    async (preset, name) => {
      const plan = planOf(single(await stored(2)));
      for (const recipes of [two, null]) {
        const task = taskOf(plan, preset, name, recipes);
        await writeFilm(task);
        const renamed = join(dir, 'renamed.bin');
        await copyFile(preset === 'png-sequence' ? join(task.outPath, '000001.png') : task.outPath, renamed);
        const reading = readRecipes(renamed);
        if (recipes === null) await expect(reading).rejects.toMatchObject({ code: 'media/unsupported' });
        else expect(await reading).toEqual(recipes);
      }
    },
  );
});

describe('PNG sequence', () => {
  it('holds exactly what the compositor drew: dissolves, gaps and all', async () => {
    const [a = '', b = ''] = await stored(2);
    const layers: Layer[][] = [
      [{ frame: a, opacity256: 256 }],
      [
        { frame: a, opacity256: 256 },
        { frame: b, opacity256: 85 },
      ],
      [],
    ];
    const task = taskOf(planOf(layers), 'png-sequence', 'frames');
    await writeFilm(task);
    expect(await readdir(task.outPath)).toEqual(['000000.png', '000001.png', '000002.png']);
    for (const [index, frameLayers] of layers.entries()) {
      const decoded = await Promise.all(
        frameLayers.map(async ({ frame, opacity256 }) => ({ pixels: await store.read(frame), opacity256 })),
      );
      const png = decodePng(await readFile(join(task.outPath, `00000${index}.png`)));
      expect(Buffer.from(png.rgb).equals(rgbFromRgba(compositeFrame(decoded, WIDTH, HEIGHT)))).toBe(true);
    }
    // A frame with one opaque layer is the stored file itself.
    const [first, original] = [await readFile(join(task.outPath, '000000.png')), await readFile(store.pathOf(a))];
    expect(first.equals(original)).toBe(true);
  });

  it('takes any size, and the recipes in each frame and as a file beside them', async () => {
    const plan = planOf(single(await stored(1, 33, 17)), { width: 33, height: 17 });
    const task = taskOf(plan, 'png-sequence', 'frames', [recipe]);
    await writeFilm(task);
    expect(await readdir(task.outPath)).toEqual(['000000.png', 'recipe.json']);
    expect(JSON.parse(await readFile(join(task.outPath, 'recipe.json'), 'utf8'))).toEqual([recipe]);
    const frame = join(task.outPath, '000000.png');
    expect(decodePng(await readFile(frame))).toMatchObject({ width: 33, height: 17 });
    // Also when it is sent on without its folder.
    const alone = join(dir, 'still of the film.png');
    await copyFile(frame, alone);
    expect(await readRecipes(alone)).toEqual([recipe]);
  });

  it('replaces an earlier sequence whole, so that no old frame stays behind', async () => {
    const hashes = await stored(3);
    await writeFilm(taskOf(planOf(single(hashes)), 'png-sequence', 'frames'));
    const task = taskOf(planOf(single(hashes.slice(0, 1))), 'png-sequence', 'frames');
    await writeFilm(task);
    expect(await readdir(task.outPath)).toEqual(['000000.png']);
    expect(await readdir(join(dir, 'out'))).toEqual(['frames']);
  });

  it('refuses a folder that holds anything else', async () => {
    const task = taskOf(planOf(single(await stored(1))), 'png-sequence', 'frames');
    await mkdir(task.outPath);
    await writeFile(join(task.outPath, 'diary.txt'), 'mine');
    await expect(writeFilm(task)).rejects.toMatchObject({
      code: 'export/write-failed',
      message: expect.stringContaining('diary.txt'),
    });
    expect(await readdir(task.outPath)).toEqual(['diary.txt']);
  });
});

describe('what goes wrong', () => {
  it('refuses an empty range', async () => {
    await expect(writeFilm(taskOf(planOf([]), 'gif', 'film.gif'))).rejects.toMatchObject({ code: 'export/empty' });
  });

  it('names the clips without pictures, and draws them black only when told to', async () => {
    const missing = [{ clipId: 'c', clipName: 'Boat', from: 1, to: 2 }];
    const [frame = ''] = await stored(1);
    const task = taskOf(planOf([[{ frame, opacity256: 256 }], []], { missing }), 'png-sequence', 'frames');
    await expect(writeFilm(task)).rejects.toMatchObject({
      code: 'export/missing-frames',
      message: 'these clips have no pictures yet: Boat (frames 1–1)',
    });
    await writeFilm(task, { isMissingAllowed: true });
    const black = decodePng(await readFile(join(task.outPath, '000001.png')));
    expect(black.rgb.every((value) => value === 0)).toBe(true);
  });

  it.each<[ExportPreset, string]>([
    ['h264-mp4', 'film.mp4'],
    ['gif', 'film.gif'],
    ['png-sequence', 'frames'],
  ])('leaves nothing behind when it is cancelled: %s', async (preset, name) => {
    const task = taskOf(planOf(single(await stored(9))), preset, name, [recipe]);
    const cancelled = new AbortController();
    const onFrame = (done: number): void => {
      if (done === 3) cancelled.abort();
    };
    await expect(writeFilm(task, { onFrame, signal: cancelled.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(join(dir, 'out'))).toEqual([]);
  });

  it('does not touch the film that is there when a frame cannot be read', async () => {
    const hashes = await stored(4);
    const task = taskOf(planOf(single(hashes)), 'h264-mp4', 'film.mp4');
    await writeFilm(task);
    const before = await readFile(task.outPath);
    await writeFile(store.pathOf(hashes[2] ?? ''), 'damaged');
    await expect(writeFilm(task)).rejects.toMatchObject({ code: 'media/unreadable' });
    expect((await readFile(task.outPath)).equals(before)).toBe(true);
    expect(await readdir(join(dir, 'out'))).toEqual(['film.mp4']);
  });

  it('says which folder is missing', async () => {
    const task = { ...taskOf(planOf(single(await stored(1))), 'gif', ''), outPath: join(dir, 'nowhere', 'film.gif') };
    await expect(writeFilm(task)).rejects.toMatchObject({
      code: 'export/write-failed',
      message: expect.stringContaining('nowhere'),
    });
    expect(existsSync(partialPathOf(task.outPath))).toBe(false);
  });
});
