/**
 * The AnimateDiff family: diffusers' AnimateDiffPipeline over a Stable Diffusion UNet with motion layers, in its order of
 * steps and of random draws, over the graph contract of docs/model-packages.md.
 *
 *   1 check the recipe against the package      5 prepare the latents
 *   2 encode the prompts                        6 denoise
 *   per window:                                 7 decode
 *   3 encode the known images                   8 store the frames (window-loop.ts)
 *   4 prepare the timesteps
 *
 * One generator per window draws the noise [1, C, F, h, w] first, then whatever a stochastic scheduler asks for.
 * Known frames go beyond the pipeline, by StableDiffusionInpaintPipeline's way: after each step they are put back, as
 * noisy as the next step wants them, with the noise they began with. A later image has its own place in time: when that
 * lies behind the window, the window is denoised up to it. A window longer than the model was trained for is
 * denoised in overlapping contexts, whose predictions are averaged with FreeNoise's pyramid of weights.
 * The UNet runs with a batch of one, twice under guidance, so exports with a fixed batch work (docs/adr/0015).
 * The VAE posterior is taken at its mode, as AnimateDiffPipeline's relatives do for known images.
 */
import type { Tensor } from 'onnxruntime-node';
import { assertSchedulerFits } from '@core/diffusion/families';
import { contextStarts, contextWeights } from '@core/diffusion/context-windows';
import { createScheduler } from '@core/diffusion/schedulers/create-scheduler';
import { TorchGenerator } from '@core/diffusion/torch-generator';
import { assert, invalidInput } from '@core/errors';
import type { RecipeWindow } from '@contracts/recipe';
import { float32Tensor, type OnnxSession } from '../onnx-session';
import { volumeFromFrames } from '../pixels';
import { assertRecipeFitsPackage, checkCancelled, mixesOf, readKnownFrame, type FamilyRun } from './family-run';
import {
  decodePictures,
  encodeNormalised,
  frameLatentSize,
  joined,
  putFrame,
  takeFrame,
  timestepTensors,
  valuesOf,
} from './picture-frames';
import { denoiseSteps, type Half, type SizedState, type StepLoop } from './step-loop';
import { embeddingOf, encodeClipTexts, mixEmbedding, type TextEmbeddings } from './text-embeddings';
import { runWindows, type Sampling } from './window-loop';

interface KnownLatents {
  /** Clean latents at their places in a volume [C, F, h, w], zeros elsewhere. */
  readonly volume: Float32Array;
  /** Frames of the volume, counted from the window's first. */
  readonly places: readonly number[];
}

interface WindowState extends SizedState {
  /** The noise at the start, [C, F, h, w], before it is scaled. */
  readonly noise: Float32Array;
  /** null = no frame is known. */
  readonly known: KnownLatents | null;
}

/** @returns the hashes of the segment's frames 0 … frameCount − 1 */
export async function runAnimateDiff(run: FamilyRun): Promise<string[]> {
  checkRecipe(run);
  return runWindows<TextEmbeddings, WindowState>(run, {
    encodePrompts: (windows) => encodeClipTexts(run, windows),
    readsImages: ({ prefix, later }) => prefix > 0 || later !== null,
    prepare: (window, made) => prepare(run, window, made),
    denoise: (sampling, texts) => denoise(run, sampling, texts),
    decode: (window, state) => decodePictures(run, window, state),
  });
}

// 1 ── check the recipe against the package ───────────────────────────────────────────────────────────────────────────

function checkRecipe({ recipe, pkg }: FamilyRun): void {
  assertRecipeFitsPackage(recipe, pkg);
  assertSchedulerFits('animatediff', { ...recipe.scheduler.config, _class_name: recipe.scheduler.class });
  const { max } = pkg.manifest.frameGrid;
  for (const [i, window] of recipe.windows.entries())
    if (denoisedFrames(window) > max)
      throw invalidInput(
        `windows.${i}.later`,
        window.later ?? '',
        `the later image is ${denoisedFrames(window)} frames from the window's first, the model makes ${max}`,
        'Pin the image to an earlier frame.',
      );
}

