/**
 * SparseCtrl: a network beside the UNet that is told which frames are known, by AnimateDiffSparseControlNetPipeline's way.
 * It sees no noise, only the timestep, the text and the known frames with a mask of where they are, and gives what is
 * added inside the UNet. The VAE posterior is taken at its mode: the pipeline draws from the global generator there.
 * @see SparseCtrl, arXiv:2311.16933
 */
import type { Tensor } from 'onnxruntime-node';
import { oneStrength } from '@core/diffusion/one-strength';
import { assert } from '@core/errors';
import type { RecipeWindow } from '@contracts/recipe';
import { float32Tensor, type OnnxSession } from '../onnx-session';
import { volumeFromFrames } from '../pixels';
import { checkCancelled, readKnownFrame, type FamilyRun } from './family-run';
import { knownPlaces } from './known-pictures';
import { encodeNormalised, putFrame, timestepTensors, valuesOf } from './picture-frames';
import type { LatentSize } from '@core/diffusion/latent-geometry';

const RESIDUAL = /^(down_block_res_samples\.\d+|mid_block_res_sample)$/;

/** The known frames at their places, zeros elsewhere; what the network reads of a whole window. */
export interface SparseFrames {
  /** [C, F, h, w] latents, or [3, F, H, W] pixels from 0 to 1. */
  readonly condition: Float32Array;
  readonly size: LatentSize;
  /** For each frame: 1 = known. */
  readonly mask: readonly (0 | 1)[];
  /** How much of it is added: 0 = the window is drawn as without known frames. */
  readonly scale: number;
}

/** @param size of the window's latents */
export async function prepareSparseFrames(
  run: FamilyRun,
  window: RecipeWindow,
  { made, size: latent }: { readonly made: ReadonlyMap<number, string>; readonly size: LatentSize },
): Promise<SparseFrames> {
  const { recipe, pkg, sessions, signal } = run;
  const { width, height } = recipe;
  const isLatent = pkg.sparseControl?.reads === 'latents';
  const size = isLatent ? latent : { channels: 3, frames: latent.frames, height, width };
  const condition = new Float32Array(valuesOf(size));
  const mask = Array.from({ length: size.frames }, (): 0 | 1 => 0);
  const places = knownPlaces(window);
  const scale = oneStrength(window);
  const known = { condition, size, mask, scale };
  if (places.length === 0) return known;
  const put = async (encode: (rgb: Uint8Array) => Float32Array | Promise<Float32Array>): Promise<void> => {
    for (const { frame } of places) {
      await checkCancelled(signal);
      const image = await readKnownFrame(run, { index: window.start + frame, window }, made);
      putFrame(condition, frame, await encode(image), size);
      mask[frame] = 1;
    }
  };
  if (isLatent)
    await sessions.use('vae_encoder', (encoder) => {
      encoder.assertInputs({ sample: 'float32' });
      return put((rgb) => encodeNormalised(run, encoder, volumeFromFrames([rgb], width, height)));
    });
  else await put((rgb) => planesOf(rgb));
  return known;
}

/** RGB bytes → [3, H, W] from 0 to 1. */
function planesOf(rgb: Uint8Array): Float32Array {
  const plane = rgb.length / 3;
  return Float32Array.from({ length: rgb.length }, (_, i) => (rgb[(i % plane) * 3 + Math.floor(i / plane)] ?? 0) / 255);
}

/** The names of what a UNet is given by the network; none = it has no place for it. */
export function residualInputs(unet: OnnxSession): string[] {
  return unet.inputNames.filter((name) => RESIDUAL.test(name));
}

export interface ControlQuestion {
  readonly timestep: number;
  readonly texts: Tensor;
  /** Window frames of the context, in order. */
  readonly frames: readonly number[];
}

/** What the UNet is given besides, for a stretch of the window at a step. */
export type Control = (question: ControlQuestion) => Promise<Record<string, Tensor>>;

/** @param names what the UNet takes */
export function sparseControl(network: OnnxSession, known: SparseFrames, names: readonly string[]): Control {
  const timestep = timestepTensors(network);
  network.assertInputs({
    timestep: timestep.type,
    encoder_hidden_states: 'float32',
    controlnet_cond: 'float32',
    conditioning_mask: 'float32',
    conditioning_scale: 'float32',
  });
  const { condition, size, mask, scale } = known;
  const plane = size.height * size.width;
  let nothing: Record<string, Tensor> | null = null;
  const ask = async ({ timestep: at, texts, frames }: ControlQuestion, by: number): Promise<Record<string, Tensor>> => {
    const part = new Float32Array(size.channels * frames.length * plane);
    const seen = new Float32Array(frames.length * plane);
    for (const [i, frame] of frames.entries()) {
      seen.fill(mask[frame] ?? 0, i * plane, (i + 1) * plane);
      for (let c = 0; c < size.channels; c++) {
        const from = (c * size.frames + frame) * plane;
        part.set(condition.subarray(from, from + plane), (c * frames.length + i) * plane);
      }
    }
    const outputs = await network.runAll(
      {
        timestep: timestep.of(at),
        encoder_hidden_states: texts,
        controlnet_cond: float32Tensor(part, [1, size.channels, frames.length, size.height, size.width]),
        conditioning_mask: float32Tensor(seen, [1, 1, frames.length, size.height, size.width]),
        conditioning_scale: float32Tensor(Float32Array.of(by), [1]),
      },
      names,
    );
    return Object.fromEntries(
      names.map((name, i) => {
        const output = outputs[i];
        assert(output, `the network gives ${name}`);
        return [name, float32Tensor(output.data, output.dims)];
      }),
    );
  };
  return async (question) => {
    // Without known frames the UNet draws alone: nothing is added, and the network is asked once, for the shapes.
    if (!mask.includes(1) || scale === 0) return (nothing ??= await ask(question, 0));
    return ask(question, scale);
  };
}
