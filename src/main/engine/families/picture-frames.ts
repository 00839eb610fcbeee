/**
 * What models over Stable Diffusion's parts have in common: frames that the autoencoder sees one at a time, their places
 * in a volume [C, F, h, w], and timesteps as an export wants them.
 */
import type { Tensor } from 'onnxruntime-node';
import { denormaliseLatents, normaliseLatents, type LatentSize } from '@core/diffusion/latent-geometry';
import { assert } from '@core/errors';
import type { Recipe, RecipeWindow } from '@contracts/recipe';
import type { ModelPackage } from '../model-package';
import { float32Tensor, int64Tensor, type OnnxSession } from '../onnx-session';
import { frameFromVolume } from '../pixels';
import { assertFinite, checkCancelled, type FamilyRun } from './family-run';

/**
 * The mode of the posterior, [C, h, w], as the autoencoder gives it: means come before log-variances, channel by channel.
 * @param sample [3, H, W] in [−1, 1]
 */
export async function encodePicture(
  encoder: OnnxSession,
  sample: Float32Array,
  width: number,
  height: number,
): Promise<Float32Array> {
  const parameters = await encodePosterior(encoder, sample, { width, height });
  return parameters.slice(0, parameters.length / 2);
}

/** The whole posterior, [2C, h, w]: means, then log-variances. */
export async function encodePosterior(
  encoder: OnnxSession,
  sample: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<Float32Array> {
  const { data } = await encoder.run({ sample: float32Tensor(sample, [1, 3, height, width]) }, 'latent_parameters');
  assertFinite(data, 'the image encoder');
  return data;
}

/** Normalised latents of one picture. */
export async function encodeNormalised(
  { pkg, recipe }: FamilyRun,
  encoder: OnnxSession,
  sample: Float32Array,
): Promise<Float32Array> {
  const mode = await encodePicture(encoder, sample, recipe.width, recipe.height);
  normaliseLatents(mode, pkg.vae.statistics);
  return mode;
}

/** Only the frames that are kept: RGB bytes of each. */
export function decodePictures(
  { recipe, pkg, sessions, signal }: FamilyRun,
  window: RecipeWindow,
  { latents, size }: { readonly latents: Float32Array; readonly size: LatentSize },
): Promise<Uint8Array[]> {
  const { width, height } = recipe;
  const volume = latents.slice();
  denormaliseLatents(volume, pkg.vae.statistics);
  return sessions.use('vae_decoder', async (decoder) => {
    decoder.assertInputs({ latent_sample: 'float32' });
    const frames: Uint8Array[] = [];
    for (let index = window.keepFrom; index < window.keepTo; index++) {
      await checkCancelled(signal);
      const sample = takeFrame(volume, index - window.start, size);
      const feeds = { latent_sample: float32Tensor(sample, [1, size.channels, size.height, size.width]) };
      const { data, dims } = await decoder.run(feeds, 'sample');
      assertFinite(data, 'the decoder');
      assertDims(dims, [1, 3, height, width]);
      frames.push(frameFromVolume(data, 0, { frames: 1, width, height }));
    }
    return frames;
  });
}

export function assertDims(dims: readonly number[], wanted: readonly number[]): void {
  assert(dims.join() === wanted.join(), `the decoder gave [${dims.join()}] instead of [${wanted.join()}]`);
}

/** A latent frame for each of `frames` frames. */
export function frameLatentSize(recipe: Recipe, { vae }: ModelPackage, frames: number): LatentSize {
  return {
    channels: vae.latentChannels,
    frames,
    height: recipe.height / vae.spatialRatio,
    width: recipe.width / vae.spatialRatio,
  };
}

export function valuesOf({ channels, frames, height, width }: LatentSize): number {
  return channels * frames * height * width;
}

/** [C, F, h, w] → the [C, h, w] of one frame. */
export function takeFrame(volume: Float32Array, frame: number, size: LatentSize): Float32Array {
  const plane = size.height * size.width;
  const taken = new Float32Array(size.channels * plane);
  for (let c = 0; c < size.channels; c++) {
    const from = (c * size.frames + frame) * plane;
    taken.set(volume.subarray(from, from + plane), c * plane);
  }
  return taken;
}

/** [C, F, h, w] → the [C, to − from, h, w] of some of its frames. */
export function takeFrames(
  volume: Float32Array,
  { from, to }: { readonly from: number; readonly to: number },
  size: LatentSize,
): Float32Array {
  const plane = size.height * size.width;
  const taken = new Float32Array(size.channels * (to - from) * plane);
  for (let c = 0; c < size.channels; c++)
    taken.set(
      volume.subarray((c * size.frames + from) * plane, (c * size.frames + to) * plane),
      c * (to - from) * plane,
    );
  return taken;
}

/** Volumes [C, Fᵢ, h, w] one after the other in time. */
export function joinedInTime(parts: readonly Float32Array[], channels: number): Float32Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  return joined(
    Array.from({ length: channels }, (_, c) =>
      parts.map((part) => part.subarray((c * part.length) / channels, ((c + 1) * part.length) / channels)),
    ).flat(),
  );
}

/** The way back, in place. */
export function putFrame(volume: Float32Array, frame: number, picture: Float32Array, size: LatentSize): void {
  const plane = size.height * size.width;
  for (let c = 0; c < size.channels; c++)
    volume.set(picture.subarray(c * plane, (c + 1) * plane), (c * size.frames + frame) * plane);
}

/** Values in the order [F, C, h, w], as some pipelines draw them, into a volume [C, F, h, w]. */
export function volumeFromFrameMajor(values: Float32Array, size: LatentSize): Float32Array {
  const volume = new Float32Array(values.length);
  const picture = values.length / size.frames;
  for (let frame = 0; frame < size.frames; frame++)
    putFrame(volume, frame, values.subarray(frame * picture, (frame + 1) * picture), size);
  return volume;
}

export function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Exports differ in what a timestep is: a scalar or a list of one, whole numbers or not. */
export function timestepTensors(unet: OnnxSession): {
  readonly type: 'int64' | 'float32';
  readonly of: (timestep: number) => Tensor;
} {
  const declared = unet.inputOf('timestep') ?? { type: 'float32', rank: 1 };
  const dims = declared.rank === 0 ? [] : [1];
  return declared.type === 'int64'
    ? { type: 'int64', of: (timestep) => int64Tensor(BigInt64Array.of(BigInt(Math.round(timestep))), dims) }
    : { type: 'float32', of: (timestep) => float32Tensor(Float32Array.of(timestep), dims) };
}
