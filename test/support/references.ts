/**
 * The stored reference runs of every family: what Python drew over the same weights, and how a run of the engine is held
 * against it. pocket's are made by models/pocket/reference.py, those of the
 * tiny LTX packages by LTXConditionPipeline (models/export/ltx_tiny.py), AnimateDiff's by diffusers' own AnimateDiffPipeline
 * (models/export/animatediff_tiny.py, sparsectrl_tiny.py), Wan's by WanPipeline, WanImageToVideoPipeline and WanVACEPipeline
 * (models/export/wan_tiny.py), and those of Stable Video Diffusion, ModelScope
 * and Text2Video-Zero by their own (svd_tiny.py, unet3d_tiny.py, text2video_zero_tiny.py).
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ModelManifest } from '@contracts/model-manifest';
import type { Recipe } from '@contracts/recipe';
import type { Runner } from '@main/engine/runner';
import { decodePng } from '@main/platform/png';
import { FrameStore } from '@main/services/media/frame-store';
import { aRecipe, aWindow, plainMix, pocketDir, psnr, readNpy, referenceDir, storePng } from './pocket';

export const animateDiffDir = resolve('test/fixtures/animatediff-tiny/package');
const animateDiffReferenceDir = resolve('test/fixtures/animatediff-tiny/reference');
export const animateDiffTokens = join(animateDiffReferenceDir, 'tokens.json');
export const animateDiffManifest = ModelManifest.parse(readJson(join(animateDiffDir, 'onionskin.json')));

const wanPackages = ['text', 'image', 'vace', 'ti2v', 'seeing', 'seeing-two'] as const;
export type WanPackage = (typeof wanPackages)[number];
export type SparsePackage = 'photographs' | 'drawings';
const sparseFixture = resolve('test/fixtures/sparsectrl-tiny');
export const sparseDirs = {
  photographs: join(sparseFixture, 'photographs'),
  drawings: join(sparseFixture, 'drawings'),
};

export type LtxPackage = 'plain' | 'conditioned';
const ltxFixture = resolve('test/fixtures/ltx-tiny');
export const ltxDirs = { plain: join(ltxFixture, 'plain'), conditioned: join(ltxFixture, 'conditioned') };

const wanFixture = resolve('test/fixtures/wan-tiny');
export const wanDirs: Readonly<Record<WanPackage, string>> = {
  text: join(wanFixture, 'text'),
  image: join(wanFixture, 'image'),
  vace: join(wanFixture, 'vace'),
  ti2v: join(wanFixture, 'ti2v'),
  seeing: join(wanFixture, 'seeing'),
  'seeing-two': join(wanFixture, 'seeing-two'),
};
export const wanTokens = join(wanFixture, 'reference/tokens.json');

const svdFixture = resolve('test/fixtures/svd-tiny');
export const svdDir = join(svdFixture, 'package');
const unet3dFixture = resolve('test/fixtures/unet3d-tiny');
export const unet3dDir = join(unet3dFixture, 'package');
const zeroFixture = resolve('test/fixtures/text2video-zero-tiny');
export const text2VideoZeroDir = join(zeroFixture, 'package');

/** The bars: largest absolute difference of the final latents, and dB of the worst frame. */
export const LATENTS_MAX = 1e-4;
export const FRAMES_MIN_DB = 50;

export interface ReferenceRun {
  readonly family: string;
  readonly name: string;
  /** What the run is given besides a prompt, and what makes it different. */
  readonly mode: string;
  readonly scheduler: string;
  readonly packageDir: string;
  readonly recipe: (store: FrameStore) => Promise<Recipe>;
  readonly latents: () => Float32Array;
  /** RGB bytes of each frame. */
  readonly frames: () => Uint8Array[];
}

