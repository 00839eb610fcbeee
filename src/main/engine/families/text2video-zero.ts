/**
 * The Text2Video-Zero family: diffusers' TextToVideoZeroPipeline over a Stable Diffusion UNet that was never shown a film,
 * in its order of steps and of random draws, over the graph contract of docs/model-packages.md.
 *
 *   1 check the recipe against the package      5 draw the first frame further, to t0, and move it
 *   2 encode the prompts                        6 take the moved frames back to t1
 *   per window:                                 7 denoise all frames from t1 on
 *   3 prepare the latents of the first frame    8 decode, frame by frame
 *   4 denoise it alone, down to t1              9 store the frames (window-loop.ts)
 *
 * t1 and t0 are counted in steps from the last one. Every frame looks at the first one where the UNet would look at
 * itself; that is inside the graph. One generator per window draws the noise [1, C, h, w] of the first frame, then
 * [F − 1, C, h, w] for step 6. Steps 5 and 6 are made again by a run that goes on before step 7: they are three passes
 * over one frame. DDIM remembers nothing, so its copy, which the pipeline takes before step 5, is itself.
 */
import { guidedFromPair } from '@core/diffusion/guidance';
import { alphaProduct, movedPicture, noisier } from '@core/diffusion/moved-noise';
import { createScheduler } from '@core/diffusion/schedulers/create-scheduler';
import { TorchGenerator } from '@core/diffusion/torch-generator';
import { assert, invalidInput } from '@core/errors';
import type { RecipeWindow } from '@contracts/recipe';
import type { MovedFrames } from '../model-package';
import { assertFinite, assertRunFitsFamily, checkCancelled, type FamilyRun } from './family-run';
import { decodePictures, frameLatentSize, putFrame, takeFrame, valuesOf } from './picture-frames';
import { denoiseSteps, eachHalf, type HalfPredictor } from './step-loop';
import { encodeClipTexts, type TextEmbeddings } from './text-embeddings';
import { windowPredictor } from './unet-predictor';
import { runWindows, type Sampling, type SizedState } from './window-loop';

/** @returns the hashes of the segment's frames 0 … frameCount − 1 */
export async function runText2VideoZero(run: FamilyRun): Promise<string[]> {
  const moved = checkRecipe(run);
  return runWindows<TextEmbeddings, SizedState>(run, {
    encodePrompts: (windows) => encodeClipTexts(run, windows),
    readsImages: () => false,
    prepare: (window) => Promise.resolve(prepare(run, window)),
    denoise: (sampling, texts) => denoise(run, sampling, { texts, moved }),
    decode: (window, state) => decodePictures(run, window, state),
  });
}

// 1 ── check the recipe against the package ───────────────────────────────────────────────────────────────────────────

function checkRecipe(run: FamilyRun): MovedFrames {
  const { recipe, pkg } = run;
  assertRunFitsFamily('text2video-zero', run);
  const { movedFrames } = pkg;
  assert(movedFrames, 'a package of this family says how its frames move');
  if (recipe.steps <= movedFrames.t1)
    throw invalidInput(
      'steps',
      recipe.steps,
      `${pkg.manifest.name} draws the last ${movedFrames.t1 + 1} steps with all frames; ${recipe.steps} are too few`,
      `Use ${movedFrames.t1 + 1} steps or more.`,
    );
  return movedFrames;
}

// 3 ── prepare the latents: those of the first frame, and nothing in the others ───────────────────────────────────────

function prepare({ recipe, pkg }: FamilyRun, window: RecipeWindow): SizedState {
  const scheduler = createScheduler({ ...recipe.scheduler.config, _class_name: recipe.scheduler.class });
  scheduler.setTimesteps({ steps: recipe.steps });
  const size = frameLatentSize(recipe, pkg, window.frames);
  const generator = new TorchGenerator(window.seed);
  const first = generator.randn(valuesOf({ ...size, frames: 1 }));
  const latents = new Float32Array(valuesOf(size));
  putFrame(
    latents,
    0,
    first.map((value) => value * scheduler.initNoiseSigma),
    size,
  );
  return { size, latents, scheduler, generator };
}

// 4 … 7 ── denoise ────────────────────────────────────────────────────────────────────────────────────────────────────

async function denoise(
  run: FamilyRun,
  sampling: Sampling<SizedState>,
  { texts, moved }: { readonly texts: TextEmbeddings; readonly moved: MovedFrames },
): Promise<void> {
  const { steps } = run.recipe;
  const { size } = sampling.state;
  const together = steps - moved.t1 - 1;
  const model = 'the UNet';
  await run.sessions.use('unet', async (unet) => {
    const one = windowPredictor(run, sampling, { texts, unet, frames: 1 });
    // Where there is no frame yet there is nothing to predict: zeros stay zeros.
    const first: HalfPredictor = async (input, step, half) => {
      const volume = new Float32Array(input.length);
      putFrame(volume, 0, await one(takeFrame(input, 0, size), step, half), size);
      return volume;
    };
    if (sampling.from <= together) {
      await denoiseSteps(run, sampling, { model, from: sampling.from, to: together, predict: eachHalf(first) });
      await moveFirstFrame(run, sampling, { predict: one, moved, together });
    }
    const predict = eachHalf(windowPredictor(run, sampling, { texts, unet }));
    await denoiseSteps(run, sampling, { model, from: Math.max(sampling.from, together), to: steps, predict });
  });
}

/** Fills the frames behind the first. */
async function moveFirstFrame(
  run: FamilyRun,
  { state, window }: Sampling<SizedState>,
  { predict, moved, together }: { predict: HalfPredictor; moved: MovedFrames; together: number },
): Promise<void> {
  const { recipe, watch, signal } = run;
  const { size, latents, scheduler, generator } = state;
  const end = recipe.steps - moved.t0 - 1;
  // Along a curve the first frame has the first scale.
  const guidance = window.guidance?.[0] ?? recipe.guidance;
  const frame = takeFrame(latents, 0, size);
  const pair = new Float32Array(2 * frame.length);
  const guided = new Float32Array(frame.length);
  for (let step = together; step < end; step++) {
    await checkCancelled(signal);
    await watch.time('transformer', async () => {
      pair.set(await predict(frame, step, 'prompt'), frame.length);
      if (guidance > 1) pair.set(await predict(frame, step, 'negative'));
    });
    if (guidance > 1) guidedFromPair(pair, guidance, guided);
    else guided.set(pair.subarray(frame.length));
    assertFinite(guided, 'the UNet');
    scheduler.step(guided, step, frame, { generator });
  }
  const product = alphaProduct(recipe.scheduler, scheduler.timesteps[end] ?? NaN, scheduler.timesteps[together] ?? NaN);
  const noise = generator.randn((size.frames - 1) * frame.length);
  for (let i = 1; i < size.frames; i++) {
    const picture = movedPicture(frame, size, { dx: moved.x * i, dy: moved.y * i });
    const own = noise.subarray((i - 1) * frame.length, i * frame.length);
    putFrame(latents, i, noisier(picture, own, product), size);
  }
}
