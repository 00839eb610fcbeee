/**
 * The LTX family: diffusers' LTXConditionPipeline, in its order of steps and of random draws, over the
 * graph contract of docs/model-packages.md. One run makes a segment's frames by one or more windows:
 *
 *   1 check the recipe against the package      5 put the known frames into the latents
 *   2 encode the prompts                        6 denoise
 *   per window:                                 7 decode
 *   3 encode the known images                   8 store the frames
 *   4 draw the noise
 *
 * Known frames condition with timestep 0 and are never changed: the first ones in place, a later one as extra tokens in
 * front of the others, with its own time. A window's clock starts at 0 at its first frame. What goes from one window to
 * the next is the stored 8-bit frames, so a run that was cut in two gives the bytes of one that was not.
 * The VAE posterior is taken at its mode: it draws no random numbers, and noise is each window's only draw, unless a later
 * image is held by less than all its strength. Such images begin part way to the noise and are let go when the
 * schedule gets there, as the pipeline's conditions with a strength.
 * A run that goes on redoes what is before the loop, which gives the same values, and puts the written latents in place.
 */
import type { Tensor } from 'onnxruntime-node';
import {
  createFlowMatchSchedule,
  eulerStepPerToken,
  linearSigmas,
  parseFlowMatchEulerConfig,
  predictClean,
} from '@core/diffusion/flow-match-euler';
import type { FlowMatchSchedule } from '@core/diffusion/flow-match-euler';
import { assertRulesFitFamily } from '@core/diffusion/families';
import { latentValues } from '@core/diffusion/frame-values';
import type { GuidanceScale } from '@core/diffusion/guidance';
import {
  denormaliseLatents,
  normaliseLatents,
  packLatents,
  tokenCount,
  unpackLatents,
  videoCoordinates,
} from '@core/diffusion/latent-geometry';
import { blendEmbeddings, weighEmbedding } from '@core/diffusion/prompt-blend';
import { previewRgb } from '@core/diffusion/preview-rgb';
import { StepRule } from '@core/diffusion/step-rule';
import { TorchGenerator } from '@core/diffusion/torch-generator';
import { assert } from '@core/errors';
import { framesPerSecond } from '@core/time/rate';
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
  tokenizerOf,
  type FamilyRun,
  type StoredFrame,
} from './family-run';
import { joined } from './picture-frames';

interface PromptEmbedding {
  /** float32 [L, D] */
  readonly hidden: Float32Array;
  /** float32 [L], 0 or 1 */
  readonly mask: Float32Array;
}

interface WindowLatents {
  /** x, float32 [S, C]; extra tokens first. Changed step by step. */
  readonly tokens: Float32Array;
  /** Tokens in front that stand for a later image and are dropped at the end. */
  readonly extraTokens: number;
  /** float32 [S], how firmly a token is held: 1 = known and clean, 0 = free. */
  readonly hold: Float32Array;
  /** float32 [3, S] */
  readonly coordinates: Float32Array;
}

/** @returns the hashes of the segment's frames 0 … frameCount − 1 */
export async function runLtx(run: FamilyRun): Promise<string[]> {
  const { recipe, meter, watch } = run;
  const schedule = checkRecipe(run);

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

    const latents = prepareLatents(run, window, known);
    const guidance = guidanceOf(run, window, latents);
    const rule = new StepRule({ ...recipe, guidance, isGuided: guidance !== 1, size: latents.tokens.length });
    const from = doneSteps === 0 ? 0 : await goOnFrom(run, w, latents, rule);
    const negative = embeddingOf(embeddings, window.negative);
    const prompt = windowEmbedding(window, embeddings);
    const reached = (step: number): Promise<void> =>
      writeDown(run, { window: w, step, latents: latents.tokens, rule, stored });
    if (from < recipe.steps)
      await run.sessions.use('transformer', (transformer) =>
        watch.time('denoise', () =>
          denoise(run, { w, window, latents, negative, prompt, schedule, rule, transformer, from, reached }),
        ),
      );

    run.onRule(w, rule.tally);
    meter.stage('decoding');
    await checkCancelled(run.signal);
    const { value: volume, ms } = await watch.time('decode', () => decode(run, w, window, latents));
    meter.decodeDone(ms);

    meter.stage('writing');
    const { value: frames } = await watch.time('write', () => storeFrames(run, window, volume));
    for (const { index, hash } of frames) made.set(index, hash);
    stored.push(...frames);
    run.onFrames(frames);
    await writeDown(run, { window: w + 1, step: 0, latents: null, rule: null, stored });
  }
  return framesInOrder(recipe, made);
}