const PocketCase = z.object({
  prompt: z.string(),
  negative: z.string(),
  seed: z.int(),
  frames: z.int(),
  width: z.int(),
  height: z.int(),
  steps: z.int(),
  guidance: z.number(),
  /** Older cases are plain. */
  steady: z.number().default(0),
  prefix: z.array(z.string()).optional(),
  later: z.object({ image: z.string(), frame: z.int() }).optional(),
  /** Prompts that take over from a frame on. */
  then: z.array(z.object({ frame: z.int(), prompt: z.string() })).default([]),
  /** From each frame to the next. */
  camera: z
    .object({ panX: z.number(), panY: z.number(), zoom: z.number(), rotate: z.number() })
    .nullable()
    .default(null),
});

const AnimateDiffCase = PocketCase.omit({ prefix: true, later: true, steady: true, then: true, camera: true }).extend({
  known: z.int(),
  later: z.int().nullable(),
  /** Drawn over the first run's frames. */
  strength: z.number().optional(),
  loop: z.literal(true).optional(),
  scheduler: z.object({ class: z.string(), config: z.record(z.string(), z.unknown()) }),
});
type AnimateDiffCase = z.infer<typeof AnimateDiffCase>;

const SparseCase = AnimateDiffCase.omit({ known: true, later: true }).extend({
  package: z.enum(['photographs', 'drawings']),
  places: z.array(z.int()),
  scale: z.number(),
});
type SparseCase = z.infer<typeof SparseCase>;

const LtxCase = AnimateDiffCase.omit({ known: true, later: true }).extend({
  package: z.enum(['plain', 'conditioned']),
  rescale: z.number(),
  /** Where the first run's first frames are given, how many of them, and their strength. */
  conditions: z.array(z.tuple([z.int(), z.int(), z.number()])),
});
type LtxCase = z.infer<typeof LtxCase>;

const WanCase = AnimateDiffCase.extend({
  package: z.enum(wanPackages),
  second_guidance: z.number().optional(),
  /** The run that drew the known frames, at the same places. */
  pictures: z.string(),
  keyframes: z.array(z.int()).default([]),
  masked: z.array(z.int()).default([]),
  references: z.array(z.int()).default([]),
  /** Height and width that is left of each reference. */
  cut: z.array(z.tuple([z.int(), z.int()])).default([]),
});
type WanCase = z.infer<typeof WanCase>;

const SvdCase = AnimateDiffCase.omit({ prompt: true, negative: true, known: true, later: true }).extend({
  fps: z.int(),
  bucket: z.int(),
  noise: z.number(),
});
type SvdCase = z.infer<typeof SvdCase>;

export function referenceRuns(): ReferenceRun[] {
  const pocket = Object.keys(z.record(z.string(), z.unknown()).parse(readJson(join(referenceDir, 'cases.json'))));
  const animateDiff = z
    .record(z.string(), AnimateDiffCase)
    .parse(readJson(join(animateDiffReferenceDir, 'cases.json')));
  const sparse = z.record(z.string(), SparseCase).parse(readJson(join(sparseFixture, 'reference/cases.json')));
  const ltx = z.record(z.string(), LtxCase).parse(readJson(join(ltxFixture, 'reference/cases.json')));
  const wan = z.record(z.string(), WanCase).parse(readJson(join(wanFixture, 'reference/cases.json')));
  const svd = z.record(z.string(), SvdCase).parse(readJson(join(svdFixture, 'reference/cases.json')));
  const unet3d = z.record(z.string(), AnimateDiffCase).parse(readJson(join(unet3dFixture, 'reference/cases.json')));
  const zero = z.record(z.string(), AnimateDiffCase).parse(readJson(join(zeroFixture, 'reference/cases.json')));
  return [
    ...pocket.map(pocketRun),
    ...Object.entries(ltx).map(([name, run]) => ltxRun(name, run)),
    ...Object.entries(animateDiff).map(([name, run]) => animateDiffRun(name, run)),
    ...Object.entries(sparse).map(([name, run]) => sparseRun(name, run)),
    ...Object.entries(wan).map(([name, run]) => wanRun(name, run, wan[run.pictures]?.frames ?? 0)),
    ...Object.entries(svd).map(([name, run]) => svdRun(name, run)),
    ...Object.entries(unet3d).map(([name, run]) =>
      textRun(name, run, { family: 'unet3d', fixture: unet3dFixture, known: 'ddim' }),
    ),
    ...Object.entries(zero).map(([name, run]) =>
      textRun(name, run, { family: 'text2video-zero', fixture: zeroFixture, known: null }),
    ),
  ];
}

