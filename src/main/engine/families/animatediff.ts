/**
 * The AnimateDiff family: diffusers' AnimateDiffPipeline over a Stable Diffusion UNet with motion layers, in its order of
 * steps and of random draws, over the graph contract of docs/model-packages.md.
 *
 *   1 check the recipe against the package      5 prepare the latents
 *   2 encode the prompts                        6 denoise
 *   per window:                                 7 decode
 *   3 encode the known images                   8 store the frames
 *   4 prepare the timesteps
 *
 * One generator per window draws the noise [1, C, F, h, w] first, then whatever a stochastic scheduler asks for.
 * Known frames go beyond the pipeline, by StableDiffusionInpaintPipeline's way: after each step they are put back, as
 * noisy as the next step wants them, with the noise they began with; one that is held by less than 1 for that share of
 * the steps. A later image has its own place in time: when that
 * lies behind the window, the window is denoised up to it. A window longer than the model was trained for is
 * denoised in overlapping contexts, whose predictions are averaged with FreeNoise's pyramid of weights.
 * The UNet runs with a batch of one, twice under guidance, so exports with a fixed batch work (docs/adr/0015).
 * The VAE posterior is taken at its mode, as AnimateDiffPipeline's relatives do for known images.
 */
import type { Tensor } from 'onnxruntime-node';
import { assertRulesFitFamily, assertSchedulerFits } from '@core/diffusion/families';
import { contextStarts, contextWeights } from '@core/diffusion/context-windows';
import type { GuidanceScale } from '@core/diffusion/guidance';
import { denormaliseLatents, normaliseLatents, packLatents } from '@core/diffusion/latent-geometry';
import { blendEmbeddings, weighEmbedding } from '@core/diffusion/prompt-blend';
import { previewRgb } from '@core/diffusion/preview-rgb';
import { createScheduler } from '@core/diffusion/schedulers/create-scheduler';
import type { Scheduler } from '@core/diffusion/schedulers/scheduler';
import { StepRule } from '@core/diffusion/step-rule';
import { TorchGenerator, type TorchGeneratorState } from '@core/diffusion/torch-generator';
import { assert, invalidInput } from '@core/errors';
import type { Recipe, RecipeWindow } from '@contracts/recipe';
import type { ModelPackage } from '../model-package';
import { float32Tensor, int64Tensor, type OnnxSession } from '../onnx-session';
import { frameFromVolume, volumeFromFrames } from '../pixels';
import {
  assertFinite,
  assertRecipeFitsPackage,
  checkCancelled,
  EMPTY_TEXT,
  framesInOrder,
  mixesOf,
  partsOf,
  readKnownFrame,
  shownFrame,
  textsOf,
  type FamilyRun,
  type StoredFrame,
} from './family-run';

interface LatentShape {
  readonly channels: number;
  readonly frames: number;
  readonly height: number;
  readonly width: number;
}

interface KnownLatents {
  /** Clean latents at their places in a volume [C, F, h, w], zeros elsewhere. */
  readonly volume: Float32Array;
  /** Frames of the volume, counted from the window's first, and the share of the steps that each is put back for. */
  readonly places: readonly { readonly frame: number; readonly hold: number }[];
}

interface WindowState {
  readonly shape: LatentShape;
  /** x, float32 [C, F, h, w], changed step by step. */
  readonly latents: Float32Array;
  /** The noise at the start, [C, F, h, w], before it is scaled. */
  readonly noise: Float32Array;
  /** null = no frame is known. */
  readonly known: KnownLatents | null;
  readonly scheduler: Scheduler;
  readonly generator: TorchGenerator;
  readonly rule: StepRule;
}

