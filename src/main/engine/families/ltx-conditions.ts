/**
 * What a window of LTX begins with: noise, and the known frames in it. The first ones lie in place, later images as extra
 * tokens in front of the others, each with its own time; of a later clip the first two latent frames, the rest in place.
 * Frames held by less than 1 begin part way to the noise.
 */
import { moveTokens } from '@core/diffusion/camera';
import { packLatents, tokenCount, videoCoordinates, type LatentSize } from '@core/diffusion/latent-geometry';
import { TorchGenerator } from '@core/diffusion/torch-generator';
import { invalidInput } from '@core/errors';
import { framesPerSecond } from '@core/time/rate';
import type { RecipeWindow } from '@contracts/recipe';
import { toldCamera, type FamilyRun } from './family-run';
import { encodeFrames } from './ltx-autoencoder';
import { joined } from './picture-frames';

export interface WindowTokens {
  /** x, float32 [S, C]; extra tokens first. Changed step by step. */
  readonly tokens: Float32Array;
  /** As they are before the first step; null = nothing is known, or held frames get no noise. */
  readonly heldStart: Float32Array | null;
  readonly generator: TorchGenerator;
  /** Tokens in front that stand for later images and are dropped at the end. */
  readonly extraTokens: number;
  /** float32 [S], how firmly a token is held: 1 = known and clean, 0 = free. */
  readonly hold: Float32Array;
  /** float32 [3, S] */
  readonly coordinates: Float32Array;
  /** [S], the frame of the window that each token belongs to, of several the middle one; a later image may lie behind it. */
  readonly frameOf: Int32Array;
}

/** Known frames that follow each other. */
interface KnownStretch {
  /** Frame of the window. */
  readonly at: number;
  readonly frames: number;
  readonly hold: number;
  /** Packed normalised latents, [tokens, C]. */
  readonly latents: Float32Array;
}

export async function encodeKnownFrames(
  run: FamilyRun,
  window: RecipeWindow,
  made: ReadonlyMap<number, string>,
): Promise<KnownStretch[]> {
  const { start, prefix, later, also = [], hold = { prefix: 1, later: 1 } } = window;
  const stretches = [
    ...(prefix > 0 ? [{ index: start, frames: prefix, hold: hold.prefix }] : []),
    ...(later === null ? [] : [{ index: later, frames: 1, hold: hold.later }]),
    ...also,
  ];
  const known: KnownStretch[] = [];
  for (const { index, frames, hold: held } of stretches) {
    const indices = Array.from({ length: frames }, (_, i) => index + i);
    const latents = await encodeFrames(run, window, indices, made);
    known.push({ at: index - start, frames, hold: held, latents });
  }
  return known;
}

/** Latent frames of a later clip that become extra tokens: num_prefix_latent_frames. */
const CLIP_PREFIX = 2;

export function prepareTokens(
  run: FamilyRun,
  window: RecipeWindow,
  { known, size }: { readonly known: readonly KnownStretch[]; readonly size: LatentSize },
): WindowTokens {
  const { recipe, pkg } = run;
  const channels = pkg.vae.latentChannels;
  const generator = new TorchGenerator(window.seed);
  const video = packLatents(generator.randn(channels * tokenCount(size)), channels);
  const videoHold = new Float32Array(tokenCount(size));
  const cells = size.height * size.width;
  const perFrame = cells * channels;
  const options = {
    framesPerSecond: framesPerSecond(recipe.rate),
    spatialRatio: pkg.vae.spatialRatio,
    temporalRatio: pkg.vae.temporalRatio,
  };
  const putInPlace = (latentFrame: number, latents: Float32Array, hold: number): void => {
    lerpInto(video.subarray(latentFrame * perFrame), latents, hold);
    videoHold.fill(hold, latentFrame * cells, latentFrame * cells + latents.length / channels);
  };
  const framesOf = (latents: number, at: number): Int32Array =>
    Int32Array.from({ length: latents * cells }, (_, i) => at + middleFrame(Math.floor(i / cells), options));
  const extras: { tokens: Float32Array; hold: number; coordinates: Float32Array; frameOf: Int32Array }[] = [];
  for (const { at, frames, hold, latents } of known) {
    if (at === 0) {
      putInPlace(0, latents, hold);
      continue;
    }
    const isClip = frames > 1;
    if (isClip && at + frames > window.frames)
      throw invalidInput(
        'also',
        window.start + at,
        `frames ${window.start + at} to ${window.start + at + frames - 1} are not all in the window`,
        'Pin the image to another frame, or choose another model.',
      );
    if (isClip && latents.length < CLIP_PREFIX * perFrame)
      throw invalidInput(
        'also.frames',
        frames,
        `a later clip of ${frames} frames is too short for ${pkg.manifest.name}`,
        `Give one image, or at least ${pkg.vae.temporalRatio + 1} frames.`,
      );
    const front = isClip ? latents.subarray(0, CLIP_PREFIX * perFrame) : latents;
    if (front.length < latents.length)
      putInPlace(Math.floor(at / pkg.vae.temporalRatio) + CLIP_PREFIX, latents.subarray(front.length), hold);
    // Drawn also where nothing of it is left, as the pipeline does.
    const tokens = packLatents(generator.randn(front.length), channels);
    lerpInto(tokens, front, hold);
    const coordinates = videoCoordinates({ ...size, frames: front.length / perFrame }, { ...options, frameIndex: at });
    extras.push({ tokens, hold, coordinates, frameOf: framesOf(front.length / perFrame, at) });
  }
  const tokens = joined([...extras.map((extra) => extra.tokens), video]);
  const count = tokens.length / channels;
  const hold = joined([
    ...extras.map((extra) => new Float32Array(extra.tokens.length / channels).fill(extra.hold)),
    videoHold,
  ]);
  const places = [...extras.map((extra) => extra.coordinates), videoCoordinates(size, { ...options, frameIndex: 0 })];
  const axis = (n: number): Float32Array[] =>
    places.map((xyz) => xyz.subarray((n * xyz.length) / 3, ((n + 1) * xyz.length) / 3));
  const coordinates = joined([...axis(0), ...axis(1), ...axis(2)]);
  const frameOf = Int32Array.from([...extras.flatMap((extra) => [...extra.frameOf]), ...framesOf(size.frames, 0)]);
  const camera = toldCamera(run);
  if (camera !== undefined)
    moveTokens(
      coordinates.subarray(frameOf.length),
      frameOf.map((frame) => window.start + frame),
      { camera, origin: window.start, size: recipe, tokenSize: pkg.vae.spatialRatio },
    );
  const heldStart = known.length > 0 && pkg.imageCondNoise > 0 ? tokens.slice() : null;
  return { tokens, heldStart, generator, extraTokens: count - tokenCount(size), hold, coordinates, frameOf };
}

/** Of the frames that a latent frame stands for. */
function middleFrame(latentFrame: number, { temporalRatio }: { readonly temporalRatio: number }): number {
  return latentFrame === 0 ? 0 : (latentFrame - 1) * temporalRatio + 1 + Math.floor((temporalRatio - 1) / 2);
}

/** torch.lerp from the noise that is there to the known values, in place; at 1 they are the known values. */
function lerpInto(noise: Float32Array, known: Float32Array, strength: number): void {
  const [f, weight] = [Math.fround, Math.fround(strength)];
  known.forEach((value, i) => {
    const start = noise[i] ?? 0;
    const way = f(value - start);
    noise[i] = weight < 0.5 ? start + f(weight * way) : value - f(way * f(1 - weight));
  });
}
