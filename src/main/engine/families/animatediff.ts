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
 * Known frames go beyond the pipeline (known-pictures.ts). A window longer than the model was trained for is denoised in
 * overlapping contexts, whose predictions are averaged with FreeNoise's pyramid of weights.
 * The UNet runs with a batch of one, twice under guidance, so exports with a fixed batch work (docs/adr/0015).
 */
import type { Tensor } from 'onnxruntime-node';
import { contextStarts, contextWeights } from '@core/diffusion/context-windows';
import { assert } from '@core/errors';
import type { RecipeWindow } from '@contracts/recipe';
import { float32Tensor, type OnnxSession } from '../onnx-session';
import { assertRunFitsFamily, checkCancelled, mixesOf, type FamilyRun } from './family-run';
import { assertLaterImagesFit, prepareAround, putKnownFrames, type AroundState } from './known-pictures';
import { decodePictures, joined, timestepTensors } from './picture-frames';
import { denoiseSteps, type Half, type StepLoop } from './step-loop';
import { embeddingOf, encodeClipTexts, mixEmbedding, weighedEmbedding, type TextEmbeddings } from './text-embeddings';
import { runWindows, type Sampling } from './window-loop';

/** @returns the hashes of the segment's frames 0 … frameCount − 1 */
export async function runAnimateDiff(run: FamilyRun): Promise<string[]> {
  checkRecipe(run);
  return runWindows<TextEmbeddings, AroundState>(run, {
    encodePrompts: (windows) => encodeClipTexts(run, windows),
    readsImages: ({ prefix, later }) => prefix > 0 || later !== null,
    prepare: (window, made) => prepareAround(run, window, made),
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

// 6 ── denoise ────────────────────────────────────────────────────────────────────────────────────────────────────────

async function denoise(run: FamilyRun, sampling: Sampling<AroundState>, embeddings: TextEmbeddings): Promise<void> {
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
  { size, scheduler }: AroundState,
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