function pocketRun(name: string): ReferenceRun {
  const reference = PocketCase.parse(readJson(join(referenceDir, `${name}.json`)));
  const { frames: frameCount, width, height, steps, guidance, steady, seed, prompt, negative } = reference;
  const { prefix = [], later, then, camera } = reference;
  const given = [
    prefix.length > 0 && `${prefix.length} first`,
    later && '1 later',
    then.length > 0 && `${then.length + 1} prompts`,
    camera && 'camera',
  ]
    .filter(Boolean)
    .join(', ');
  const starts = [{ frame: 0, prompt }, ...then];
  const travel = starts.map((one, i) => plainMix((starts[i + 1]?.frame ?? frameCount) - one.frame, one.prompt));
  return {
    family: 'ltx',
    name,
    mode: `${given === '' ? 'text' : given}${guidance === 1 ? ', no guidance' : ''}${steady > 0 ? `, steady ${steady}` : ''}`,
    scheduler: 'FlowMatchEulerDiscreteScheduler',
    packageDir: pocketDir,
    recipe: async (store) => {
      const known: Recipe['known'] = [];
      for (const [index, file] of prefix.entries())
        known.push({ index, frame: await storePng(store, join(referenceDir, file)) });
      if (later) known.push({ index: later.frame, frame: await storePng(store, join(referenceDir, later.image)) });
      const window = aWindow({
        ...{ frames: frameCount, keepTo: frameCount, prefix: prefix.length, later: later?.frame ?? null },
        ...{ prompt, negative, seed },
        ...(then.length > 0 && { travel }),
      });
      const moves = camera && Array.from({ length: frameCount - 1 }, () => camera);
      const rule = steady > 0 && { guidanceRule: { steady } };
      const scheduler = schedulerOf(pocketDir);
      return aRecipe({
        frameCount,
        width,
        height,
        steps,
        guidance,
        seed,
        scheduler,
        known,
        windows: [window],
        ...(moves && { camera: { from: 1, moves } }),
        ...rule,
      });
    },
    latents: () => readNpy(join(referenceDir, `${name}.latents.npy`)),
    frames: () =>
      Array.from({ length: frameCount }, (_, index) => {
        const png = readFileSync(join(referenceDir, name, `${String(index).padStart(3, '0')}.png`));
        return decodePng(png).rgb;
      }),
  };
}

function animateDiffRun(name: string, reference: AnimateDiffCase): ReferenceRun {
  const { frames, known, later, guidance, scheduler, strength, loop } = reference;
  const modes = [
    [known > 0 && `${known} first`, later !== null && '1 later'].filter(Boolean).join(', ') || 'text',
    strength !== undefined && `over a film, strength ${strength}`,
    loop && 'loop',
    guidance === 1 && 'no guidance',
    frames > animateDiffManifest.nativeFrames && `${frames} frames in contexts`,
  ];
  return {
    family: 'animatediff',
    name,
    mode: modes.filter(Boolean).join(', '),
    scheduler: scheduler.class,
    packageDir: animateDiffDir,
    recipe: (store) => animateDiffRecipe(reference, store),
    latents: () => readNpy(join(animateDiffReferenceDir, `${name}.latents.npy`)),
    frames: () => strip(join(animateDiffReferenceDir, `${name}.png`), frames),
  };
}