/** @returns the hashes of the segment's frames 0 … frameCount − 1 */
export async function runAnimateDiff(run: FamilyRun): Promise<string[]> {
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
    if (window.prefix > 0 || window.later !== null) meter.stage('encoding-images');
    const { value: known } = await watch.time('encode', () => encodeKnownFrames(run, window, made));

    const fresh = prepareLatents(run, window, known, prepareTimesteps(recipe));
    const { state, from } = doneSteps === 0 ? { state: fresh, from: 0 } : await goOnFrom(run, w, fresh);
    const texts = frameTexts(run, window, embeddings, state.shape.frames);
    if (from < recipe.steps)
      await run.sessions.use('unet', (unet) =>
        watch.time('denoise', () => denoise(run, { w, window, state, ...texts, unet, from, stored })),
      );

    run.onRule(w, state.rule.tally);
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
  assertRulesFitFamily('animatediff', recipe);
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

// 2 ── encode the prompts, each distinct text once: [L, D] ────────────────────────────────────────────────────────────

async function encodePrompts(run: FamilyRun, firstWindow: number): Promise<Map<string, Float32Array>> {
  const { recipe, sessions, tokenizer, signal } = run;
  const embeddings = new Map<string, Float32Array>();
  const windows = recipe.windows.slice(firstWindow);
  if (windows.length === 0) return embeddings;
  await sessions.use('text_encoder', async (encoder) => {
    // Stable Diffusion's text encoder sees its padding: there is no mask.
    encoder.assertInputs({ input_ids: 'int64' });
    for (const text of textsOf(windows)) {
      await checkCancelled(signal);
      const { ids } = tokenizer.encode(text);
      const { data } = await encoder.run({ input_ids: int64Tensor(ids, [1, ids.length]) }, 'last_hidden_state');
      assertFinite(data, 'the text encoder');
      embeddings.set(text, data);
    }
  });
  return embeddings;
}

type FrameTexts = readonly Float32Array[];

/** The embedding of each frame; frames behind the window, up to a later image, have the last one's. */
function frameTexts(
  { pkg }: FamilyRun,
  window: RecipeWindow,
  embeddings: ReadonlyMap<string, Float32Array>,
  frames: number,
): { negative: FrameTexts; prompt: FrameTexts } {
  const embeddingOf = (text: string): Float32Array => {
    const embedding = embeddings.get(text);
    assert(embedding, 'every prompt of the recipe has been encoded');
    return embedding;
  };
  const strengths = window.promptStrength ?? [1];
  const weighed = (text: Float32Array, frame: number): Float32Array => {
    const strength = strengths[Math.min(frame, strengths.length - 1)] ?? 1;
    return strength === 1 ? text : weighEmbedding(embeddingOf(EMPTY_TEXT), text, strength);
  };
  const texts = mixesOf(window).flatMap((mix) => {
    const { kind, weight } = mix;
    const [from, to] = [embeddingOf(mix.from), embeddingOf(mix.to)];
    const tokenSize = from.length / pkg.manifest.promptTokens;
    const text = weight === 0 ? from : blendEmbeddings(from, to, { kind, weight, tokenSize });
    return Array.from({ length: mix.frames }, () => text);
  });
  const last = texts.at(-1);
  assert(last, 'a window has a prompt');
  return {
    negative: Array.from({ length: frames }, () => embeddingOf(window.negative)),
    prompt: Array.from({ length: frames }, (_, frame) => weighed(texts[frame] ?? last, frame)),
  };
}

// 3 ── encode the known images ────────────────────────────────────────────────────────────────────────────────────────

async function encodeKnownFrames(
  run: FamilyRun,
  window: RecipeWindow,
  made: ReadonlyMap<number, string>,
): Promise<KnownLatents | null> {
  const held = window.hold ?? { prefix: 1, later: 1 };
  const places = Array.from({ length: window.prefix }, (_, frame) => ({ frame, hold: held.prefix }));
  if (window.later !== null) places.push({ frame: window.later - window.start, hold: held.later });
  if (places.length === 0) return null;
  const { recipe, pkg, sessions } = run;
  const { width, height } = recipe;
  const shape = latentShape(recipe, pkg, window);
  const volume = new Float32Array(valuesOf(shape));
  await sessions.use('vae_encoder', async (encoder) => {
    encoder.assertInputs({ sample: 'float32' });
    for (const { frame } of places) {
      await checkCancelled(run.signal);
      const image = await readKnownFrame(run, { index: window.start + frame, window }, made);
      const sample = float32Tensor(volumeFromFrames([image], width, height), [1, 3, height, width]);
      const { data } = await encoder.run({ sample }, 'latent_parameters');
      // Means and log-variances, channel by channel: the first half is the mode.
      const mode = data.slice(0, data.length / 2);
      assertFinite(mode, 'the image encoder');
      normaliseLatents(mode, pkg.vae.statistics);
      putFrame(volume, frame, mode, shape);
    }
  });
  return { volume, places };
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
  known: KnownLatents | null,
  scheduler: Scheduler,
): WindowState {
  const shape = latentShape(recipe, pkg, window);
  const generator = new TorchGenerator(window.seed);
  const noise = generator.randn(valuesOf(shape));
  const latents = noise.map((value) => value * scheduler.initNoiseSigma);
  // diffusers' rule: guidance up to 1 runs the prompt alone.
  const guidance = guidanceOf(recipe, window, shape);
  const rule = new StepRule({ ...recipe, guidance, isGuided: guidance !== 1, size: latents.length });
  const state = { shape, latents, noise, known, scheduler, generator, rule };
  putKnownFrames(state, 0);
  return state;
}

/** Puts the known frames into the latents, as noisy as they are before step `step`; clean after the last. */
function putKnownFrames({ shape, latents, noise, known, scheduler }: WindowState, step: number): void {
  if (known === null) return;
  let wanted = known.volume;
  if (step < scheduler.timesteps.length) {
    wanted = new Float32Array(latents.length);
    scheduler.addNoise(known.volume, noise, step, wanted);
  }
  const steps = scheduler.timesteps.length;
  for (const { frame, hold } of known.places)
    if (hold === 1 || step < Math.round(hold * steps)) putFrame(latents, frame, takeFrame(wanted, frame, shape), shape);
}

/** The written latents in place of the noise, and scheduler and generator as they were. */
async function goOnFrom(
  { checkpoints, meter }: FamilyRun,
  w: number,
  fresh: WindowState,
): Promise<{ state: WindowState; from: number }> {
  const resumed = checkpoints?.resumed;
  if (!checkpoints || !resumed?.latents) return { state: fresh, from: 0 };
  const { counters, history, hasLastSample } = resumed.scheduler.memory ?? {
    counters: {},
    history: 0,
    hasLastSample: false,
  };
  const size = fresh.latents.length;
  const ruleAt = 1 + history + (hasLastSample ? 1 : 0);
  const parts = ruleAt + (resumed.rule?.arrays ?? 0);
  if (resumed.rng === null || resumed.latents.length !== size * parts) {
    await checkpoints.startOver(`its ${resumed.latents.length} latent values are not ${parts} times the ${size} here`);
    meter.startWindow(w);
    return { state: fresh, from: 0 };
  }
  const arrays = partsOf(resumed.latents, size);
  const part = (i: number): Float32Array => arrays[i] ?? new Float32Array(size);
  fresh.latents.set(part(0));
  if (resumed.rule) fresh.rule.restore({ arrays: arrays.slice(ruleAt), memory: resumed.rule.memory });
  fresh.scheduler.restore({
    ...fresh.scheduler.state(),
    nextIndex: resumed.step,
    counters,
    history: Array.from({ length: history }, (_, i) => part(1 + i)),
    lastSample: hasLastSample ? part(1 + history) : null,
  });
  // Written by this family under a checksum.
  const generator = TorchGenerator.fromState(JSON.parse(resumed.rng) as TorchGeneratorState);
  return { state: { ...fresh, generator }, from: resumed.step };
}

// 6 ── denoise ────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Denoising {
  readonly w: number;
  readonly window: RecipeWindow;
  readonly state: WindowState;
  readonly negative: FrameTexts;
  readonly prompt: FrameTexts;
  readonly unet: OnnxSession;
  /** Steps that are done already. */
  readonly from: number;
  readonly stored: readonly StoredFrame[];
}