// 2 ── encode the prompts: one embedding per frame ────────────────────────────────────────────────────────────────────

/** An embedding for each frame. */
type FrameTexts = readonly Float32Array[];

/** Frames behind the window, up to a later image, have the last one's. */
function frameTexts(
  { pkg }: FamilyRun,
  window: RecipeWindow,
  embeddings: TextEmbeddings,
  frames: number,
): Record<Half, FrameTexts> {
  const texts = mixesOf(window).flatMap((mix) => {
    const text = mixEmbedding(embeddings, mix, pkg.manifest.promptTokens);
    return Array.from({ length: mix.frames }, () => text);
  });
  const last = texts.at(-1);
  assert(last, 'a window has a prompt');
  return {
    negative: Array.from({ length: frames }, () => embeddingOf(embeddings, window.negative)),
    prompt: Array.from({ length: frames }, (_, frame) => texts[frame] ?? last),
  };
}

// 3 ── encode the known images ────────────────────────────────────────────────────────────────────────────────────────

async function encodeKnownFrames(
  run: FamilyRun,
  window: RecipeWindow,
  made: ReadonlyMap<number, string>,
): Promise<KnownLatents | null> {
  const places = Array.from({ length: window.prefix }, (_, i) => i);
  if (window.later !== null) places.push(window.later - window.start);
  if (places.length === 0) return null;
  const { recipe, pkg, sessions } = run;
  const size = frameLatentSize(recipe, pkg, denoisedFrames(window));
  const volume = new Float32Array(valuesOf(size));
  await sessions.use('vae_encoder', async (encoder) => {
    encoder.assertInputs({ sample: 'float32' });
    for (const frame of places) {
      await checkCancelled(run.signal);
      const image = await readKnownFrame(run, window.start + frame, made);
      const pixels = volumeFromFrames([image], recipe.width, recipe.height);
      putFrame(volume, frame, await encodeNormalised(run, encoder, pixels), size);
    }
  });
  return { volume, places };
}

// 4, 5 ── the timesteps, the latents ──────────────────────────────────────────────────────────────────────────────────

async function prepare(run: FamilyRun, window: RecipeWindow, made: ReadonlyMap<number, string>): Promise<WindowState> {
  const { recipe, pkg } = run;
  const known = await encodeKnownFrames(run, window, made);
  const scheduler = createScheduler({ ...recipe.scheduler.config, _class_name: recipe.scheduler.class });
  scheduler.setTimesteps({ steps: recipe.steps });
  const size = frameLatentSize(recipe, pkg, denoisedFrames(window));
  const generator = new TorchGenerator(window.seed);
  const noise = generator.randn(valuesOf(size));
  const latents = noise.map((value) => value * scheduler.initNoiseSigma);
  const state = { size, latents, noise, known, scheduler, generator };
  putKnownFrames(state, 0);
  return state;
}

/** Puts the known frames into the latents, as noisy as they are before step `step`; clean after the last. */
function putKnownFrames({ size, latents, noise, known, scheduler }: WindowState, step: number): void {
  if (known === null) return;
  let wanted = known.volume;
  if (step < scheduler.timesteps.length) {
    wanted = new Float32Array(latents.length);
    scheduler.addNoise(known.volume, noise, step, wanted);
  }
  for (const frame of known.places) putFrame(latents, frame, takeFrame(wanted, frame, size), size);
}

// 6 ── denoise ────────────────────────────────────────────────────────────────────────────────────────────────────────

