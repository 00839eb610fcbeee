/**
 * The Wan family: diffusers' WanPipeline and, for packages that take images, WanImageToVideoPipeline without CLIP, in
 * their order of steps and of random draws, over the graph contract of docs/model-packages.md.
 *
 *   1 check the recipe against the package      5 prepare the latents
 *   2 encode the prompts                        6 denoise
 *   per window:                                 7 decode
 *   3 encode the condition                      8 store the frames
 *   4 prepare the timesteps
 *
 * One generator per window draws the noise [1, C, f, h, w] and nothing else. Known frames are never in the latents: the
 * transformer reads, beside them, the latents of a clip that has the known frames at their places and grey elsewhere, and
 * a mask that says which frames those are. A later image behind the window has it denoised up to that image.
 * Two experts, where a package has them, share the steps at its boundary, under one guidance.
 * The transformer runs with a batch of one, twice under guidance, the prompt first (docs/adr/0021).
 * The VAE posterior is taken at its mode. A clip is encoded and decoded whole.
 */
import { assertSchedulerFits } from '@core/diffusion/families';
import { guidedFromPair } from '@core/diffusion/guidance';
import { denormaliseLatents, normaliseLatents, packLatents, type LatentSize } from '@core/diffusion/latent-geometry';
import { previewRgb } from '@core/diffusion/preview-rgb';
import { createScheduler } from '@core/diffusion/schedulers/create-scheduler';
import type { Scheduler } from '@core/diffusion/schedulers/scheduler';
import { TorchGenerator } from '@core/diffusion/torch-generator';
import { assert, invalidInput } from '@core/errors';
import { cleanPrompt } from '@core/prompt/clean-prompt';
import type { Recipe, RecipeWindow } from '@contracts/recipe';
import type { GraphName, ModelPackage } from '../model-package';
import { float32Tensor, int64Tensor, type OnnxSession } from '../onnx-session';
import { frameFromVolume, volumeFromFrames } from '../pixels';
import {
  assertFinite,
  assertRecipeFitsPackage,
  checkCancelled,
  framesInOrder,
  goOnSampling,
  readKnownFrame,
  storeFrames,
  writeSamplingDown,
  type FamilyRun,
  type SamplingState,
  type StoredFrame,
} from './family-run';

interface WindowState extends SamplingState {
  readonly size: LatentSize;
  /** Mask and latents of the known frames, [T + C, f, h, w]; null = the transformer reads none. */
  readonly condition: Float32Array | null;
}

/** @returns the hashes of the segment's frames 0 … frameCount − 1 */
export async function runWan(run: FamilyRun): Promise<string[]> {
  const { recipe, meter, watch } = run;
  checkRecipe(run);

  const resumed = run.checkpoints?.resumed ?? null;
  const stored = [...(resumed?.frames ?? [])];
  const made = new Map(stored.map(({ index, hash }) => [index, hash]));
  meter.startWindow(Math.min(resumed?.window ?? 0, recipe.windows.length - 1), resumed?.step);
  if (stored.length > 0) run.onFrames(stored);

  meter.stage('encoding-prompt');
  const { value: embeddings } = await watch.time('encode', () => encodePrompts(run, resumed?.window ?? 0));

  for (const [w, window] of recipe.windows.entries()) {
    if (resumed !== null && w < resumed.window) continue;
    const doneSteps = resumed?.window === w ? resumed.step : 0;
    meter.startWindow(w, doneSteps);
    await checkCancelled(run.signal);
    if (takesImages(run.pkg)) meter.stage('encoding-images');
    const { value: condition } = await watch.time('encode', () => encodeCondition(run, window, made));

    const fresh = prepareLatents(run, window, condition, prepareTimesteps(recipe));
    const { state, from } = doneSteps === 0 ? { state: fresh, from: 0 } : await goOnSampling(run, w, fresh);
    const [negative, prompt] = [embeddings.get(window.negative), embeddings.get(window.prompt)];
    assert(negative && prompt, 'every prompt of the recipe has been encoded');
    for (const { graph, start, end } of expertsOf(run, state.scheduler)) {
      const first = Math.max(start, from);
      if (first < end)
        await run.sessions.use(graph, (transformer) =>
          watch.time('denoise', () =>
            denoise(run, { w, window, state, negative, prompt, transformer, from: first, to: end, stored }),
          ),
        );
    }

    meter.stage('decoding');
    await checkCancelled(run.signal);
    const { value: frames, ms } = await watch.time('decode', () => decode(run, w, window, state));
    meter.decodeDone(ms);

    meter.stage('writing');
    const { value: kept } = await watch.time('write', () => storeFrames(run, window, frames));
    for (const { index, hash } of kept) made.set(index, hash);
    stored.push(...kept);
    run.onFrames(kept);
    const done = { window: w + 1, step: 0, scheduler: { position: 0 }, rng: null, latents: null };
    await run.checkpoints?.reached({ ...done, frames: [...stored], spent: watch.seconds() });
  }
  return framesInOrder(recipe, made);
}