// 1 ── check the recipe against the package ───────────────────────────────────────────────────────────────────────────

function checkRecipe({ recipe, pkg }: FamilyRun): FlowMatchSchedule {
  assertRecipeFitsPackage(recipe, pkg);
  assertRulesFitFamily('ltx', recipe);
  const config = parseFlowMatchEulerConfig({ ...recipe.scheduler.config, _class_name: recipe.scheduler.class });
  return createFlowMatchSchedule(config, { sigmas: linearSigmas(recipe.steps) });
}

// 2 ── encode the prompts, each distinct text once ────────────────────────────────────────────────────────────────────

async function encodePrompts(run: FamilyRun, firstWindow: number): Promise<Map<string, PromptEmbedding>> {
  const { recipe, sessions, signal } = run;
  const tokenizer = tokenizerOf(run);
  const embeddings = new Map<string, PromptEmbedding>();
  const windows = recipe.windows.slice(firstWindow);
  if (windows.length === 0) return embeddings;
  await sessions.use('text_encoder', async (encoder) => {
    encoder.assertInputs({ input_ids: 'int64', attention_mask: 'int64' });
    for (const text of textsOf(windows)) {
      await checkCancelled(signal);
      const { ids, mask } = tokenizer.encode(text);
      const dims = [1, ids.length];
      const feeds = { input_ids: int64Tensor(ids, dims), attention_mask: int64Tensor(mask, dims) };
      const { data } = await encoder.run(feeds, 'last_hidden_state');
      assertFinite(data, 'the text encoder');
      embeddings.set(text, { hidden: data, mask: Float32Array.from(mask, Number) });
    }
  });
  return embeddings;
}

function embeddingOf(embeddings: ReadonlyMap<string, PromptEmbedding>, text: string): PromptEmbedding {
  const embedding = embeddings.get(text);
  assert(embedding, 'every prompt of the recipe has been encoded');
  return embedding;
}

/** By the strength the window gives its prompt. */
function windowEmbedding(window: RecipeWindow, embeddings: ReadonlyMap<string, PromptEmbedding>): PromptEmbedding {
  const prompt = mixedEmbedding(window, embeddings);
  const [strength = 1] = window.promptStrength ?? [];
  if (strength === 1) return prompt;
  const empty = embeddingOf(embeddings, EMPTY_TEXT);
  return { hidden: weighEmbedding(empty.hidden, prompt.hidden, strength), mask: eitherMask(empty, prompt) };
}

/** Blended by the window's one weight. */
function mixedEmbedding(window: RecipeWindow, embeddings: ReadonlyMap<string, PromptEmbedding>): PromptEmbedding {
  const [mix] = mixesOf(window);
  assert(mix, 'a window has a prompt');
  const { kind, weight } = mix;
  const [from, to] = [embeddingOf(embeddings, mix.from), embeddingOf(embeddings, mix.to)];
  if (weight === 0) return from;
  if (weight === 1) return to;
  const tokenSize = from.hidden.length / from.mask.length;
  return {
    hidden: blendEmbeddings(from.hidden, to.hidden, { kind, weight, tokenSize }),
    mask: eitherMask(from, to),
  };
}

/** The model attends to every token that either prompt has. */
function eitherMask(a: PromptEmbedding, b: PromptEmbedding): Float32Array {
  return a.mask.map((isRead, token) => Math.max(isRead, b.mask[token] ?? 0));
}

// 3 ── encode the known images ────────────────────────────────────────────────────────────────────────────────────────

interface KnownLatents {
  /** Packed normalised latents of the first frames, [tokens, C]; null = none. */
  readonly prefix: Float32Array | null;
  readonly later: Float32Array | null;
}

async function encodeKnownFrames(
  run: FamilyRun,
  window: RecipeWindow,
  made: ReadonlyMap<number, string>,
): Promise<KnownLatents> {
  const prefixIndices = Array.from({ length: window.prefix }, (_, i) => window.start + i);
  return {
    prefix: prefixIndices.length === 0 ? null : await encodeFrames(run, window, prefixIndices, made),
    later: window.later === null ? null : await encodeFrames(run, window, [window.later], made),
  };
}