async function denoise(run: FamilyRun, sampling: Sampling<WindowState>, embeddings: TextEmbeddings): Promise<void> {
  const { window, state, from } = sampling;
  const texts = frameTexts(run, window, embeddings, state.size.frames);
  await run.sessions.use('unet', (unet) =>
    denoiseSteps(run, sampling, {
      model: 'the UNet',
      ...{ from, to: run.recipe.steps },
      predict: noisePredictor(run, state, texts, unet),
      afterStep: (done) => putKnownFrames(state, done),
    }),
  );
}

/** The UNet over the window's contexts. Buffers are made once: the tensors wrap them. */
function noisePredictor(
  { pkg, signal }: FamilyRun,
  { size, scheduler }: WindowState,
  texts: Record<Half, FrameTexts>,
  unet: OnnxSession,
): StepLoop['predict'] {
  const { channels, frames, height, width } = size;
  const contextFrames = Math.min(frames, pkg.manifest.nativeFrames);
  const starts = contextStarts(frames, contextFrames);
  const weights = contextWeights(contextFrames);
  const weightSums = new Float32Array(frames);
  for (const start of starts)
    for (let i = 0; i < contextFrames; i++) weightSums[start + i] = (weightSums[start + i] ?? 0) + (weights[i] ?? 0);

  const plane = height * width;
  const sample = new Float32Array(channels * contextFrames * plane);
  const tokens = pkg.manifest.promptTokens;
  const dims = [contextFrames, tokens, (texts.prompt[0]?.length ?? 0) / tokens];
  // The pipeline gives every frame of a context its embedding; the UNet does not repeat one.
  const contextTexts = (text: FrameTexts): Tensor[] =>
    starts.map((start) => float32Tensor(joined(text.slice(start, start + contextFrames)), dims));
  const halves = { negative: contextTexts(texts.negative), prompt: contextTexts(texts.prompt) };
  const timestep = timestepTensors(unet);
  unet.assertInputs({ sample: 'float32', timestep: timestep.type, encoder_hidden_states: 'float32' });

  return async (input, step, half) => {
    const out = new Float32Array(input.length);
    const feeds: Record<string, Tensor> = {
      sample: float32Tensor(sample, [1, channels, contextFrames, height, width]),
      timestep: timestep.of(scheduler.timesteps[step] ?? NaN),
    };
    for (const [i, start] of starts.entries()) {
      const hiddenStates = halves[half][i];
      assert(hiddenStates, 'the text of this context was prepared');
      feeds['encoder_hidden_states'] = hiddenStates;
      if (starts.length > 1) await checkCancelled(signal);
      for (let c = 0; c < channels; c++) {
        const from = (c * frames + start) * plane;
        sample.set(input.subarray(from, from + contextFrames * plane), c * contextFrames * plane);
      }
      const { data } = await unet.run(feeds, 'out_sample');
      assert(data.length === sample.length, `the UNet gave ${data.length} values for ${sample.length}`);
      if (starts.length === 1) return data;
      addWeighted(out, data, start);
    }
    return out;
  };

  /** Adds this context's share; the last one of a frame completes its mean. */
  function addWeighted(out: Float32Array, data: Float32Array, start: number): void {
    const isLast = start === starts.at(-1);
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < contextFrames; i++) {
        const weight = weights[i] ?? 0;
        const to = (c * frames + start + i) * plane;
        const from = (c * contextFrames + i) * plane;
        for (let p = 0; p < plane; p++) out[to + p] = (out[to + p] ?? 0) + Math.fround(weight * (data[from + p] ?? 0));
      }
    if (!isLast) return;
    for (let c = 0; c < channels; c++)
      for (let frame = 0; frame < frames; frame++) {
        const from = (c * frames + frame) * plane;
        for (let p = from; p < from + plane; p++) out[p] = (out[p] ?? 0) / (weightSums[frame] ?? 1);
      }
  }
}

// ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The window's frames, and those up to a later image behind them. */
function denoisedFrames({ start, frames, later }: RecipeWindow): number {
  return later === null ? frames : Math.max(frames, later - start + 1);
}