// 1 ── check the recipe against the package ───────────────────────────────────────────────────────────────────────────

function checkRecipe({ recipe, pkg }: FamilyRun): void {
  assertRecipeFitsPackage(recipe, pkg);
  assertSchedulerFits('wan', { ...recipe.scheduler.config, _class_name: recipe.scheduler.class });
  const { max } = pkg.manifest.frameGrid;
  for (const [i, window] of recipe.windows.entries()) {
    if (takesImages(pkg) && window.prefix === 0 && window.later === null)
      throw invalidInput(
        `windows.${i}.prefix`,
        0,
        `${pkg.manifest.name} makes films from an image, and none is given`,
        'Give a first image, or choose a model that starts from text.',
      );
    if (denoisedFrames(window, pkg) > max)
      throw invalidInput(
        `windows.${i}.later`,
        window.later ?? '',
        `the later image is ${denoisedFrames(window, pkg)} frames from the window's first, the model makes ${max}`,
        'Pin the image to an earlier frame.',
      );
  }
}

// 2 ── encode the prompts, each distinct text once: [L, D], zeros behind its end ──────────────────────────────────────

async function encodePrompts(run: FamilyRun, firstWindow: number): Promise<Map<string, Float32Array>> {
  const { recipe, sessions, tokenizer, signal } = run;
  const embeddings = new Map<string, Float32Array>();
  const windows = recipe.windows.slice(firstWindow);
  if (windows.length === 0) return embeddings;
  await sessions.use('text_encoder', async (encoder) => {
    encoder.assertInputs({ input_ids: 'int64', attention_mask: 'int64' });
    for (const text of new Set(windows.flatMap((window) => [window.negative, window.prompt]))) {
      await checkCancelled(signal);
      const { ids, mask } = tokenizer.encode(cleanPrompt(text));
      const dims = [1, ids.length];
      const feeds = { input_ids: int64Tensor(ids, dims), attention_mask: int64Tensor(mask, dims) };
      const { data } = await encoder.run(feeds, 'last_hidden_state');
      assertFinite(data, 'the text encoder');
      const length = mask.filter((bit) => bit > 0n).length;
      data.fill(0, (length * data.length) / ids.length);
      embeddings.set(text, data);
    }
  });
  return embeddings;
}

// 3 ── encode the condition: a mask [T, f, h, w] of the known frames, then the latents [C, f, h, w] of a clip of them ─

async function encodeCondition(
  run: FamilyRun,
  window: RecipeWindow,
  made: ReadonlyMap<number, string>,
): Promise<Float32Array | null> {
  const { recipe, pkg, sessions } = run;
  if (!takesImages(pkg)) return null;
  const { width, height } = recipe;
  const frames = denoisedFrames(window, pkg);
  const places = Array.from({ length: window.prefix }, (_, i) => i);
  if (window.later !== null) places.push(window.later - window.start);

  const plane = width * height;
  const clip = new Float32Array(3 * frames * plane);
  for (const frame of places) {
    const image = await readKnownFrame(run, window.start + frame, made);
    const volume = volumeFromFrames([image], width, height);
    for (let c = 0; c < 3; c++) clip.set(volume.subarray(c * plane, (c + 1) * plane), (c * frames + frame) * plane);
  }
  const latents = await sessions.use('vae_encoder', async (encoder) => {
    encoder.assertInputs({ sample: 'float32' });
    await checkCancelled(run.signal);
    const sample = float32Tensor(clip, [1, 3, frames, height, width]);
    const { data } = await encoder.run({ sample }, 'latent_parameters');
    // Means and log-variances, channel by channel: the first half is the mode.
    const mode = data.slice(0, data.length / 2);
    assertFinite(mode, 'the image encoder');
    normaliseLatents(mode, pkg.vae.statistics);
    return mode;
  });
  const mask = maskOfFrames(places, latentSize(recipe, pkg, window), pkg.vae.temporalRatio);
  const condition = new Float32Array(mask.length + latents.length);
  condition.set(mask);
  condition.set(latents, mask.length);
  return condition;
}