async function animateDiffRecipe(reference: AnimateDiffCase, store: FrameStore): Promise<Recipe> {
  const { frames, width, height, steps, guidance, seed, prompt, negative, scheduler, strength, loop } = reference;
  const known: Recipe['known'] = [];
  const film: string[] = [];
  // The known frames are those of the first run at the same places, and so is the film that is drawn over.
  for (const [index, rgb] of strip(join(animateDiffReferenceDir, 'ddim.png'), 16).entries()) {
    if (width * height * 3 !== rgb.length) continue;
    const { hash } = await store.put(rgb, width, height);
    if (index < reference.known || index === reference.later) known.push({ index, frame: hash });
    if (index < frames) film.push(hash);
  }
  const { known: prefix, later } = reference;
  return anAnimateDiffRecipe({
    ...{ width, height, steps, guidance, seed, scheduler, known, frameCount: frames },
    ...(strength !== undefined && { source: { strength, from: 0, frames: film } }),
    windows: [aWindow({ frames, keepTo: frames, prefix, later, prompt, negative, seed, ...(loop && { loop }) })],
  });
}

function sparseRun(name: string, reference: SparseCase): ReferenceRun {
  const { frames, width, height, steps, guidance, seed, prompt, negative, scheduler, places, scale } = reference;
  const given = [
    places.length === 0 ? 'text' : `SparseCtrl, ${reference.package} at ${places.join(', ')}`,
    scale < 1 && `scale ${scale}`,
    guidance === 1 && 'no guidance',
    frames > 16 && `${frames} frames in contexts`,
  ];
  return {
    family: 'animatediff',
    name: `sparse-${name}`,
    mode: given.filter(Boolean).join(', '),
    scheduler: scheduler.class,
    packageDir: sparseDirs[reference.package],
    recipe: async (store) => {
      const known: Recipe['known'] = [];
      for (const [index, rgb] of strip(join(sparseFixture, 'reference/text.png'), 16).entries())
        if (places.includes(index)) known.push({ index, frame: (await store.put(rgb, width, height)).hash });
      const prefix = places.filter((place, i) => place === i).length;
      const [later = null, ...rest] = places.slice(prefix);
      const also = rest.map((index) => ({ index, frames: 1, hold: scale }));
      const hold = { prefix: scale, later: scale };
      return aTinyRecipe(sparseDirs[reference.package], {
        ...{ width, height, steps, guidance, seed, scheduler, known, frameCount: frames },
        windows: [
          aWindow({
            ...{ frames, keepTo: frames, prefix, later, prompt, negative, seed },
            ...(scale < 1 && { hold }),
            ...(also.length > 0 && { also }),
          }),
        ],
      });
    },
    latents: () => readNpy(join(sparseFixture, 'reference', `${name}.latents.npy`)),
    frames: () => strip(join(sparseFixture, 'reference', `${name}.png`), frames),
  };
}

function ltxRun(name: string, reference: LtxCase): ReferenceRun {
  const { frames, width, height, steps, guidance, seed, prompt, negative, scheduler, conditions, rescale } = reference;
  const isTold = reference.package === 'conditioned';
  const modes = [
    conditions.map(([at, count, strength]) => `${count} at ${at}${strength < 1 ? ` by ${strength}` : ''}`).join(', ') ||
      'text',
    guidance === 1 && 'no guidance',
    rescale > 0 && `rescaled ${rescale}`,
    isTold && 'distilled, noisy decode',
    width > 64 && 'tiles',
  ];
  return {
    family: 'ltx',
    name: `tiny-${name}`,
    mode: modes.filter(Boolean).join(', '),
    scheduler: scheduler.class,
    packageDir: ltxDirs[reference.package],
    recipe: async (store) => {
      const film = strip(join(ltxFixture, 'reference/text.png'), 17);
      const known: Recipe['known'] = [];
      for (const [at, count] of conditions)
        for (let index = at; index < at + count; index++) {
          const rgb = nearest(film[index - at] ?? new Uint8Array(), { width: 64, height: 64 }, { width, height });
          known.push({ index, frame: (await store.put(rgb, width, height)).hash });
        }
      const [first] = conditions.filter(([at]) => at === 0);
      const [prefix = 0, prefixHold = 1] = [first?.[1], first?.[2]];
      const also = conditions.filter(([at]) => at > 0).map(([index, count, hold]) => ({ index, frames: count, hold }));
      const window = aWindow({
        ...{ frames, keepTo: frames, prefix, prompt, negative, seed },
        ...(prefixHold < 1 && { hold: { prefix: prefixHold, later: 1 } }),
        ...(also.length > 0 && { also }),
      });
      return aTinyRecipe(ltxDirs[reference.package], {
        ...{ width, height, steps, guidance, seed, known, frameCount: frames, rate: { num: 24, den: 1 } },
        ...(rescale > 0 && { guidanceRule: { rescale } }),
        windows: [window],
      });
    },
    latents: () => readNpy(join(ltxFixture, 'reference', `${name}.latents.npy`)),
    frames: () => strip(join(ltxFixture, 'reference', `${name}.png`), frames),
  };
}

