/**
 * LTX's autoencoder over a whole clip, or in tiles where the package names some that are smaller; a decoder that was
 * trained to clean up is given its noise. The posterior is taken at its mode: it draws no random numbers.
 */
import type { Tensor } from 'onnxruntime-node';
import { denormaliseLatents, normaliseLatents, packLatents, type LatentSize } from '@core/diffusion/latent-geometry';
import { joinedTiles, tilesOf, type Volume } from '@core/diffusion/tiles';
import type { TorchGenerator } from '@core/diffusion/torch-generator';
import { assert } from '@core/errors';
import type { RecipeWindow } from '@contracts/recipe';
import { float32Tensor, type OnnxSession } from '../onnx-session';
import { volumeFromFrames } from '../pixels';
import { assertFinite, checkCancelled, readKnownFrame, type FamilyRun } from './family-run';

/** Packed normalised latents of known frames, [tokens, C]. */
export async function encodeFrames(
  run: FamilyRun,
  window: RecipeWindow,
  indices: readonly number[],
  made: ReadonlyMap<number, string>,
): Promise<Float32Array> {
  const { recipe, pkg, sessions } = run;
  const { width, height } = recipe;
  const frames: Uint8Array[] = [];
  for (const index of indices) frames.push(await readKnownFrame(run, { index, window }, made));
  return sessions.use('vae_encoder', async (encoder) => {
    encoder.assertInputs({ sample: 'float32' });
    const size = { channels: 3, frames: frames.length, height, width };
    const { data } = await throughTiles(
      run,
      'encode',
      { size, data: volumeFromFrames(frames, width, height) },
      (tile) => volumeThrough(encoder, { sample: volumeTensor(tile) }, 'latent_parameters'),
    );
    // Means and log-variances, channel by channel: the first half is the mode.
    const mode = data.slice(0, data.length / 2);
    assertFinite(mode, 'the image encoder');
    normaliseLatents(mode, pkg.vae.statistics);
    return packLatents(mode, pkg.vae.latentChannels);
  });
}

/**
 * The clip's pixels, float32 [3, F, H, W] from −1 to 1.
 * @param volume normalised latents [C, f, h, w], changed
 */
export async function decodeVolume(
  run: FamilyRun,
  window: RecipeWindow,
  {
    volume,
    size,
    generator,
  }: { readonly volume: Float32Array; readonly size: LatentSize; readonly generator: TorchGenerator },
): Promise<Float32Array> {
  const { recipe, pkg, sessions } = run;
  denormaliseLatents(volume, pkg.vae.statistics);
  const noisy = pkg.vae.noisyDecode;
  if (noisy !== null) mixNoise(volume, generator.randn(volume.length), noisy.scale);
  return sessions.use('vae_decoder', async (decoder) => {
    decoder.assertInputs({ latent_sample: 'float32', ...(noisy && { timestep: 'float32' as const }) });
    const { data, size: made } = await throughTiles(run, 'decode', { size, data: volume }, (tile) => {
      const told = noisy && { timestep: float32Tensor(Float32Array.of(noisy.timestep), [1]) };
      return volumeThrough(decoder, { latent_sample: volumeTensor(tile), ...told }, 'sample');
    });
    assertFinite(data, 'the decoder');
    const found = [made.channels, made.frames, made.height, made.width];
    const wanted = [3, window.frames, recipe.height, recipe.width];
    assert(found.join() === wanted.join(), `the decoder gave [${found.join()}] instead of [${wanted.join()}]`);
    return data;
  });
}

/** (1 − scale)·latents + scale·noise, in place: what the decoder was trained to clean up. */
function mixNoise(volume: Float32Array, noise: Float32Array, scale: number): void {
  const { fround } = Math;
  const [kept, added] = [fround(1 - fround(scale)), fround(scale)];
  for (const [i, value] of volume.entries()) volume[i] = fround(kept * value) + fround(added * (noise[i] ?? 0));
}

/** Through the autoencoder, whole, or in tiles where the package names some that are smaller. */
async function throughTiles(
  { pkg, signal }: FamilyRun,
  way: 'encode' | 'decode',
  volume: Volume,
  through: (tile: Volume) => Promise<Volume>,
): Promise<Volume> {
  const { tiles, spatialRatio } = pkg.vae;
  if (tiles === null) return through(volume);
  const cells = { size: tiles.size / spatialRatio, stride: tiles.stride / spatialRatio };
  const [from, to] = way === 'encode' ? [tiles, cells] : [cells, tiles];
  if (volume.size.height <= from.size && volume.size.width <= from.size) return through(volume);
  const rows: Volume[][] = [];
  for (const row of tilesOf(volume, from)) {
    const made: Volume[] = [];
    for (const tile of row) {
      await checkCancelled(signal);
      made.push(await through(tile));
    }
    rows.push(made);
  }
  return joinedTiles(rows, volume.size, { from, to });
}

function volumeTensor({ size, data }: Volume): Tensor {
  return float32Tensor(data, [1, size.channels, size.frames, size.height, size.width]);
}

async function volumeThrough(session: OnnxSession, feeds: Record<string, Tensor>, output: string): Promise<Volume> {
  const { data, dims } = await session.run(feeds, output);
  const [, channels = 0, frames = 0, height = 0, width = 0] = dims;
  return { size: { channels, frames, height, width }, data };
}