/** Channel t of latent frame i stands for frame T·(i − 1) + 1 + t; all channels of the first one for frame 0. */
function maskOfFrames(places: readonly number[], size: LatentSize, temporalRatio: number): Float32Array {
  const plane = size.height * size.width;
  const mask = new Float32Array(temporalRatio * size.frames * plane);
  for (let t = 0; t < temporalRatio; t++)
    for (let i = 0; i < size.frames; i++) {
      const frame = i === 0 ? 0 : temporalRatio * (i - 1) + 1 + t;
      const at = (t * size.frames + i) * plane;
      if (places.includes(frame)) mask.fill(1, at, at + plane);
    }
  return mask;
}

// 4 ── prepare the timesteps ──────────────────────────────────────────────────────────────────────────────────────────

function prepareTimesteps({ scheduler: { class: className, config }, steps }: Recipe): Scheduler {
  const scheduler = createScheduler({ ...config, _class_name: className });
  scheduler.setTimesteps({ steps });
  return scheduler;
}

// 5 ── prepare the latents ────────────────────────────────────────────────────────────────────────────────────────────

function prepareLatents(
  { recipe, pkg }: FamilyRun,
  window: RecipeWindow,
  condition: Float32Array | null,
  scheduler: Scheduler,
): WindowState {
  const size = latentSize(recipe, pkg, window);
  const generator = new TorchGenerator(window.seed);
  const latents = generator.randn(size.channels * size.frames * size.height * size.width);
  return { size, latents, condition, scheduler, generator };
}

// 6 ── denoise ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Which transformer makes which steps: one all of them, or two experts that meet where the noise falls below a level. */
function expertsOf(
  { recipe, pkg }: FamilyRun,
  { timesteps }: Scheduler,
): { graph: GraphName; start: number; end: number }[] {
  const { steps } = recipe;
  if (pkg.boundaryRatio === null) return [{ graph: 'transformer', start: 0, end: steps }];
  const trained = Number(recipe.scheduler.config['num_train_timesteps'] ?? 1000);
  const boundary = pkg.boundaryRatio * trained;
  const below = timesteps.findIndex((timestep) => timestep < boundary);
  const meet = below < 0 ? steps : below;
  return [
    { graph: 'transformer', start: 0, end: meet },
    { graph: 'transformer_2', start: meet, end: steps },
  ];
}

interface Denoising {
  readonly w: number;
  readonly window: RecipeWindow;
  readonly state: WindowState;
  readonly negative: Float32Array;
  readonly prompt: Float32Array;
  readonly transformer: OnnxSession;
  /** The steps of this transformer that are still to be made: from … to − 1. */
  readonly from: number;
  readonly to: number;
  readonly stored: readonly StoredFrame[];
}

/** Buffers are made once and filled in place: the tensors wrap them. */
async function denoise(run: FamilyRun, work: Denoising): Promise<void> {
  const { recipe, pkg, meter, watch, signal } = run;
  const { state, negative, prompt, transformer } = work;
  const { size, latents, condition, scheduler } = state;
  const isGuided = recipe.guidance > 1;
  const input = new Float32Array(latents.length + (condition?.length ?? 0));
  if (condition !== null) input.set(condition, latents.length);
  const timestep = new Float32Array(1);
  const pair = new Float32Array(2 * latents.length);
  const guided = new Float32Array(latents.length);
  const plane = size.height * size.width;
  const feeds = {
    hidden_states: float32Tensor(input, [
      1,
      input.length / (size.frames * plane),
      size.frames,
      size.height,
      size.width,
    ]),
    timestep: float32Tensor(timestep, [1]),
  };
  const tokens = pkg.manifest.promptTokens;
  const textOf = (hidden: Float32Array) => float32Tensor(hidden, [1, tokens, hidden.length / tokens]);
  const [promptTensor, negativeTensor] = [textOf(prompt), textOf(negative)];
  transformer.assertInputs({ hidden_states: 'float32', timestep: 'float32', encoder_hidden_states: 'float32' });
  const predict = async (encoder_hidden_states: typeof promptTensor): Promise<Float32Array> => {
    const { data } = await transformer.run({ ...feeds, encoder_hidden_states }, 'out_hidden_states');
    assert(data.length === latents.length, `the transformer gave ${data.length} values for ${latents.length}`);
    return data;
  };

  meter.stage('denoising');
  for (let step = work.from; step < work.to; step++) {
    await checkCancelled(signal);
    const startedAt = performance.now();
    input.set(latents);
    timestep[0] = scheduler.timesteps[step] ?? NaN;
    const { value: velocity } = await watch.time('transformer', async () => {
      const conditional = await predict(promptTensor);
      if (!isGuided) return conditional;
      pair.set(conditional, latents.length);
      pair.set(await predict(negativeTensor));
      guidedFromPair(pair, recipe.guidance, guided);
      return guided;
    });
    assertFinite(velocity, 'the transformer');
    preview(run, work, step, velocity);
    scheduler.step(velocity, step, latents);
    const stepMs = performance.now() - startedAt;
    // Written first, told second: a step that the artist has seen done is not done again.
    await writeSamplingDown(run, { ...work, step: step + 1 });
    meter.stepDone(stepMs);
  }
  await checkCancelled(signal);
}