async function denoise(run: FamilyRun, work: Denoising): Promise<void> {
  const { recipe, meter, watch, signal } = run;
  const { state, negative, prompt } = work;
  const { latents, scheduler, generator, rule } = state;
  const size = latents.length;
  const input = new Float32Array(size);
  const prediction = new Float32Array(size);
  const answers = new Float32Array(2 * size);
  const predict = noisePredictor(run, work);

  meter.stage('denoising');
  for (let step = work.from; step < recipe.steps; step++) {
    await checkCancelled(signal);
    const startedAt = performance.now();
    scheduler.scaleModelInput(latents, step, input);
    const passes = rule.passes(step, input);
    const texts = passes === 2 ? [negative, prompt] : passes === 1 ? [prompt] : [];
    await watch.time('transformer', async () => {
      for (const [half, text] of texts.entries())
        await predict(input, scheduler.timesteps[step] ?? NaN, text, answers.subarray(half * size, (half + 1) * size));
    });
    rule.predict(input, answers.subarray(0, passes * size), prediction);
    assertFinite(prediction, 'the UNet');
    preview(run, work, step, prediction);
    scheduler.step(prediction, step, latents, { generator });
    putKnownFrames(state, step + 1);
    const stepMs = performance.now() - startedAt;
    // Written first, told second: a step that the artist has seen done is not done again.
    await writeDown(run, work, step + 1);
    meter.stepDone(stepMs);
  }
  await checkCancelled(signal);
}

