/**
 * The Stable Video Diffusion family: diffusers' StableVideoDiffusionPipeline, in its order of steps and of random draws,
 * over the graph contract of docs/model-packages.md.
 *
 *   1 check the recipe against the package      6 prepare the latents
 *   per window:                                 7 prepare the guidance of each frame
 *   2 show the image to CLIP                    8 denoise
 *   3 encode the image, with a little noise     9 decode, chunk by chunk
 *   4 prepare what the motion is asked for     10 store the frames (window-loop.ts)
 *   5 prepare the timesteps
 *
 * One generator per window draws the noise on the image, [1, 3, H, W], then that of the latents, [1, F, C, h, w]. The
 * window's first frame is known and is made again with the others; there is no text. The first frame has guidance 1, the
 * last one the recipe's, those between what lies between. The frames of a chunk see each other while they are decoded,
 * so where a chunk begins is part of the film: chunks are counted from the window's first frame (docs/adr/0024).
 */
import { CLIP_SIDE, clipPicture } from '@core/diffusion/clip-picture';
import type { GuidanceScale } from '@core/diffusion/guidance';
import { denormaliseLatents, type LatentSize } from '@core/diffusion/latent-geometry';
import { createScheduler } from '@core/diffusion/schedulers/create-scheduler';
import { TorchGenerator } from '@core/diffusion/torch-generator';
import { assert, invalidInput } from '@core/errors';
import { framesPerSecond } from '@core/time/rate';
import type { Recipe, RecipeWindow } from '@contracts/recipe';
import { float32Tensor, type OnnxSession } from '../onnx-session';
import { frameFromVolume, volumeFromFrames } from '../pixels';
import { assertFinite, assertRunFitsFamily, checkCancelled, readKnownFrame, type FamilyRun } from './family-run';
import { assertDims, encodePicture, frameLatentSize, valuesOf, volumeFromFrameMajor } from './picture-frames';
import { denoiseSteps, eachHalf, type HalfPredictor } from './step-loop';
import { runWindows, scalePerFrame, type Sampling, type SizedState } from './window-loop';

const f = Math.fround;

interface WindowState extends SizedState {
  /** CLIP's view of the image, [D]. */
  readonly embedding: Float32Array;
  /** The image's latents, once per frame: [C, F, h, w], not scaled. */
  readonly image: Float32Array;
}

/** @returns the hashes of the segment's frames 0 … frameCount − 1 */
export async function runSvd(run: FamilyRun): Promise<string[]> {
  const motion = checkRecipe(run);
  return runWindows<null, WindowState>(run, {
    encodePrompts: () => Promise.resolve(null),
    guidance: ({ size }, window) => guidanceOf(run.recipe, window, size),
    readsImages: () => true,
    prepare: (window, made) => prepare(run, window, { made, noise: motion.noise }),
    denoise: (sampling) => denoise(run, sampling, motion),
    decode: (window, state) => decode(run, window, state),
  });
}

// 1 ── check the recipe against the package ───────────────────────────────────────────────────────────────────────────

function checkRecipe(run: FamilyRun): NonNullable<Recipe['motion']> {
  const { recipe, pkg } = run;
  assertRunFitsFamily('svd', run);
  for (const [i, window] of recipe.windows.entries())
    if (window.prefix === 0)
      throw invalidInput(
        `windows.${i}.prefix`,
        0,
        `${pkg.manifest.name} makes films from an image, and none is given`,
        'Give a first image, or choose a model that starts from text.',
      );
  if (recipe.motion === undefined)
    throw invalidInput('motion', 'nothing', `${pkg.manifest.name} is told how much motion to make`, 'Make a new take.');
  return recipe.motion;
}

// 2, 3, 5, 6 ── the image, the timesteps, the latents ─────────────────────────────────────────────────────────────────

async function prepare(
  run: FamilyRun,
  window: RecipeWindow,
  { made, noise }: { made: ReadonlyMap<number, string>; noise: number },
): Promise<WindowState> {
  const { recipe, pkg, sessions } = run;
  const { width, height } = recipe;
  const size = frameLatentSize(recipe, pkg, window.frames);
  const picture = await readKnownFrame(run, { index: window.start, window }, made);
  const generator = new TorchGenerator(window.seed);

  await checkCancelled(run.signal);
  const { data: embedding } = await sessions.use('image_encoder', (encoder) => {
    encoder.assertInputs({ image: 'float32' });
    const image = float32Tensor(clipPicture(picture, width, height), [1, 3, CLIP_SIDE, CLIP_SIDE]);
    return encoder.run({ image }, 'image_embeds');
  });
  assertFinite(embedding, 'the image encoder');

  await checkCancelled(run.signal);
  const pixels = volumeFromFrames([picture], width, height);
  const grain = generator.randn(pixels.length);
  const strength = f(noise);
  for (let i = 0; i < pixels.length; i++) pixels[i] = (pixels[i] ?? 0) + f(strength * (grain[i] ?? 0));
  const mode = await sessions.use('vae_encoder', (encoder) => {
    encoder.assertInputs({ sample: 'float32' });
    return encodePicture(encoder, pixels, width, height);
  });
  const image = new Float32Array(valuesOf(size));
  const plane = size.height * size.width;
  for (let at = 0; at < image.length; at += plane) {
    const channel = Math.floor(at / (size.frames * plane));
    image.set(mode.subarray(channel * plane, (channel + 1) * plane), at);
  }

  const scheduler = createScheduler({ ...recipe.scheduler.config, _class_name: recipe.scheduler.class });
  scheduler.setTimesteps({ steps: recipe.steps });
  const latents = volumeFromFrameMajor(generator.randn(valuesOf(size)), size);
  for (let i = 0; i < latents.length; i++) latents[i] = (latents[i] ?? 0) * scheduler.initNoiseSigma;
  return { size, latents, embedding, image, scheduler, generator };
}