async function encodeFrames(
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
    const sample = float32Tensor(volumeFromFrames(frames, width, height), [1, 3, frames.length, height, width]);
    const { data } = await encoder.run({ sample }, 'latent_parameters');
    // Means and log-variances, channel by channel: the first half is the mode.
    const mode = data.slice(0, data.length / 2);
    assertFinite(mode, 'the image encoder');
    normaliseLatents(mode, pkg.vae.statistics);
    return packLatents(mode, pkg.vae.latentChannels);
  });
}

// 4 and 5 ── draw the noise, put the known frames into the latents ────────────────────────────────────────────────────

function prepareLatents({ recipe, pkg }: FamilyRun, window: RecipeWindow, known: KnownLatents): WindowLatents {
  const channels = pkg.vae.latentChannels;
  const size = latentSize(recipe, pkg, window);
  const held = window.hold ?? { prefix: 1, later: 1 };
  const generator = new TorchGenerator(window.seed);
  const videoTokens = packLatents(generator.randn(channels * tokenCount(size)), channels);
  if (known.prefix !== null) lerpInto(videoTokens, known.prefix, held.prefix);

  const extraTokens = known.later === null ? 0 : known.later.length / channels;
  const tokens = new Float32Array(extraTokens * channels + videoTokens.length);
  if (known.later !== null) {
    if (held.later < 1) tokens.set(packLatents(generator.randn(known.later.length), channels), 0);
    lerpInto(tokens, known.later, held.later);
  }
  tokens.set(videoTokens, extraTokens * channels);

  const count = tokens.length / channels;
  const hold = new Float32Array(count);
  hold.fill(held.later, 0, extraTokens);
  if (known.prefix !== null) hold.fill(held.prefix, extraTokens, extraTokens + known.prefix.length / channels);

  const options = {
    framesPerSecond: framesPerSecond(recipe.rate),
    spatialRatio: pkg.vae.spatialRatio,
    temporalRatio: pkg.vae.temporalRatio,
  };
  const coordinates = new Float32Array(3 * count);
  const own = videoCoordinates(size, { ...options, frameIndex: 0 });
  const laterIndex = (window.later ?? window.start) - window.start;
  const extra = videoCoordinates(
    { ...size, frames: known.later === null ? 0 : 1 },
    { ...options, frameIndex: laterIndex },
  );
  for (let axis = 0; axis < 3; axis++) {
    coordinates.set(extra.subarray(axis * extraTokens, (axis + 1) * extraTokens), axis * count);
    const ownCount = count - extraTokens;
    coordinates.set(own.subarray(axis * ownCount, (axis + 1) * ownCount), axis * count + extraTokens);
  }
  return { tokens, extraTokens, hold, coordinates };
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

function latentSize(
  recipe: Recipe,
  pkg: ModelPackage,
  window: RecipeWindow,
): { frames: number; height: number; width: number } {
  const { spatialRatio, temporalRatio } = pkg.vae;
  const frames = (window.frames - 1) / temporalRatio + 1;
  assert(Number.isInteger(frames), `${window.frames} frames are not on the autoencoder's grid of ${temporalRatio}`);
  return { frames, height: recipe.height / spatialRatio, width: recipe.width / spatialRatio };
}

// 6 ── denoise ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Puts the written latents in the place of the noise, and the rule where it stood. @returns the steps that are done */
async function goOnFrom(
  { checkpoints, meter }: FamilyRun,
  w: number,
  { tokens }: WindowLatents,
  rule: StepRule,
): Promise<number> {
  const resumed = checkpoints?.resumed;
  if (!checkpoints || !resumed?.latents) return 0;
  const parts = partsOf(resumed.latents, tokens.length);
  const [latents, ...arrays] = parts;
  if (latents !== undefined && resumed.latents.length === parts.length * tokens.length) {
    tokens.set(latents);
    if (resumed.rule) rule.restore({ arrays, memory: resumed.rule.memory });
    return resumed.step;
  }
  await checkpoints.startOver(`its ${resumed.latents.length} latent values are not those of ${tokens.length} here`);
  meter.startWindow(w);
  return 0;
}

interface Standing {
  readonly window: number;
  readonly step: number;
  readonly latents: Float32Array | null;
  /** null at a window's start. */
  readonly rule: StepRule | null;
  readonly stored: readonly StoredFrame[];
}

async function writeDown({ checkpoints, watch }: FamilyRun, standing: Standing): Promise<void> {
  const { stored, step, rule, latents, window } = standing;
  if (checkpoints === null) return;
  const { arrays, memory } = rule?.state() ?? { arrays: [], memory: '' };
  await checkpoints.reached({
    window,
    step,
    // Euler has no memory of its own: its place in the schedule is the step.
    scheduler: { position: step },
    ...(rule !== null && { rule: { memory, arrays: arrays.length } }),
    rng: null,
    latents: latents && (arrays.length === 0 ? latents : joined([latents, ...arrays])),
    frames: [...stored],
    spent: watch.seconds(),
  });
}

interface Denoising {
  readonly w: number;
  readonly window: RecipeWindow;
  readonly latents: WindowLatents;
  readonly negative: PromptEmbedding;
  readonly prompt: PromptEmbedding;
  readonly schedule: FlowMatchSchedule;
  readonly rule: StepRule;
  readonly transformer: OnnxSession;
  /** Steps that are done already. */
  readonly from: number;
  /** Called after each step, when the latents are whole. */
  readonly reached: (steps: number) => Promise<void>;
}

/**
 * Euler over the schedule, [uncond, cond] in one batch, or the prompt alone where the rule needs no more. All buffers are
 * made once and filled in place: the tensors wrap them.
 */
async function denoise(run: FamilyRun, work: Denoising): Promise<void> {
  const { meter, watch, signal } = run;
  const { latents, schedule, rule, transformer } = work;
  const { tokens, hold } = latents;
  const count = hold.length;
  const tokenTimesteps = new Float32Array(count);
  const stepTimesteps = new Float32Array(count);
  const velocity = new Float32Array(tokens.length);
  const batches = new Map<number, TransformerBatch>();
  const batchOf = (passes: 1 | 2): TransformerBatch => {
    const batch = batches.get(passes) ?? transformerBatch(work, passes);
    batches.set(passes, batch);
    return batch;
  };
  transformer.assertInputs({
    hidden_states: 'float32',
    encoder_hidden_states: 'float32',
    encoder_attention_mask: 'float32',
    timestep: 'float32',
    video_coords: 'float32',
  });

  const preview = previewMaker(run, work, tokens.length / count);
  meter.stage('denoising');
  for (const [step, timestep] of schedule.timesteps.entries()) {
    if (step < work.from) continue;
    await checkCancelled(signal);
    const startedAt = performance.now();
    noiseLevels(hold, timestep, schedule, { seen: tokenTimesteps, stepped: stepTimesteps });
    const passes = rule.passes(step, tokens);
    let answers: Float32Array | null = null;
    if (passes !== 0) {
      const feeds = batchOf(passes).fill(tokens, tokenTimesteps);
      answers = (await watch.time('transformer', () => transformer.run(feeds, 'out_hidden_states'))).value.data;
    }
    rule.predict(tokens, answers, velocity);
    assertFinite(velocity, 'the transformer');
    preview(step, velocity, tokenTimesteps);
    eulerStepPerToken(tokens, velocity, stepTimesteps, schedule);
    const stepMs = performance.now() - startedAt;
    // Written first, told second: a step that the artist has seen done is not done again.
    await work.reached(step + 1);
    meter.stepDone(stepMs);
  }
  await checkCancelled(signal);
}

/** One scale for the window, or one for each value: those of a latent frame have one. */
function guidanceOf({ recipe, pkg }: FamilyRun, window: RecipeWindow, latents: WindowLatents): GuidanceScale {
  const [only = recipe.guidance, ...more] = window.guidance ?? [];
  if (more.length === 0) return only;
  const size = latentSize(recipe, pkg, window);
  const perFrame = size.height * size.width * pkg.vae.latentChannels;
  const scales = latentValues([only, ...more], size.frames, pkg.vae.temporalRatio);
  // A later image in front belongs to no frame of the window; it has the last one's.
  const values = new Float32Array(latents.tokens.length).fill(scales.at(-1) ?? only);
  const before = latents.extraTokens * pkg.vae.latentChannels;
  for (const [frame, scale] of scales.entries())
    values.fill(scale, before + frame * perFrame, before + (frame + 1) * perFrame);
  return values;
}

/**
 * What the model is told of each token's noise, and what the step goes down from. A held token is seen with no more noise
 * than it was given, and does not move before the schedule has come down to that.
 */
function noiseLevels(
  hold: Float32Array,
  timestep: number,
  { numTrainTimesteps }: FlowMatchSchedule,
  out: { readonly seen: Float32Array; readonly stepped: Float32Array },
): void {
  for (const [token, strength] of hold.entries()) {
    const seen = Math.min(timestep, Math.fround(1 - strength) * numTrainTimesteps);
    out.seen[token] = seen;
    out.stepped[token] = timestep / numTrainTimesteps - 1e-6 < 1 - strength ? seen : 0;
  }
}

interface TransformerBatch {
  /** The tensors of a step. Valid until the next call. */
  fill(tokens: Float32Array, timesteps: Float32Array): Record<string, Tensor>;
}

function transformerBatch({ latents, negative, prompt }: Denoising, passes: 1 | 2): TransformerBatch {
  const { tokens, hold, coordinates } = latents;
  const halves = passes === 1 ? [prompt] : [negative, prompt];
  const count = hold.length;
  const channels = tokens.length / count;
  const hiddenStates = new Float32Array(passes * tokens.length);
  const batchTimesteps = new Float32Array(passes * count);
  const textLength = prompt.mask.length;
  const feeds: Record<string, Tensor> = {
    hidden_states: float32Tensor(hiddenStates, [passes, count, channels]),
    encoder_hidden_states: float32Tensor(joined(halves.map((half) => half.hidden)), [
      passes,
      textLength,
      prompt.hidden.length / textLength,
    ]),
    encoder_attention_mask: float32Tensor(joined(halves.map((half) => half.mask)), [passes, textLength]),
    timestep: float32Tensor(batchTimesteps, [passes, count]),
    video_coords: float32Tensor(joined(halves.map(() => coordinates)), [passes, 3, count]),
  };
  return {
    fill: (now, timesteps) => {
      for (let half = 0; half < passes; half++) {
        hiddenStates.set(now, half * now.length);
        batchTimesteps.set(timesteps, half * count);
      }
      return feeds;
    },
  };
}

/** Shows where the film is heading: the clean latents that this step's velocity points to. */
function previewMaker(
  run: FamilyRun,
  { w, window, latents, schedule }: Denoising,
  channels: number,
): (step: number, velocity: Float32Array, tokenTimesteps: Float32Array) => void {
  const matrix = run.pkg.preview;
  if (matrix === null) return () => undefined;
  const size = latentSize(run.recipe, run.pkg, window);
  const { temporalRatio } = run.pkg.vae;
  const indices = Array.from(
    { length: size.frames },
    (_, frame) => window.start + Math.max(0, frame * temporalRatio + 1 - temporalRatio),
  );
  const clean = new Float32Array(latents.tokens.length);
  const { numTrainTimesteps } = schedule;
  return (step, velocity, tokenTimesteps) => {
    const listener = run.previewListener();
    if (listener === null) return;
    predictClean(latents.tokens, velocity, tokenTimesteps, clean, { numTrainTimesteps });
    listener({
      jobId: run.jobId,
      window: w,
      step: step + 1,
      steps: run.recipe.steps,
      width: size.width * matrix.cells,
      height: size.height * matrix.cells,
      indices,
      rgb: previewRgb(clean.subarray(latents.extraTokens * channels), size, matrix),
    });
  };
}

// 7 ── decode ─────────────────────────────────────────────────────────────────────────────────────────────────────────

async function decode(run: FamilyRun, w: number, window: RecipeWindow, latents: WindowLatents): Promise<Float32Array> {
  const { recipe, pkg, sessions } = run;
  const channels = pkg.vae.latentChannels;
  const size = latentSize(recipe, pkg, window);
  const volume = unpackLatents(latents.tokens.subarray(latents.extraTokens * channels), channels);
  run.onLatents?.(w, volume.slice());
  denormaliseLatents(volume, pkg.vae.statistics);
  return sessions.use('vae_decoder', async (decoder) => {
    decoder.assertInputs({ latent_sample: 'float32' });
    const sample = float32Tensor(volume, [1, channels, size.frames, size.height, size.width]);
    const { data, dims } = await decoder.run({ latent_sample: sample }, 'sample');
    assertFinite(data, 'the decoder');
    const wanted = [1, 3, window.frames, recipe.height, recipe.width];
    assert(dims.join() === wanted.join(), `the decoder gave [${dims.join()}] instead of [${wanted.join()}]`);
    return data;
  });
}

// 8 ── store the frames ───────────────────────────────────────────────────────────────────────────────────────────────

async function storeFrames(run: FamilyRun, window: RecipeWindow, volume: Float32Array): Promise<StoredFrame[]> {
  const { width, height } = run.recipe;
  const stored: StoredFrame[] = [];
  for (let index = window.keepFrom; index < window.keepTo; index++) {
    const rgb = frameFromVolume(volume, index - window.start, { frames: window.frames, width, height });
    stored.push({ index, ...(await run.frames.put(shownFrame(run, window, index, rgb), width, height)) });
  }
  return stored;
}