/** One scale for the window, at least 1; or one for each value. Frames behind the window have the last one. */
function guidanceOf(recipe: Recipe, window: RecipeWindow, shape: LatentShape): GuidanceScale {
  const [only = 1, ...more] = (window.guidance ?? [recipe.guidance]).map((scale) => Math.max(1, scale));
  if (more.length === 0) return only;
  const scales = [only, ...more];
  const values = new Float32Array(valuesOf(shape));
  for (let frame = 0; frame < shape.frames; frame++) {
    const plane = new Float32Array(shape.channels * shape.height * shape.width);
    putFrame(values, frame, plane.fill(scales[Math.min(frame, scales.length - 1)] ?? only), shape);
  }
  return values;
}

type NoisePredictor = (input: Float32Array, timestep: number, text: FrameTexts, out: Float32Array) => Promise<void>;

/** The UNet over the window's contexts. Buffers are made once: the tensors wrap them. */
function noisePredictor(
  { pkg, signal }: FamilyRun,
  { state: { shape }, unet, prompt, negative }: Denoising,
): NoisePredictor {
  const { channels, frames, height, width } = shape;
  const contextFrames = Math.min(frames, pkg.manifest.nativeFrames);
  const starts = contextStarts(frames, contextFrames);
  const weights = contextWeights(contextFrames);
  const weightSums = new Float32Array(frames);
  for (const start of starts)
    for (let i = 0; i < contextFrames; i++) weightSums[start + i] = (weightSums[start + i] ?? 0) + (weights[i] ?? 0);

  const plane = height * width;
  const sample = new Float32Array(channels * contextFrames * plane);
  const tokens = pkg.manifest.promptTokens;
  const dims = [contextFrames, tokens, (prompt[0]?.length ?? 0) / tokens];
  // The pipeline gives every frame of a context its embedding; the UNet does not repeat one.
  const contextTexts = new Map(
    [negative, prompt].map((text) => [
      text,
      new Map(starts.map((start) => [start, float32Tensor(joined(text.slice(start, start + contextFrames)), dims)])),
    ]),
  );
  // Exports differ in what a timestep is: a scalar or a list of one, whole numbers or not.
  const declared = unet.inputOf('timestep') ?? { type: 'float32', rank: 1 };
  const timestepType = declared.type === 'int64' ? 'int64' : 'float32';
  const timestepDims = declared.rank === 0 ? [] : [1];
  unet.assertInputs({ sample: 'float32', timestep: timestepType, encoder_hidden_states: 'float32' });
  const timestepTensor = (timestep: number): Tensor =>
    timestepType === 'int64'
      ? int64Tensor(BigInt64Array.of(BigInt(Math.round(timestep))), timestepDims)
      : float32Tensor(Float32Array.of(timestep), timestepDims);

  return async (input, timestep, text, out) => {
    const encoderHiddenStates = contextTexts.get(text);
    assert(encoderHiddenStates, 'the text of this half was prepared');
    const feeds: Record<string, Tensor> = {
      sample: float32Tensor(sample, [1, channels, contextFrames, height, width]),
      timestep: timestepTensor(timestep),
    };
    out.fill(0);
    for (const start of starts) {
      const hiddenStates = encoderHiddenStates.get(start);
      assert(hiddenStates, 'the text of this context was prepared');
      feeds['encoder_hidden_states'] = hiddenStates;
      if (starts.length > 1) await checkCancelled(signal);
      for (let c = 0; c < channels; c++) {
        const from = (c * frames + start) * plane;
        sample.set(input.subarray(from, from + contextFrames * plane), c * contextFrames * plane);
      }
      const { data } = await unet.run(feeds, 'out_sample');
      assert(data.length === sample.length, `the UNet gave ${data.length} values for ${sample.length}`);
      if (starts.length === 1) out.set(data);
      else addWeighted(out, data, start);
    }
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

/** A copy, so that what is written later is what was true now. */
async function writeDown(
  { checkpoints, watch }: FamilyRun,
  { w, state, stored }: Denoising,
  step: number,
): Promise<void> {
  if (checkpoints === null) return;
  const { counters, history, lastSample } = state.scheduler.state();
  const { arrays, memory } = state.rule.state();
  const parts = [state.latents, ...history, ...(lastSample === null ? [] : [lastSample]), ...arrays];
  const latents = new Float32Array(parts.length * state.latents.length);
  parts.forEach((part, i) => latents.set(part, i * state.latents.length));
  await checkpoints.reached({
    window: w,
    step,
    scheduler: {
      position: step,
      memory: { counters: { ...counters }, history: history.length, hasLastSample: lastSample !== null },
    },
    rule: { memory, arrays: arrays.length },
    rng: JSON.stringify(state.generator.state()),
    frames: [...stored],
    latents,
    spent: watch.seconds(),
  });
}

/** Shows where the film is heading: the clean latents that this step's prediction points to. */
function preview(run: FamilyRun, { w, window, state }: Denoising, step: number, prediction: Float32Array): void {
  const listener = run.previewListener();
  const matrix = run.pkg.preview;
  if (listener === null || matrix === null) return;
  const { shape, scheduler, latents } = state;
  const clean = new Float32Array(latents.length);
  scheduler.predictOriginalSample(prediction, step, latents, clean);
  listener({
    jobId: run.jobId,
    window: w,
    step: step + 1,
    steps: run.recipe.steps,
    width: shape.width * matrix.cells,
    height: shape.height * matrix.cells,
    indices: Array.from({ length: shape.frames }, (_, frame) => window.start + frame),
    rgb: previewRgb(packLatents(clean, shape.channels), shape, matrix),
  });
}

// 7 ── decode, frame by frame: only those that are kept ───────────────────────────────────────────────────────────────

async function decode(run: FamilyRun, w: number, window: RecipeWindow, state: WindowState): Promise<Uint8Array[]> {
  const { recipe, pkg, sessions, signal } = run;
  const { width, height } = recipe;
  const { shape } = state;
  run.onLatents?.(w, state.latents.slice());
  const volume = state.latents.slice();
  denormaliseLatents(volume, pkg.vae.statistics);
  return sessions.use('vae_decoder', async (decoder) => {
    decoder.assertInputs({ latent_sample: 'float32' });
    const frames: Uint8Array[] = [];
    for (let index = window.keepFrom; index < window.keepTo; index++) {
      await checkCancelled(signal);
      const sample = takeFrame(volume, index - window.start, shape);
      const feeds = { latent_sample: float32Tensor(sample, [1, shape.channels, shape.height, shape.width]) };
      const { data, dims } = await decoder.run(feeds, 'sample');
      assertFinite(data, 'the decoder');
      const wanted = [1, 3, height, width];
      assert(dims.join() === wanted.join(), `the decoder gave [${dims.join()}] instead of [${wanted.join()}]`);
      frames.push(frameFromVolume(data, 0, { frames: 1, width, height }));
    }
    return frames;
  });
}

// 8 ── store the frames ───────────────────────────────────────────────────────────────────────────────────────────────

async function storeFrames(
  run: FamilyRun,
  window: RecipeWindow,
  frames: readonly Uint8Array[],
): Promise<StoredFrame[]> {
  const { width, height } = run.recipe;
  const stored: StoredFrame[] = [];
  for (const [i, rgb] of frames.entries()) {
    const index = window.keepFrom + i;
    stored.push({ index, ...(await run.frames.put(shownFrame(run, window, index, rgb), width, height)) });
  }
  return stored;
}

// ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function latentShape(recipe: Recipe, { vae }: ModelPackage, window: RecipeWindow): LatentShape {
  return {
    channels: vae.latentChannels,
    frames: denoisedFrames(window),
    height: recipe.height / vae.spatialRatio,
    width: recipe.width / vae.spatialRatio,
  };
}

/** The window's frames, and those up to a later image behind them. */
function denoisedFrames({ start, frames, later }: RecipeWindow): number {
  return later === null ? frames : Math.max(frames, later - start + 1);
}

function valuesOf({ channels, frames, height, width }: LatentShape): number {
  return channels * frames * height * width;
}

/** [C, F, h, w] → the [C, h, w] of one frame. */
function takeFrame(
  volume: Float32Array,
  frame: number,
  { channels, frames, height, width }: LatentShape,
): Float32Array {
  const plane = height * width;
  const taken = new Float32Array(channels * plane);
  for (let c = 0; c < channels; c++) {
    const from = (c * frames + frame) * plane;
    taken.set(volume.subarray(from, from + plane), c * plane);
  }
  return taken;
}

/** The way back, in place. */
function putFrame(volume: Float32Array, frame: number, image: Float32Array, shape: LatentShape): void {
  const plane = shape.height * shape.width;
  for (let c = 0; c < shape.channels; c++)
    volume.set(image.subarray(c * plane, (c + 1) * plane), (c * shape.frames + frame) * plane);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