/** A curve's own; else from 1 at the first frame to the recipe's at the last. Up to 1 the image alone decides. */
function guidanceOf({ guidance }: Recipe, { guidance: curve }: RecipeWindow, size: LatentSize): GuidanceScale {
  if (curve !== undefined) {
    const scales = Array.from({ length: size.frames }, (_, i) =>
      Math.max(1, curve[Math.min(i, curve.length - 1)] ?? 1),
    );
    return scales.every((scale) => scale === 1) ? 1 : scalePerFrame(scales, size);
  }
  if (guidance <= 1) return 1;
  const last = Math.max(1, size.frames - 1);
  return scalePerFrame(
    Array.from({ length: size.frames }, (_, i) => 1 + ((guidance - 1) * i) / last),
    size,
  );
}

// 4, 7, 8 ── the motion, the guidance, the steps ──────────────────────────────────────────────────────────────────────

async function denoise(
  run: FamilyRun,
  sampling: Sampling<WindowState>,
  motion: NonNullable<Recipe['motion']>,
): Promise<void> {
  const { recipe } = run;
  // The model was trained with one less than the rate, which the pipeline takes off.
  const rate = Math.max(1, Math.round(framesPerSecond(recipe.rate)));
  const asked = Float32Array.of(rate - 1, motion.bucket, motion.noise);
  await run.sessions.use('unet', (unet) =>
    denoiseSteps(run, sampling, {
      model: 'the UNet',
      ...{ from: sampling.from, to: recipe.steps },
      predict: eachHalf(predictor(sampling.state, asked, unet)),
    }),
  );
}

/** Buffers are made once and filled in place: the tensors wrap them. */
function predictor(
  { size, embedding, image, scheduler }: WindowState,
  asked: Float32Array,
  unet: OnnxSession,
): HalfPredictor {
  unet.assertInputs({
    sample: 'float32',
    timestep: 'float32',
    encoder_hidden_states: 'float32',
    added_time_ids: 'float32',
  });
  const dims = [1, 2 * size.channels, size.frames, size.height, size.width];
  const half = (picture: Float32Array, view: Float32Array) => {
    const sample = new Float32Array(2 * image.length);
    sample.set(picture, image.length);
    return {
      sample,
      feeds: { sample: float32Tensor(sample, dims), encoder_hidden_states: float32Tensor(view, [1, 1, view.length]) },
    };
  };
  // Without guidance's image there are zeros in both places.
  const halves = {
    prompt: half(image, embedding),
    negative: half(new Float32Array(image.length), new Float32Array(embedding.length)),
  };
  const timestep = new Float32Array(1);
  const shared = { timestep: float32Tensor(timestep, [1]), added_time_ids: float32Tensor(asked, [1, 3]) };
  return async (input, step, name) => {
    const { sample, feeds } = halves[name];
    sample.set(input);
    timestep[0] = scheduler.timesteps[step] ?? NaN;
    const { data } = await unet.run({ ...feeds, ...shared }, 'out_sample');
    assert(data.length === image.length, `the UNet gave ${data.length} values for ${image.length}`);
    return data;
  };
}

// 9 ── decode: every chunk that has a frame that is kept ──────────────────────────────────────────────────────────────

function decode(
  { recipe, pkg, sessions, signal }: FamilyRun,
  window: RecipeWindow,
  state: WindowState,
): Promise<Uint8Array[]> {
  const { width, height } = recipe;
  const { size } = state;
  const chunk = pkg.vae.decodeChunk ?? size.frames;
  const plane = size.height * size.width;
  const volume = state.latents.slice();
  denormaliseLatents(volume, pkg.vae.statistics);
  return sessions.use('vae_decoder', async (decoder) => {
    decoder.assertInputs({ latent_sample: 'float32' });
    const kept: Uint8Array[] = [];
    for (let first = 0; first < size.frames; first += chunk) {
      const frames = Math.min(chunk, size.frames - first);
      const isKept = (i: number): boolean => {
        const index = window.start + first + i;
        return index >= window.keepFrom && index < window.keepTo;
      };
      const wanted = Array.from({ length: frames }, (_, i) => i).filter(isKept);
      if (wanted.length === 0) continue;
      await checkCancelled(signal);
      const sample = new Float32Array(size.channels * frames * plane);
      for (let c = 0; c < size.channels; c++) {
        const from = (c * size.frames + first) * plane;
        sample.set(volume.subarray(from, from + frames * plane), c * frames * plane);
      }
      const dims = [1, size.channels, frames, size.height, size.width];
      const { data, dims: given } = await decoder.run({ latent_sample: float32Tensor(sample, dims) }, 'sample');
      assertFinite(data, 'the decoder');
      assertDims(given, [1, 3, frames, height, width]);
      for (const i of wanted) kept.push(frameFromVolume(data, i, { frames, width, height }));
    }
    return kept;
  });
}
