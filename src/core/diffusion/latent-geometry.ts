/**
 * The shapes of video latents: volumes [C, F, h, w] as an autoencoder makes them, token lists [S, C] as a transformer
 * reads them (S = F·h·w, token order frame, row, column, patch 1), and where each token sits in time and space.
 * @see diffusers pipelines/ltx/pipeline_ltx_condition.py: _pack_latents, _prepare_video_ids, _scale_video_ids
 */
import { assert } from '../errors';

export interface LatentSize {
  readonly channels: number;
  readonly frames: number;
  readonly height: number;
  readonly width: number;
}

export function tokenCount(size: Omit<LatentSize, 'channels'>): number {
  return size.frames * size.height * size.width;
}

/** [C, F, h, w] → [S, C]. */
export function packLatents(volume: Float32Array, channels: number): Float32Array {
  const tokens = volume.length / channels;
  assert(Number.isInteger(tokens), `${volume.length} latents are not ${channels} channels`);
  const packed = new Float32Array(volume.length);
  for (let c = 0; c < channels; c++)
    for (let s = 0; s < tokens; s++) packed[s * channels + c] = volume[c * tokens + s] ?? 0;
  return packed;
}

/** [S, C] → [C, F, h, w]. */
export function unpackLatents(tokens: Float32Array, channels: number): Float32Array {
  const count = tokens.length / channels;
  assert(Number.isInteger(count), `${tokens.length} latents are not ${channels} channels`);
  const volume = new Float32Array(tokens.length);
  for (let s = 0; s < count; s++)
    for (let c = 0; c < channels; c++) volume[c * count + s] = tokens[s * channels + c] ?? 0;
  return volume;
}

export interface CoordinateOptions {
  /** Frame of the window at which this block of latents starts; 0 for the window itself. */
  readonly frameIndex: number;
  readonly framesPerSecond: number;
  /** Pixels per latent cell and frames per latent frame. */
  readonly spatialRatio: number;
  readonly temporalRatio: number;
}

/**
 * Where each token is: [3, S] of seconds, pixels down, pixels right. With temporal compression T the first latent frame
 * stands for one frame and each later one for T, so latent frame f starts at frame max(f·T + 1 − T, 0).
 */
export function videoCoordinates(size: Omit<LatentSize, 'channels'>, options: CoordinateOptions): Float32Array {
  const tokens = tokenCount(size);
  const coordinates = new Float32Array(3 * tokens);
  let s = 0;
  for (let frame = 0; frame < size.frames; frame++) {
    const pixelFrame = Math.max(frame * options.temporalRatio + 1 - options.temporalRatio, 0) + options.frameIndex;
    for (let row = 0; row < size.height; row++)
      for (let column = 0; column < size.width; column++, s++) {
        coordinates[s] = Math.fround(pixelFrame) / Math.fround(options.framesPerSecond);
        coordinates[tokens + s] = row * options.spatialRatio;
        coordinates[2 * tokens + s] = column * options.spatialRatio;
      }
  }
  return coordinates;
}

export interface LatentStatistics {
  readonly mean: Float32Array;
  readonly std: Float32Array;
  readonly scalingFactor: number;
}

/** Autoencoder latents [C, …] → what the transformer was trained on: (z − mean)·scale / std per channel, in place. */
export function normaliseLatents(volume: Float32Array, statistics: LatentStatistics): void {
  forEachChannel(volume, statistics, (z, mean, std, scale) =>
    Math.fround(Math.fround(Math.fround(z - mean) * scale) / std),
  );
}

/** The way back, before decoding: z·std / scale + mean, in place. */
export function denormaliseLatents(volume: Float32Array, statistics: LatentStatistics): void {
  forEachChannel(volume, statistics, (z, mean, std, scale) =>
    Math.fround(Math.fround(Math.fround(z * std) / scale) + mean),
  );
}

function forEachChannel(
  volume: Float32Array,
  { mean, std, scalingFactor }: LatentStatistics,
  change: (z: number, mean: number, std: number, scale: number) => number,
): void {
  const size = volume.length / mean.length;
  assert(Number.isInteger(size), `${volume.length} latents are not ${mean.length} channels`);
  for (let c = 0; c < mean.length; c++) {
    const channelMean = mean[c] ?? 0;
    const channelStd = std[c] ?? 1;
    for (let i = c * size; i < (c + 1) * size; i++)
      volume[i] = change(volume[i] ?? 0, channelMean, channelStd, scalingFactor);
  }
}
