/**
 * The AnimateDiff family: diffusers' AnimateDiffPipeline, its video-to-video and its SparseCtrl pipeline, over a Stable Diffusion UNet with motion layers, in its order of
 * steps and of random draws, over the graph contract of docs/model-packages.md.
 *
 *   1 check the recipe against the package      5 prepare the latents
 *   2 encode the prompts                        6 denoise
 *   per window:                                 7 decode
 *   3 encode the known images                   8 store the frames (window-loop.ts)
 *   4 prepare the timesteps
 *
 * One generator per window draws the noise [1, C, F, h, w] first, then whatever a stochastic scheduler asks for; with a
 * film to draw over, that film's posterior comes before it.
 * Known frames are told to SparseCtrl where the package has it (sparse-control.ts); without, they go beyond the pipeline
 * (known-pictures.ts). A window longer than the model was trained for is denoised in
 * overlapping contexts, whose predictions are averaged with FreeNoise's pyramid of weights; in a loop they lie in a ring.
 * The UNet runs with a batch of one, twice under guidance, so exports with a fixed batch work (docs/adr/0015).
 */
import type { Tensor } from 'onnxruntime-node';
import { contextStarts, contextWeights, loopStarts } from '@core/diffusion/context-windows';
import { assert } from '@core/errors';
import type { RecipeWindow } from '@contracts/recipe';
import { float32Tensor, type OnnxSession } from '../onnx-session';
import { assertRunFitsFamily, checkCancelled, mixesOf, type FamilyRun } from './family-run';
import {
  assertLaterImagesFit,
  hasKnownFrames,
  prepareAround,
  putKnownFrames,
  type AroundState,
} from './known-pictures';
import { decodePictures, joined, timestepTensors } from './picture-frames';
import { prepareSparseFrames, residualInputs, sparseControl, type Control, type SparseFrames } from './sparse-control';
import { denoiseSteps, eachHalf, type Half, type HalfPredictor } from './step-loop';
import { embeddingOf, encodeClipTexts, mixEmbedding, weighedEmbedding, type TextEmbeddings } from './text-embeddings';
import { runWindows, type Sampling } from './window-loop';

interface AnimateDiffState extends AroundState {
  /** null = the package has no SparseCtrl. */
  readonly sparse: SparseFrames | null;
}

/** @returns the hashes of the segment's frames 0 … frameCount − 1 */
export async function runAnimateDiff(run: FamilyRun): Promise<string[]> {
  checkRecipe(run);
  return runWindows<TextEmbeddings, AnimateDiffState>(run, {
    encodePrompts: (windows) => encodeClipTexts(run, windows),
    readsImages: (window) => hasKnownFrames(window) || run.recipe.source !== undefined,
    prepare: (window, made) => prepare(run, window, made),
    denoise: (sampling, texts) => denoise(run, sampling, texts),
    decode: (window, state) => decodePictures(run, window, state),
  });
}

// 1 ── check the recipe against the package ───────────────────────────────────────────────────────────────────────────

function checkRecipe(run: FamilyRun): void {
  assertRunFitsFamily('animatediff', run);
  assertLaterImagesFit(run);
}

// 2 ── encode the prompts: one embedding per frame ────────────────────────────────────────────────────────────────────

/** An embedding for each frame. */
type FrameTexts = readonly Float32Array[];

function textOfFrame(texts: FrameTexts, frame: number): Float32Array {
  const text = texts[frame];
  assert(text, 'every frame has a text');
  return text;
}

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
  const strengths = window.promptStrength ?? [1];
  const weighed = (text: Float32Array, frame: number): Float32Array =>
    weighedEmbedding(embeddings, text, strengths[Math.min(frame, strengths.length - 1)]);
  return {
    negative: Array.from({ length: frames }, () => embeddingOf(embeddings, window.negative)),
    prompt: Array.from({ length: frames }, (_, frame) => weighed(texts[frame] ?? last, frame)),
  };
}

// 3 to 5 ── known images, timesteps, latents ──────────────────────────────────────────────────────────────────────────

async function prepare(
  run: FamilyRun,
  window: RecipeWindow,
  made: ReadonlyMap<number, string>,
): Promise<AnimateDiffState> {
  const isTold = run.pkg.sparseControl !== null;
  const state = await prepareAround(run, window, { made, putsBack: !isTold });
  return { ...state, sparse: isTold ? await prepareSparseFrames(run, window, { made, size: state.size }) : null };
}

// 6 ── denoise ────────────────────────────────────────────────────────────────────────────────────────────────────────

