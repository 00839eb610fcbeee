/**
 * What Wan's transformers read of the known frames, encoded at the posterior's mode; no noise is drawn.
 *
 * - beside (WanImageToVideoPipeline): a clip with the known frames at their places and grey elsewhere, behind a mask that
 *   says which those are: [mask T, clip C], appended to the channels of the latents; 1 = known
 * - inside (the same with expand_timesteps): the first latent frames themselves, whose tokens have no noise
 * - control (WanVACEPipeline): [the clip's kept part C, its part to be made C, mask p·p], an input of its own;
 *   1 = to be made. References are latent frames in front of the clip, [reference C, zeros]
 *
 * Transformers that read CLIP's view of the images as well have it in `views`.
 */
import type { Tensor } from 'onnxruntime-node';
import { CLIP_SIDE } from '@core/diffusion/clip-picture';
import { clipView } from '@core/diffusion/clip-view';
import type { LatentSize } from '@core/diffusion/latent-geometry';
import { referenceCanvas } from '@core/diffusion/reference-canvas';
import type { RecipeWindow } from '@contracts/recipe';
import type { ModelPackage } from '../model-package';
import { float32Tensor } from '../onnx-session';
import { volumeFromFrames } from '../pixels';
import { assertFinite, checkCancelled, readKnownFrame, readPicture, type FamilyRun } from './family-run';
import { joined, joinedInTime } from './picture-frames';
import { encodeClip } from './wan-clip';

export type ConditionKind = 'beside' | 'inside' | 'control';

export interface Condition {
  readonly kind: ConditionKind;
  /** float32 [channels, f, h, w]; inside: the known latent frames only */
  readonly values: Float32Array;
  /** CLIP's tokens of the first image, and of the later one where the package has a place for it; null = not read. */
  readonly views: Tensor | null;
}

/** How the package's transformer reads known frames; null = it makes films from text alone. */
export function conditionKind(pkg: ModelPackage): ConditionKind | null {
  const { firstFrames, laterImages } = pkg.manifest.conditioning;
  if (pkg.pipelineClass === 'WanVACEPipeline') return 'control';
  if (pkg.expandTimesteps) return 'inside';
  return firstFrames.max > 0 || laterImages > 0 ? 'beside' : null;
}

/** Images that CLIP is shown: the first, and the later one where the checkpoint has a place for two. */
export function viewsOf({ graphs, manifest }: ModelPackage): number {
  return graphs.has('image_encoder') ? 1 + Math.min(1, manifest.conditioning.laterImages) : 0;
}

interface Place {
  /** [3, H, W] from −1 to 1. */
  readonly pixels: Float32Array;
  /** How much of each pixel is to be made, from 0 to 1: [H, W]; null = the frame is known whole. */
  readonly mask: Float32Array | null;
}
/** Known frames of a window, counted from its first. */
type Places = ReadonlyMap<number, Place>;

/** What is encoded: the window and how far it is denoised, and the frames that earlier windows have made. */
interface Clip {
  readonly window: RecipeWindow;
  readonly made: ReadonlyMap<number, string>;
  /** Frames of the clip: those of the window, and those up to a later image. */
  readonly frames: number;
  /** Of the clip's latents, without references. */
  readonly size: LatentSize;
}

export async function encodeCondition(run: FamilyRun, clip: Clip): Promise<Condition | null> {
  const kind = conditionKind(run.pkg);
  if (kind === null) return null;
  const places = await readPlaces(run, clip);
  switch (kind) {
    case 'beside': {
      const latents = await encodeClip(run, clip.frames, (frame) => places.get(frame)?.pixels ?? null);
      const values = joined([knownMask(places, clip.size, run.pkg.vae.temporalRatio), latents]);
      return { kind, values, views: await encodeViews(run, clip) };
    }
    case 'inside': {
      const frames = wholeLatentFrames(clip.window.prefix, run.pkg.vae.temporalRatio);
      if (frames === 0) return null;
      return { kind, values: await encodeClip(run, frames, (frame) => places.get(frame)?.pixels ?? null), views: null };
    }
    case 'control':
      return { kind, values: await encodeControl(run, clip, places), views: null };
  }
}

async function readPlaces(run: FamilyRun, { window, made }: Clip): Promise<Places> {
  const { width, height, known } = run.recipe;
  const indices = Array.from({ length: window.prefix }, (_, i) => window.start + i);
  if (window.later !== null) indices.push(window.later);
  for (const { index, frames } of window.also ?? []) for (let i = 0; i < frames; i++) indices.push(index + i);
  const places = new Map<number, Place>();
  for (const index of indices) {
    const image = await readKnownFrame(run, { index, window }, made);
    // What this run has made itself is known whole.
    const hash = made.has(index) ? undefined : known.find((frame) => frame.index === index)?.mask;
    const mask = hash === undefined ? null : redOf(await readPicture(run, hash, `the mask of frame ${index}`));
    places.set(index - window.start, { pixels: volumeFromFrames([image], width, height), mask });
  }
  return places;
}