/** Shows where the film is heading: the clean latents that this step's velocity points to. */
function preview(run: FamilyRun, { w, window, state }: Denoising, step: number, velocity: Float32Array): void {
  const listener = run.previewListener();
  const matrix = run.pkg.preview;
  if (listener === null || matrix === null) return;
  const { size, scheduler, latents } = state;
  const { temporalRatio } = run.pkg.vae;
  const clean = new Float32Array(latents.length);
  scheduler.predictOriginalSample(velocity, step, latents, clean);
  listener({
    jobId: run.jobId,
    window: w,
    step: step + 1,
    steps: run.recipe.steps,
    width: size.width * matrix.cells,
    height: size.height * matrix.cells,
    indices: Array.from(
      { length: size.frames },
      (_, frame) => window.start + Math.max(0, temporalRatio * (frame - 1) + 1),
    ),
    rgb: previewRgb(packLatents(clean, size.channels), size, matrix),
  });
}

// 7 ── decode ─────────────────────────────────────────────────────────────────────────────────────────────────────────

async function decode(run: FamilyRun, w: number, window: RecipeWindow, state: WindowState): Promise<Uint8Array[]> {
  const { recipe, pkg, sessions } = run;
  const { width, height } = recipe;
  const { size } = state;
  run.onLatents?.(w, state.latents.slice());
  const volume = state.latents.slice();
  denormaliseLatents(volume, pkg.vae.statistics);
  return sessions.use('vae_decoder', async (decoder) => {
    decoder.assertInputs({ latent_sample: 'float32' });
    const sample = float32Tensor(volume, [1, size.channels, size.frames, size.height, size.width]);
    const { data, dims } = await decoder.run({ latent_sample: sample }, 'sample');
    assertFinite(data, 'the decoder');
    const frames = denoisedFrames(window, pkg);
    const wanted = [1, 3, frames, height, width];
    assert(dims.join() === wanted.join(), `the decoder gave [${dims.join()}] instead of [${wanted.join()}]`);
    return Array.from({ length: window.keepTo - window.keepFrom }, (_, i) =>
      frameFromVolume(data, window.keepFrom + i - window.start, { frames, width, height }),
    );
  });
}

// ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function takesImages({ manifest: { conditioning } }: ModelPackage): boolean {
  return conditioning.firstFrames.max > 0 || conditioning.laterImages > 0;
}

function latentSize(recipe: Recipe, pkg: ModelPackage, window: RecipeWindow): LatentSize {
  const { latentChannels, spatialRatio, temporalRatio } = pkg.vae;
  const frames = (denoisedFrames(window, pkg) - 1) / temporalRatio + 1;
  assert(Number.isInteger(frames), `${window.frames} frames are not on the autoencoder's grid of ${temporalRatio}`);
  return {
    channels: latentChannels,
    frames,
    height: recipe.height / spatialRatio,
    width: recipe.width / spatialRatio,
  };
}

/** The window's frames, and those up to a later image behind them, on the autoencoder's grid. */
function denoisedFrames({ start, frames, later }: RecipeWindow, { vae: { temporalRatio } }: ModelPackage): number {
  if (later === null || later - start < frames) return frames;
  return Math.ceil((later - start) / temporalRatio) * temporalRatio + 1;
}
