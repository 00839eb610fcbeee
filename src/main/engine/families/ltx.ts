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
 * Known frames condition with timestep 0: the first ones in place, later images as extra tokens in front of the others,
 * each with its own time; of a later clip the first two latent frames, the rest in place. A window's clock starts at 0 at
 * its first frame. What goes from one window to the next is the stored 8-bit frames, so a run that was cut in two gives
 * the bytes of one that was not. Frames held by less than 1 begin part way to the noise and are let go when the schedule
 * gets there, as the pipeline's conditions with a strength.
 * The VAE posterior is taken at its mode: it draws no random numbers. One generator per window draws the noise, then that
 * of each later stretch, then, as the package asks, that of held frames at each step and that of the decoder.
 * A run that goes on redoes what is before the loop, which gives the same values, and puts the written latents in place.
 */
import type { Tensor } from 'onnxruntime-node';
import {
  createFlowMatchSchedule,
  eulerStepPerToken,
  linearQuadraticTimesteps,
  linearSigmas,
  parseFlowMatchEulerConfig,
  predictClean,
  scheduleFromTimesteps,
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
import type { FrameLayout } from '@core/diffusion/guidance-steady';
import { StepRule } from '@core/diffusion/step-rule';
import { joinedTiles, tilesOf, type Volume } from '@core/diffusion/tiles';
import { TorchGenerator, type TorchGeneratorState } from '@core/diffusion/torch-generator';
import { assert, invalidInput } from '@core/errors';
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
import { hasKnownFrames } from './known-pictures';
import { joined } from './picture-frames';
import { firstFrameOf } from './step-loop';

interface PromptEmbedding {
  /** float32 [L, D] */
  readonly hidden: Float32Array;
  /** float32 [L], 0 or 1 */
  readonly mask: Float32Array;
}

interface WindowLatents {
  /** x, float32 [S, C]; extra tokens first. Changed step by step. */
  readonly tokens: Float32Array;
  /** As they are before the first step; null = nothing is known, or held frames get no noise. */
  readonly heldStart: Float32Array | null;
  /** Replaced when the run goes on. */
  generator: TorchGenerator;
  /** Tokens in front that stand for later images and are dropped at the end. */
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
    if (hasKnownFrames(window)) meter.stage('encoding-images');
    const { value: known } = await watch.time('encode', () => encodeKnownFrames(run, window, made));

    const latents = prepareLatents(run, window, known);
    const guidance = guidanceOf(run, window, latents);
    const layout = layoutOf(run, window, latents);
    const scales = { guidance, isGuided: guidance !== 1 };
    const rule = new StepRule({ ...recipe, ...scales, size: latents.tokens.length, layout });
    const from = doneSteps === 0 ? 0 : await goOnFrom(run, w, latents, rule);
    const negative = embeddingOf(embeddings, window.negative);
    const prompt = windowEmbedding(window, embeddings);
    const reached = (step: number): Promise<void> => writeDown(run, { window: w, step, latents, rule, stored });
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
  const { steps } = recipe;
  const { timesteps } = pkg;
  if (timesteps === 'linear') return createFlowMatchSchedule(config, { sigmas: linearSigmas(steps) });
  if (timesteps === 'linear-quadratic') return scheduleFromTimesteps(config, linearQuadraticTimesteps(steps));
  if (timesteps.length !== steps)
    throw invalidInput(
      'steps',
      steps,
      `${pkg.manifest.name} was distilled to a schedule of ${timesteps.length} steps of its own`,
      `Use ${timesteps.length} steps.`,
    );
  return scheduleFromTimesteps(config, Float32Array.from(timesteps));
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

/** Known frames that follow each other. */
interface KnownStretch {
  /** Frame of the window. */
  readonly at: number;
  readonly frames: number;
  readonly hold: number;
  /** Packed normalised latents, [tokens, C]. */
  readonly latents: Float32Array;
}

async function encodeKnownFrames(
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
    const size = { channels: 3, frames: frames.length, height, width };
    const { data } = await throughTiles(
      run,
      'encode',
      { size, data: volumeFromFrames(frames, width, height) },
      (tile) => volumeThrough(encoder, { sample: volumeTensor(tile) }, 'latent_parameters'),
    );
    // Means and log-variances, channel by channel: the first half is the mode.
    const mode = data.slice(0, data.length / 2);
    assertFinite(mode, 'the image encoder');
    normaliseLatents(mode, pkg.vae.statistics);
    return packLatents(mode, pkg.vae.latentChannels);
  });
}

// 4 and 5 ── draw the noise, put the known frames into the latents ────────────────────────────────────────────────────

/** Latent frames of a later clip that become extra tokens: num_prefix_latent_frames. */
const CLIP_PREFIX = 2;

