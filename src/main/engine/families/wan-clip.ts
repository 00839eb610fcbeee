/**
 * Wan's autoencoder over a clip. A package has it in chunks, one latent frame at a time with what the causal convolutions
 * remember of the frames before (vae_encoder, vae_decoder and their _next), so that memory does not grow with the
 * clip; or as one graph each over whole clips. The sums are the same (docs/adr/0021, 0037).
 */
import type { Tensor } from 'onnxruntime-node';
import { denormaliseLatents, normaliseLatents, type LatentSize } from '@core/diffusion/latent-geometry';
import { assert } from '@core/errors';
import { float32Tensor } from '../onnx-session';
import { assertFinite, checkCancelled, type FamilyRun } from './family-run';
import { assertDims, joinedInTime, takeFrames } from './picture-frames';

/** The pixels [3, H, W] of a frame of the clip, from −1 to 1; null = grey. */
export type FramePixels = (frame: number) => Float32Array | null;

/** Normalised latents [C, f, h, w] of a clip of `frames` frames, at the posterior's mode. */
export async function encodeClip(run: FamilyRun, frames: number, pixels: FramePixels): Promise<Float32Array> {
  const { recipe, pkg, sessions } = run;
  const { width, height } = recipe;
  const plane = width * height;
  const parts: Float32Array[] = [];
  let memory: Tensor[] = [];
  for (const { graph, from, to } of chunksOf(run, 'vae_encoder', frames, pkg.vae.temporalRatio))
    await sessions.use(graph, async (encoder) => {
      // One graph stays open over all of its chunks.
      const step = graph === 'vae_encoder_next' ? pkg.vae.temporalRatio : to - from;
      for (let first = from; first < to; first += step) {
        await checkCancelled(run.signal);
        const clip = new Float32Array(3 * step * plane);
        for (let i = 0; i < step; i++) {
          const picture = pixels(first + i);
          if (picture !== null)
            for (let c = 0; c < 3; c++) clip.set(picture.subarray(c * plane, (c + 1) * plane), (c * step + i) * plane);
        }
        const feeds = { sample: float32Tensor(clip, [1, 3, step, height, width]) };
        let data: Float32Array;
        if (isInChunks(run, 'vae_encoder'))
          ({ data, memory } = await encoder.runRemembering(feeds, 'latent_parameters', memory));
        else ({ data } = await encoder.run(feeds, 'latent_parameters'));
        // Means and log-variances, channel by channel: the first half is the mode.
        const mode = data.slice(0, data.length / 2);
        assertFinite(mode, 'the image encoder');
        parts.push(mode);
      }
    });
  const latents = joinedInTime(parts, pkg.vae.latentChannels);
  normaliseLatents(latents, pkg.vae.statistics);
  return latents;
}

/** Decoded frames in order, as they come. */
export interface DecodedFrames {
  /** Of the first of them, counted from the clip's first. */
  readonly first: number;
  readonly frames: number;
  /** [3, frames, H, W] */
  readonly data: Float32Array;
}

/** @param until the first frame that is not wanted any more */
export async function* decodeClip(
  run: FamilyRun,
  latents: Float32Array,
  size: LatentSize,
  until: number,
): AsyncGenerator<DecodedFrames> {
  const { recipe, pkg, sessions } = run;
  const volume = latents.slice();
  denormaliseLatents(volume, pkg.vae.statistics);
  const ratio = pkg.vae.temporalRatio;
  let memory: Tensor[] = [];
  for (const { graph, from, to } of chunksOf(run, 'vae_decoder', size.frames, 1)) {
    const { session: decoder, giveBack } = await sessions.lend(graph);
    try {
      const step = graph === 'vae_decoder_next' ? 1 : to - from;
      for (let at = from; at < to; at += step) {
        const first = Math.max(0, (at - 1) * ratio + 1);
        if (first >= until) return;
        await checkCancelled(run.signal);
        const sample = takeFrames(volume, { from: at, to: at + step }, size);
        const feeds = { latent_sample: float32Tensor(sample, [1, size.channels, step, size.height, size.width]) };
        let decoded: { data: Float32Array; dims: readonly number[] };
        if (isInChunks(run, 'vae_decoder')) {
          const { memory: next, ...result } = await decoder.runRemembering(feeds, 'sample', memory);
          [decoded, memory] = [result, next];
        } else decoded = await decoder.run(feeds, 'sample');
        assertFinite(decoded.data, 'the decoder');
        const frames = (at + step - 1) * ratio + 1 - first;
        assertDims(decoded.dims, [1, 3, frames, recipe.height, recipe.width]);
        yield { first, frames, data: decoded.data };
      }
    } finally {
      await giveBack();
    }
  }
}

type Coder = 'vae_encoder' | 'vae_decoder';

function isInChunks({ pkg }: FamilyRun, coder: Coder): boolean {
  return pkg.graphs.has(`${coder}_next`);
}

/** Which graph takes which of `count` frames: the first chunk is one frame, those that follow have `step` each. */
function chunksOf(
  run: FamilyRun,
  coder: Coder,
  count: number,
  step: number,
): { readonly graph: Coder | `${Coder}_next`; readonly from: number; readonly to: number }[] {
  if (!isInChunks(run, coder)) return [{ graph: coder, from: 0, to: count }];
  assert((count - 1) % step === 0, `${count} frames are not 1 and chunks of ${step}`);
  const first = { graph: coder, from: 0, to: 1 } as const;
  return count === 1 ? [first] : [first, { graph: `${coder}_next`, from: 1, to: count }];
}
