/**
 * What Wan's transformers read of the known frames: the latents of a clip that has them at their places and grey
 * elsewhere, and a mask that says which frames those are. The posterior is taken at its mode; no noise is drawn.
 *
 * - beside (WanImageToVideoPipeline): [mask T, clip C], appended to the channels of the latents; 1 = known
 * - control (WanVACEPipeline): [clip C, its unknown part C, mask p·p], an input of its own; 1 = to be made
 */
import { normaliseLatents, type LatentSize } from '@core/diffusion/latent-geometry';
import type { RecipeWindow } from '@contracts/recipe';
import type { ModelPackage } from '../model-package';
import { float32Tensor, type OnnxSession } from '../onnx-session';
import { volumeFromFrames } from '../pixels';
import { assertFinite, checkCancelled, readKnownFrame, type FamilyRun } from './family-run';
import { joined } from './picture-frames';

export interface Condition {
  readonly kind: 'beside' | 'control';
  /** float32 [channels, f, h, w] */
  readonly values: Float32Array;
}

/** How the package's transformer reads known frames; null = it makes films from text alone. */
export function conditionKind({ manifest: { conditioning }, pipelineClass }: ModelPackage): Condition['kind'] | null {
  if (pipelineClass === 'WanVACEPipeline') return 'control';
  return conditioning.firstFrames.max > 0 || conditioning.laterImages > 0 ? 'beside' : null;
}

/** @param frames of the clip: those of the window, and those up to a later image */
export async function encodeCondition(
  run: FamilyRun,
  window: RecipeWindow,
  { made, frames, size }: { made: ReadonlyMap<number, string>; frames: number; size: LatentSize },
): Promise<Condition | null> {
  const { recipe, pkg, sessions } = run;
  const kind = conditionKind(pkg);
  if (kind === null) return null;
  const { width, height } = recipe;
  const places = Array.from({ length: window.prefix }, (_, i) => i);
  if (window.later !== null) places.push(window.later - window.start);

  const plane = width * height;
  const clip = new Float32Array(3 * frames * plane);
  for (const frame of places) {
    const image = await readKnownFrame(run, { index: window.start + frame, window }, made);
    const volume = volumeFromFrames([image], width, height);
    for (let c = 0; c < 3; c++) clip.set(volume.subarray(c * plane, (c + 1) * plane), (c * frames + frame) * plane);
  }
  const encode = async (encoder: OnnxSession, pixels: Float32Array): Promise<Float32Array> => {
    await checkCancelled(run.signal);
    const sample = float32Tensor(pixels, [1, 3, frames, height, width]);
    const { data } = await encoder.run({ sample }, 'latent_parameters');
    // Means and log-variances, channel by channel: the first half is the mode.
    const mode = data.slice(0, data.length / 2);
    assertFinite(mode, 'the image encoder');
    normaliseLatents(mode, pkg.vae.statistics);
    return mode;
  };
  return sessions.use('vae_encoder', async (encoder) => {
    encoder.assertInputs({ sample: 'float32' });
    const latents = await encode(encoder, clip);
    if (kind === 'beside') return { kind, values: joined([knownMask(places, size, pkg.vae.temporalRatio), latents]) };
    // Frames are known whole or not at all, so what is to be made of the clip is grey throughout.
    const unknown = places.length === 0 ? latents : await encode(encoder, new Float32Array(clip.length));
    return { kind, values: joined([latents, unknown, unknownMask(places, frames, size, pkg.vae.spatialRatio)]) };
  });
}

/** Channel t of latent frame i stands for frame T·(i − 1) + 1 + t; all channels of the first one for frame 0. */
function knownMask(places: readonly number[], size: LatentSize, temporalRatio: number): Float32Array {
  const plane = size.height * size.width;
  const mask = new Float32Array(temporalRatio * size.frames * plane);
  for (let t = 0; t < temporalRatio; t++)
    for (let i = 0; i < size.frames; i++) {
      const frame = i === 0 ? 0 : temporalRatio * (i - 1) + 1 + t;
      const at = (t * size.frames + i) * plane;
      if (places.includes(frame)) mask.fill(1, at, at + plane);
    }
  return mask;
}

/**
 * A channel for each pixel of a cell; a latent frame has the mask of the frame nearest to its middle (torch's
 * nearest-exact), which for the first one of a clip is frame 1.
 */
function unknownMask(places: readonly number[], frames: number, size: LatentSize, spatialRatio: number): Float32Array {
  const plane = size.height * size.width;
  const channels = spatialRatio ** 2;
  const mask = new Float32Array(channels * size.frames * plane).fill(1);
  for (let i = 0; i < size.frames; i++) {
    const frame = Math.floor((i + 0.5) * Math.fround(frames / size.frames));
    if (!places.includes(frame)) continue;
    for (let c = 0; c < channels; c++) {
      const at = (c * size.frames + i) * plane;
      mask.fill(0, at, at + plane);
    }
  }
  return mask;
}