/** As PIL scales with NEAREST. */
function nearest(
  rgb: Uint8Array,
  from: { width: number; height: number },
  to: { width: number; height: number },
): Uint8Array {
  const out = new Uint8Array(to.width * to.height * 3);
  for (let y = 0; y < to.height; y++)
    for (let x = 0; x < to.width; x++) {
      const row = Math.floor(((y + 0.5) * from.height) / to.height);
      const column = Math.floor(((x + 0.5) * from.width) / to.width);
      const at = (row * from.width + column) * 3;
      out.set(rgb.subarray(at, at + 3), (y * to.width + x) * 3);
    }
  return out;
}

function wanRun(name: string, reference: WanCase, pictures: number): ReferenceRun {
  const { frames, known, later, guidance, scheduler, keyframes, masked, references } = reference;
  const given = [
    known > 0 && `${known} first`,
    keyframes.length > 0 && `${keyframes.length} keyframe${keyframes.length > 1 ? 's' : ''}`,
    later !== null && '1 later',
    references.length > 0 && `${references.length} reference${references.length > 1 ? 's' : ''}`,
  ];
  const kinds: Readonly<Partial<Record<WanPackage, string>>> = {
    image: 'two experts',
    vace: 'VACE',
    ti2v: 'TI2V',
    seeing: 'CLIP',
    'seeing-two': 'CLIP',
  };
  const modes = [
    given.filter(Boolean).join(', ') || 'text',
    masked.length > 0 && `${masked.length} masked`,
    reference.cut.length > 0 && 'of other shapes',
    guidance === 1 && 'no guidance',
    reference.second_guidance !== undefined && `guidance ${guidance} and ${reference.second_guidance}`,
    kinds[reference.package],
  ];
  return {
    family: 'wan',
    name,
    mode: modes.filter(Boolean).join(', '),
    scheduler: scheduler.class,
    packageDir: wanDirs[reference.package],
    recipe: (store) => wanRecipe(reference, pictures, store),
    latents: () => readNpy(join(wanFixture, 'reference', `${name}.latents.npy`)),
    frames: () => strip(join(wanFixture, 'reference', `${name}.png`), frames),
  };
}