async function denoise(
  run: FamilyRun,
  sampling: Sampling<AnimateDiffState>,
  embeddings: TextEmbeddings,
): Promise<void> {
  const { window, state, from } = sampling;
  const { sessions } = run;
  const texts = frameTexts(run, window, embeddings, state.size.frames);
  await sessions.use('unet', async (unet) => {
    const residuals = residualInputs(unet);
    const makeSteps = (control: Control | null): Promise<void> =>
      denoiseSteps(run, sampling, {
        model: 'the UNet',
        ...{ from, to: run.recipe.steps },
        predict: eachHalf(noisePredictor(run, { window, state, texts }, { unet, residuals, control })),
        afterStep: (done) => putKnownFrames(state, done),
      });
    const { sparse } = state;
    if (sparse === null) return makeSteps(null);
    // Both are needed in every step: this is the one place where two graphs are open at once.
    return sessions.use('controlnet', (network) => makeSteps(sparseControl(network, sparse, residuals)));
  });
}

/** The UNet over the window's contexts. Buffers are made once: the tensors wrap them. */
function noisePredictor(
  { pkg, signal }: FamilyRun,
  {
    window,
    state: { size, scheduler },
    texts,
  }: { readonly window: RecipeWindow; readonly state: AroundState; readonly texts: Record<Half, FrameTexts> },
  {
    unet,
    residuals,
    control,
  }: { readonly unet: OnnxSession; readonly residuals: readonly string[]; readonly control: Control | null },
): HalfPredictor {
  const { channels, frames, height, width } = size;
  const contextFrames = Math.min(frames, pkg.manifest.nativeFrames);
  const starts = window.loop ? loopStarts(frames, contextFrames) : contextStarts(frames, contextFrames);
  const contexts = starts.map((start) => Array.from({ length: contextFrames }, (_, i) => (start + i) % frames));
  const weights = contextWeights(contextFrames);
  const weightSums = new Float32Array(frames);
  for (const context of contexts)
    for (const [i, frame] of context.entries()) weightSums[frame] = (weightSums[frame] ?? 0) + (weights[i] ?? 0);

  const plane = height * width;
  const sample = new Float32Array(channels * contextFrames * plane);
  const tokens = pkg.manifest.promptTokens;
  const dims = [contextFrames, tokens, (texts.prompt[0]?.length ?? 0) / tokens];
  // The pipeline gives every frame of a context its embedding; the UNet does not repeat one.
  const contextTexts = (text: FrameTexts): Tensor[] =>
    contexts.map((context) => float32Tensor(joined(context.map((frame) => textOfFrame(text, frame))), dims));
  const halves = { negative: contextTexts(texts.negative), prompt: contextTexts(texts.prompt) };
  const timestep = timestepTensors(unet);
  unet.assertInputs({
    ...{ sample: 'float32', timestep: timestep.type, encoder_hidden_states: 'float32' },
    ...(control && Object.fromEntries(residuals.map((name) => [name, 'float32' as const]))),
  });

  return async (input, step, half) => {
    const out = new Float32Array(input.length);
    const feeds: Record<string, Tensor> = {
      sample: float32Tensor(sample, [1, channels, contextFrames, height, width]),
      timestep: timestep.of(scheduler.timesteps[step] ?? NaN),
    };
    for (const [n, context] of contexts.entries()) {
      const hiddenStates = halves[half][n];
      assert(hiddenStates, 'the text of this context was prepared');
      feeds['encoder_hidden_states'] = hiddenStates;
      if (contexts.length > 1) await checkCancelled(signal);
      const question = { timestep: scheduler.timesteps[step] ?? NaN, texts: hiddenStates, frames: context };
      if (control !== null) Object.assign(feeds, await control(question));
      for (let c = 0; c < channels; c++)
        for (const [i, frame] of context.entries()) {
          const from = (c * frames + frame) * plane;
          sample.set(input.subarray(from, from + plane), (c * contextFrames + i) * plane);
        }
      const { data } = await unet.run(feeds, 'out_sample');
      assert(data.length === sample.length, `the UNet gave ${data.length} values for ${sample.length}`);
      if (contexts.length === 1) return data;
      addWeighted(out, data, context);
    }
    return out;
  };

  /** Adds this context's share; the last one of a frame completes its mean. */
  function addWeighted(out: Float32Array, data: Float32Array, context: readonly number[]): void {
    const isLast = context === contexts.at(-1);
    for (let c = 0; c < channels; c++)
      for (const [i, inWindow] of context.entries()) {
        const weight = weights[i] ?? 0;
        const to = (c * frames + inWindow) * plane;
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