function prepareLatents(
  { recipe, pkg }: FamilyRun,
  window: RecipeWindow,
  known: readonly KnownStretch[],
): WindowLatents {
  const channels = pkg.vae.latentChannels;
  const size = latentSize(recipe, pkg, window);
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
  const extras: { tokens: Float32Array; hold: number; coordinates: Float32Array }[] = [];
  for (const { at, frames, hold, latents } of known) {
    if (at === 0) {
      putInPlace(0, latents, hold);
      continue;
    }
    const isClip = frames > 1;
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
    extras.push({ tokens, hold, coordinates });
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
  const heldStart = known.length > 0 && pkg.imageCondNoise > 0 ? tokens.slice() : null;
  return { tokens, heldStart, generator, extraTokens: count - tokenCount(size), hold, coordinates };
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
  state: WindowLatents,
  rule: StepRule,
): Promise<number> {
  const { tokens } = state;
  const resumed = checkpoints?.resumed;
  if (!checkpoints || !resumed?.latents) return 0;
  const parts = partsOf(resumed.latents, tokens.length);
  const [latents, ...arrays] = parts;
  if (latents !== undefined && resumed.latents.length === parts.length * tokens.length) {
    tokens.set(latents);
    // Written by this family under a checksum.
    if (resumed.rng !== null)
      state.generator = TorchGenerator.fromState(JSON.parse(resumed.rng) as TorchGeneratorState);
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
  readonly latents: WindowLatents | null;
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
    rng: latents && JSON.stringify(latents.generator.state()),
    latents: latents && (arrays.length === 0 ? latents.tokens : joined([latents.tokens, ...arrays])),
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
    addHeldNoise(run.pkg.imageCondNoise, latents, timestep / schedule.numTrainTimesteps);
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

/** Tokens of later images come first; then frame by frame. */
function layoutOf({ recipe, pkg }: FamilyRun, window: RecipeWindow, { extraTokens, hold }: WindowLatents): FrameLayout {
  const { frames, height, width } = latentSize(recipe, pkg, window);
  const area = height * width;
  const holdOf = (frame: number): Float32Array =>
    hold.subarray(extraTokens + frame * area, extraTokens + (frame + 1) * area);
  return {
    offset: extraTokens * pkg.vae.latentChannels,
    frames,
    inner: area * pkg.vae.latentChannels,
    isGiven: (frame) => holdOf(frame).every((held) => held === 1),
  };
}

/** What is held with all strength is seen with a little noise that fades: add_noise_to_image_conditioning_latents. */
function addHeldNoise(scale: number, { tokens, heldStart, hold, generator }: WindowLatents, sigma: number): void {
  if (heldStart === null) return;
  const { fround } = Math;
  const noise = generator.randn(tokens.length);
  const channels = tokens.length / hold.length;
  const faded = fround(fround(sigma) * fround(sigma));
  for (let token = 0; token < hold.length; token++) {
    if ((hold[token] ?? 0) <= 1 - 1e-6) continue;
    for (let i = token * channels; i < (token + 1) * channels; i++)
      tokens[i] = (heldStart[i] ?? 0) + fround(fround(fround(scale) * (noise[i] ?? 0)) * faded);
  }
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
  for (let token = 0; token < hold.length; token++) {
    const strength = hold[token] ?? 0;
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
  const indices = Array.from({ length: size.frames }, (_, frame) =>
    firstFrameOf(frame, window, run.pkg.vae.temporalRatio),
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
  const noisy = pkg.vae.noisyDecode;
  if (noisy !== null) mixNoise(volume, latents.generator.randn(volume.length), noisy.scale);
  return sessions.use('vae_decoder', async (decoder) => {
    decoder.assertInputs({ latent_sample: 'float32', ...(noisy && { timestep: 'float32' as const }) });
    const { data, size: made } = await throughTiles(
      run,
      'decode',
      { size: { channels, ...size }, data: volume },
      (tile) => {
        const told = noisy && { timestep: float32Tensor(Float32Array.of(noisy.timestep), [1]) };
        return volumeThrough(decoder, { latent_sample: volumeTensor(tile), ...told }, 'sample');
      },
    );
    assertFinite(data, 'the decoder');
    const found = [made.channels, made.frames, made.height, made.width];
    const wanted = [3, window.frames, recipe.height, recipe.width];
    assert(found.join() === wanted.join(), `the decoder gave [${found.join()}] instead of [${wanted.join()}]`);
    return data;
  });
}

/** (1 − scale)·latents + scale·noise, in place: what the decoder was trained to clean up. */
function mixNoise(volume: Float32Array, noise: Float32Array, scale: number): void {
  const { fround } = Math;
  const [kept, added] = [fround(1 - fround(scale)), fround(scale)];
  for (const [i, value] of volume.entries()) volume[i] = fround(kept * value) + fround(added * (noise[i] ?? 0));
}

/** Through the autoencoder, whole, or in tiles where the package names some that are smaller. */
async function throughTiles(
  { pkg, signal }: FamilyRun,
  way: 'encode' | 'decode',
  volume: Volume,
  through: (tile: Volume) => Promise<Volume>,
): Promise<Volume> {
  const { tiles, spatialRatio } = pkg.vae;
  if (tiles === null) return through(volume);
  const cells = { size: tiles.size / spatialRatio, stride: tiles.stride / spatialRatio };
  const [from, to] = way === 'encode' ? [tiles, cells] : [cells, tiles];
  if (volume.size.height <= from.size && volume.size.width <= from.size) return through(volume);
  const rows: Volume[][] = [];
  for (const row of tilesOf(volume, from)) {
    const made: Volume[] = [];
    for (const tile of row) {
      await checkCancelled(signal);
      made.push(await through(tile));
    }
    rows.push(made);
  }
  return joinedTiles(rows, volume.size, { from, to });
}

function volumeTensor({ size, data }: Volume): Tensor {
  return float32Tensor(data, [1, size.channels, size.frames, size.height, size.width]);
}

async function volumeThrough(session: OnnxSession, feeds: Record<string, Tensor>, output: string): Promise<Volume> {
  const { data, dims } = await session.run(feeds, output);
  const [, channels = 0, frames = 0, height = 0, width = 0] = dims;
  return { size: { channels, frames, height, width }, data };
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