async function wanRecipe(reference: WanCase, pictures: number, store: FrameStore): Promise<Recipe> {
  const { frames, width, height, steps, guidance, seed, prompt, negative, scheduler, keyframes, masked } = reference;
  const { known: prefix, later, second_guidance: secondGuidance } = reference;
  const put = async (rgb: Uint8Array): Promise<string> => (await store.put(rgb, width, height)).hash;
  const places = new Set([
    ...Array.from({ length: prefix }, (_, i) => i),
    ...keyframes,
    ...(later === null ? [] : [later]),
  ]);
  const known: Recipe['known'] = [];
  const references: string[] = [];
  if (places.size + reference.references.length > 0)
    for (const [index, rgb] of strip(join(wanFixture, `reference/${reference.pictures}.png`), pictures).entries()) {
      const place = reference.references.indexOf(index);
      if (place >= 0) {
        const [h, w] = reference.cut[place] ?? [height, width];
        references.push((await store.put(cutTo(rgb, width, { width: w, height: h }), w, h)).hash);
      }
      if (!places.has(index)) continue;
      const mask = masked.includes(index) ? await put(wanMask(index, width, height)) : undefined;
      known.push({ index, frame: await put(rgb), ...(mask !== undefined && { mask }) });
    }
  return aWanRecipe(reference.package, {
    ...{ width, height, steps, guidance, seed, scheduler, known, frameCount: frames },
    ...(secondGuidance !== undefined && { secondGuidance }),
    ...(references.length > 0 && { references }),
    windows: [
      aWindow({
        ...{ frames, keepTo: frames, prefix, later, prompt, negative, seed },
        ...(keyframes.length > 0 && { also: keyframes.map((index) => ({ index, frames: 1, hold: 1 })) }),
      }),
    ],
  });
}

/** The upper left part of a picture. */
function cutTo(rgb: Uint8Array, stride: number, { width, height }: { width: number; height: number }): Uint8Array {
  const part = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) part.set(rgb.subarray(y * stride * 3, (y * stride + width) * 3), y * width * 3);
  return part;
}

/** As wan_tiny.py draws it: white from the middle on, further to the left with each frame, under a dark grey border. */
export function wanMask(frame: number, width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      rgb.fill(
        y < 4 ? 100 : (x + 2 * frame) % width >= width >> 1 ? 255 : 0,
        (y * width + x) * 3,
        (y * width + x + 1) * 3,
      );
  return rgb;
}

/** A run from text, or around the frames that the run `known` drew at the same places. */
function textRun(
  name: string,
  reference: AnimateDiffCase,
  { family, fixture, known: source }: { family: string; fixture: string; known: string | null },
): ReferenceRun {
  const { frames, width, height, steps, guidance, seed, prompt, negative, scheduler, later } = reference;
  const modes = [
    [reference.known > 0 && `${reference.known} first`, later !== null && '1 later'].filter(Boolean).join(', ') ||
      'text',
    guidance === 1 && 'no guidance',
    family === 'text2video-zero' && `${steps} steps`,
  ];
  return {
    family,
    name,
    mode: modes.filter(Boolean).join(', '),
    scheduler: scheduler.class,
    packageDir: join(fixture, 'package'),
    recipe: async (store) => {
      const known: Recipe['known'] = [];
      if (source !== null)
        for (const [index, rgb] of strip(join(fixture, 'reference', `${source}.png`), 8).entries())
          if (index < reference.known || index === later)
            known.push({ index, frame: (await store.put(rgb, width, height)).hash });
      return aTinyRecipe(join(fixture, 'package'), {
        ...{ width, height, steps, guidance, seed, scheduler, known, frameCount: frames },
        windows: [aWindow({ frames, keepTo: frames, prefix: reference.known, later, prompt, negative, seed })],
      });
    },
    latents: () => readNpy(join(fixture, 'reference', `${name}.latents.npy`)),
    frames: () => strip(join(fixture, 'reference', `${name}.png`), frames),
  };
}

function svdRun(name: string, reference: SvdCase): ReferenceRun {
  const { frames, width, height, steps, guidance, seed, fps, bucket, noise, scheduler } = reference;
  return {
    family: 'svd',
    name,
    mode: `1 first, bucket ${bucket}, noise ${noise}${guidance === 1 ? ', no guidance' : ''}`,
    scheduler: scheduler.class,
    packageDir: svdDir,
    recipe: async (store) => {
      const { hash } = await store.put(rings(width, height), width, height);
      return anSvdRecipe(hash, {
        ...{ width, height, steps, guidance, seed, scheduler, frameCount: frames },
        ...{ rate: { num: fps, den: 1 }, motion: { bucket, noise } },
        windows: [aWindow({ frames, keepTo: frames, prefix: 1, prompt: '', seed })],
      });
    },
    latents: () => readNpy(join(svdFixture, 'reference', `${name}.latents.npy`)),
    frames: () => strip(join(svdFixture, 'reference', `${name}.png`), frames),
  };
}