function redOf(rgb: Uint8Array): Float32Array {
  return Float32Array.from({ length: rgb.length / 3 }, (_, i) => (rgb[3 * i] ?? 0) / 255);
}

async function encodeViews(run: FamilyRun, { window, made }: Clip): Promise<Tensor | null> {
  const { width, height } = run.recipe;
  const indices = [window.start, window.later ?? window.start].slice(0, viewsOf(run.pkg));
  if (indices.length === 0) return null;
  return run.sessions.use('image_encoder', async (encoder) => {
    encoder.assertInputs({ image: 'float32' });
    const views: Float32Array[] = [];
    let depth = 0;
    for (const index of indices) {
      await checkCancelled(run.signal);
      const picture = await readKnownFrame(run, { index, window }, made);
      const image = float32Tensor(clipView(picture, width, height), [1, 3, CLIP_SIDE, CLIP_SIDE]);
      const { data, dims } = await encoder.run({ image }, 'image_embeds');
      assertFinite(data, 'the image encoder');
      views.push(data);
      depth = dims.at(-1) ?? 0;
    }
    const tokens = joined(views);
    return float32Tensor(tokens, [1, tokens.length / depth, depth]);
  });
}

async function encodeControl(run: FamilyRun, { frames, size }: Clip, places: Places): Promise<Float32Array> {
  const { latentChannels, spatialRatio } = run.pkg.vae;
  const part = (frame: number, isKept: boolean): Float32Array | null => {
    const place = places.get(frame);
    if (place === undefined || (place.mask === null && !isKept)) return null;
    const { pixels, mask } = place;
    if (mask === null) return pixels;
    return pixels.map((value, i) => ((mask[i % mask.length] ?? 0) > 0.5 === isKept ? 0 : value));
  };
  const kept = await encodeClip(run, frames, (frame) => part(frame, true));
  // With nothing known, both parts are the same grey.
  const made = places.size === 0 ? kept : await encodeClip(run, frames, (frame) => part(frame, false));
  const clip = joined([kept, made, unknownMask(places, frames, size, spatialRatio)]);

  const channels = 2 * latentChannels + spatialRatio ** 2;
  const parts = [clip];
  for (const hash of run.recipe.references ?? []) {
    await checkCancelled(run.signal);
    const { width, height } = run.recipe;
    const pixels = referenceCanvas(await run.frames.read(hash), { width, height, cell: spatialRatio });
    const latents = await encodeClip(run, 1, () => pixels);
    const block = new Float32Array(channels * size.height * size.width);
    block.set(latents);
    parts.unshift(block);
  }
  return joinedInTime(parts, channels);
}

/** Latent frames that `prefix` known frames fill, as frames: the first fills one alone. */
function wholeLatentFrames(prefix: number, temporalRatio: number): number {
  return prefix === 0 ? 0 : Math.floor((prefix - 1) / temporalRatio) * temporalRatio + 1;
}

/** Channel t of latent frame i stands for frame T·(i − 1) + 1 + t; all channels of the first one for frame 0. */
function knownMask(places: Places, size: LatentSize, temporalRatio: number): Float32Array {
  const plane = size.height * size.width;
  const mask = new Float32Array(temporalRatio * size.frames * plane);
  for (let t = 0; t < temporalRatio; t++)
    for (let i = 0; i < size.frames; i++) {
      const frame = i === 0 ? 0 : temporalRatio * (i - 1) + 1 + t;
      const at = (t * size.frames + i) * plane;
      if (places.has(frame)) mask.fill(1, at, at + plane);
    }
  return mask;
}

/**
 * A channel for each pixel of a cell; a latent frame has the mask of the frame nearest to its middle (torch's
 * nearest-exact), which for the first one of a clip is frame 1.
 */
function unknownMask(places: Places, frames: number, size: LatentSize, cell: number): Float32Array {
  const plane = size.height * size.width;
  const mask = new Float32Array(cell ** 2 * size.frames * plane).fill(1);
  for (let i = 0; i < size.frames; i++) {
    const place = places.get(Math.floor((i + 0.5) * Math.fround(frames / size.frames)));
    if (place === undefined) continue;
    for (let c = 0; c < cell ** 2; c++) {
      const at = (c * size.frames + i) * plane;
      mask.fill(0, at, at + plane);
      if (place.mask === null) continue;
      for (let y = 0; y < size.height; y++)
        for (let x = 0; x < size.width; x++) {
          const row = y * cell + Math.floor(c / cell);
          mask[at + y * size.width + x] = place.mask[row * size.width * cell + x * cell + (c % cell)] ?? 0;
        }
    }
  }
  return mask;
}