/** A recipe over a tiny package, sampled as it says. */
export function aTinyRecipe(dir: string, overrides: Parameters<typeof aRecipe>[0] = {}): Recipe {
  const { id, version, family, files, defaults } = ModelManifest.parse(readJson(join(dir, 'onionskin.json')));
  const { motion } = defaults;
  return aRecipe({
    family,
    model: { id, version, files: Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256])) },
    scheduler: schedulerOf(dir),
    ...{ width: 32, height: 32, steps: 6, guidance: 3 },
    ...(motion && { motion }),
    ...overrides,
  });
}

/** UniPC, six steps of nine frames. */
export function aWanRecipe(kind: WanPackage, overrides: Parameters<typeof aRecipe>[0] = {}): Recipe {
  const windows = [aWindow({ frames: 9, keepTo: 9, prompt: 'the red ball' })];
  return aTinyRecipe(wanDirs[kind], { frameCount: 9, windows, ...overrides });
}

/** DDIM, six steps of eight frames. */
export function anAnimateDiffRecipe(overrides: Parameters<typeof aRecipe>[0] = {}): Recipe {
  const windows = [aWindow({ frames: 8, keepTo: 8, prompt: 'the red ball' })];
  return aTinyRecipe(animateDiffDir, { frameCount: 8, windows, ...overrides });
}

/** Six steps of eight frames, the first one known. */
export function anSvdRecipe(first: string, overrides: Parameters<typeof aRecipe>[0] = {}): Recipe {
  const windows = [aWindow({ frames: 8, keepTo: 8, prefix: 1, prompt: '' })];
  return aTinyRecipe(svdDir, { frameCount: 8, known: [{ index: 0, frame: first }], windows, ...overrides });
}

/** The picture that Stable Video Diffusion's runs begin with: ramps to the right and down, and rings. */
export function rings(width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      rgb.set([(255 * x) / (width - 1), (255 * y) / (height - 1), (x * x + y * y) % 256], (y * width + x) * 3);
  return rgb;
}

export interface Measured {
  readonly latents: number;
  readonly worstDb: number;
}

/** Runs a reference run on one thread and says how far the engine is from it. */
export async function measureReference(run: ReferenceRun, runner: Runner, framesDir: string): Promise<Measured> {
  const store = new FrameStore(framesDir);
  let latents = new Float32Array();
  const { frames } = await runner.run(
    { jobId: run.name, recipe: await run.recipe(store), packageDir: run.packageDir, framesDir },
    {
      onProgress: () => undefined,
      onFrames: () => undefined,
      onLatents: (_, final) => (latents = Float32Array.from(final)),
      signal: new AbortController().signal,
    },
  );
  const expected = run.latents();
  const expectedFrames = run.frames();
  if (latents.length !== expected.length || frames.length !== expectedFrames.length)
    throw new Error(`${run.name}: ${latents.length} latents and ${frames.length} frames are not as many as stored`);
  let worstDb = Infinity;
  for (const [index, hash] of frames.entries())
    worstDb = Math.min(worstDb, psnr((await store.read(hash)).rgb, expectedFrames[index] ?? new Uint8Array()));
  const difference = latents.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? NaN))), 0);
  return { latents: difference, worstDb };
}

/** Frames that lie below each other in one picture. */
function strip(path: string, frames: number): Uint8Array[] {
  const { rgb } = decodePng(readFileSync(path));
  const size = rgb.length / frames;
  return Array.from({ length: frames }, (_, i) => rgb.slice(i * size, (i + 1) * size));
}

/** As its package says. */
export function schedulerOf(packageDir: string): Recipe['scheduler'] {
  const { _class_name: className, ...config } = z
    .looseObject({ _class_name: z.string() })
    .parse(readJson(join(packageDir, 'scheduler/scheduler_config.json')));
  return { class: className, config };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
