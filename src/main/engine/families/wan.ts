/**
 * The Wan family: diffusers' WanPipeline, for packages that take images WanImageToVideoPipeline (with or without CLIP, with
 * a timestep per token), and WanVACEPipeline, in their order of steps and of random draws, over the graph contract of
 * docs/model-packages.md.
 *
 *   1 check the recipe against the package      5 prepare the latents
 *   2 encode the prompts                        6 denoise
 *   per window:                                 7 decode (wan-clip.ts)
 *   3 encode the condition (wan-condition.ts)   8 store the frames (window-loop.ts)
 *   4 prepare the timesteps
 *
 * One generator per window draws the noise [1, C, f, h, w] and nothing else. Known frames are not in the latents: the
 * transformer reads them beside, or in their place with a timestep of 0 (then the last step puts them there). References
 * are latent frames in front of the film's, and are left out of it. A later image behind the window has it denoised up to
 * that image.
 * Two experts, where a package has them, share the steps at its boundary; the second may have a guidance of its own.
 * The transformer runs with a batch of one, twice under guidance (docs/adr/0021).
 */
import { latentValues } from '@core/diffusion/frame-values';
import type { GuidanceScale } from '@core/diffusion/guidance';
import type { Tensor } from 'onnxruntime-node';
import type { LatentSize } from '@core/diffusion/latent-geometry';
import { createScheduler } from '@core/diffusion/schedulers/create-scheduler';
import type { Scheduler } from '@core/diffusion/schedulers/scheduler';
import type { StepRuleOptions } from '@core/diffusion/step-rule';
import { TorchGenerator } from '@core/diffusion/torch-generator';
import { assert, invalidInput } from '@core/errors';
import { cleanPrompt } from '@core/prompt/clean-prompt';
import type { Recipe, RecipeWindow } from '@contracts/recipe';
import type { GraphName, ModelPackage } from '../model-package';
import { float32Tensor, int64Tensor, type OnnxSession } from '../onnx-session';
import { frameFromVolume } from '../pixels';
import { assertRunFitsFamily, tokenizerOf, type FamilyRun } from './family-run';
import { takeFrames, valuesOf } from './picture-frames';
import { denoiseSteps, type StepLoop } from './step-loop';
import { embeddingOf, encodeTexts, windowEmbedding, type TextEmbeddings } from './text-embeddings';
import { decodeClip } from './wan-clip';
import { conditionKind, encodeCondition, viewsOf, type Condition } from './wan-condition';
import { runWindows, scalePerFrame, volumeLayout, type Sampling, type SizedState } from './window-loop';

/** Latent cells of a token, down and across. */
const PATCH = 2;

interface WindowState extends SizedState {
  /** Latent frames of references, in front of the film's. */
  readonly lead: number;
  /** What the transformer reads of the known frames; null = nothing. */
  readonly condition: Condition | null;
}

/** @returns the hashes of the segment's frames 0 … frameCount − 1 */
export async function runWan(run: FamilyRun): Promise<string[]> {
  checkRecipe(run);
  return runWindows<TextEmbeddings, WindowState>(run, {
    encodePrompts: (windows) => encodePrompts(run, windows),
    guidance: ({ lead, size }, window) => guidanceOf(run, window, { lead, size }),
    second: ({ scheduler }) => secondScale(run, scheduler),
    readsImages: () => conditionKind(run.pkg) !== null,
    prepare: (window, made) => prepare(run, window, made),
    denoise: (sampling, texts) => denoise(run, sampling, texts),
    layout: (state) => volumeLayout(state.size, run.pkg.expandTimesteps ? knownFrames(state) : state.lead),
    decode: (window, state) => decode(run, window, state),
  });
}

// 1 ── check the recipe against the package ───────────────────────────────────────────────────────────────────────────

function checkRecipe(run: FamilyRun): void {
  const { recipe, pkg } = run;
  assertRunFitsFamily('wan', run);
  const { max } = pkg.manifest.frameGrid;
  for (const [i, window] of recipe.windows.entries()) {
    if (conditionKind(pkg) === 'beside' && window.prefix === 0 && (window.later === null || viewsOf(pkg) > 0))
      throw invalidInput(
        `windows.${i}.prefix`,
        0,
        `${pkg.manifest.name} makes films from an image, and none is given`,
        'Give a first image, or choose a model that starts from text.',
      );
    if (viewsOf(pkg) > 1 && window.later === null)
      throw invalidInput(
        `windows.${i}.later`,
        'nothing',
        `${pkg.manifest.name} makes films between two images, and no later one is given`,
        'Give a last image, or choose a model that goes on from one.',
      );
    for (const [j, { index, frames, hold }] of (window.also ?? []).entries()) {
      if (hold !== 1)
        throw invalidInput(
          `windows.${i}.also.${j}.hold`,
          hold,
          `${pkg.manifest.name} holds known frames wholly; a mask holds them in part`,
          'Set the hold back to 1.',
        );
      if (conditionKind(pkg) !== 'control' || index + frames > window.start + window.frames)
        throw invalidInput(
          `windows.${i}.also`,
          index,
          conditionKind(pkg) === 'control'
            ? `frames ${index} to ${index + frames - 1} are not all in the window`
            : `${pkg.manifest.name} takes no images in the middle of a window`,
          'Pin the image to another frame, or choose another model.',
        );
    }
    if (denoisedFrames(window, pkg) > max)
      throw invalidInput(
        `windows.${i}.later`,
        window.later ?? '',
        `the later image is ${denoisedFrames(window, pkg)} frames from the window's first, the model makes ${max}`,
        'Pin the image to an earlier frame.',
      );
  }
}

// 2 ── encode the prompts: [L, D], zeros behind their end ─────────────────────────────────────────────────────────────

function encodePrompts(run: FamilyRun, windows: readonly RecipeWindow[]): Promise<TextEmbeddings> {
  const tokenizer = tokenizerOf(run);
  return encodeTexts(run, windows, { input_ids: 'int64', attention_mask: 'int64' }, async (encoder, text) => {
    const { ids, mask } = tokenizer.encode(cleanPrompt(text));
    const dims = [1, ids.length];
    const feeds = { input_ids: int64Tensor(ids, dims), attention_mask: int64Tensor(mask, dims) };
    const { data } = await encoder.run(feeds, 'last_hidden_state');
    const length = mask.filter((bit) => bit > 0n).length;
    return data.fill(0, (length * data.length) / ids.length);
  });
}

// 3, 4, 5 ── the condition, the timesteps, the latents ────────────────────────────────────────────────────────────────

async function prepare(run: FamilyRun, window: RecipeWindow, made: ReadonlyMap<number, string>): Promise<WindowState> {
  const { recipe, pkg } = run;
  const film = latentSize(recipe, pkg, window);
  const condition = await encodeCondition(run, { window, made, frames: denoisedFrames(window, pkg), size: film });
  const lead = recipe.references?.length ?? 0;
  const size = { ...film, frames: lead + film.frames };
  const scheduler = createScheduler({ ...recipe.scheduler.config, _class_name: recipe.scheduler.class });
  scheduler.setTimesteps({ steps: recipe.steps });
  const generator = new TorchGenerator(window.seed);
  return { size, lead, latents: generator.randn(valuesOf(size)), condition, scheduler, generator };
}

// 6 ── denoise ────────────────────────────────────────────────────────────────────────────────────────────────────────

async function denoise(run: FamilyRun, sampling: Sampling<WindowState>, texts: TextEmbeddings): Promise<void> {
  for (const { graph, from, to } of expertsOf(run, sampling.state.scheduler)) {
    const first = Math.max(from, sampling.from);
    if (first >= to) continue;
    await run.sessions.use(graph, (transformer) => {
      const { recipe } = run;
      const predict = velocityPredictor(run, sampling, texts, transformer);
      const putKnown = (volume: Float32Array): void => putKnownInside(volume, sampling.state);
      return denoiseSteps(run, sampling, {
        model: 'the transformer',
        ...{ from: first, to, predict, putKnown },
        afterStep: (done) => void (done === recipe.steps && putKnown(sampling.state.latents)),
      });
    });
  }
}

/** Which transformer makes which steps: one all of them, or two experts that meet where the noise falls below a level. */
function expertsOf(
  { recipe, pkg }: FamilyRun,
  { timesteps }: Scheduler,
): { graph: GraphName; from: number; to: number }[] {
  const { steps } = recipe;
  if (pkg.boundaryRatio === null) return [{ graph: 'transformer', from: 0, to: steps }];
  const trained = Number(recipe.scheduler.config['num_train_timesteps'] ?? 1000);
  const boundary = pkg.boundaryRatio * trained;
  const below = timesteps.findIndex((timestep) => timestep < boundary);
  const meet = below < 0 ? steps : below;
  return [
    { graph: 'transformer', from: 0, to: meet },
    { graph: 'transformer_2', from: meet, to: steps },
  ];
}

/** Along a curve every latent frame has its scale; references in front of the film have the first one's. */
function guidanceOf(
  { recipe, pkg }: FamilyRun,
  window: RecipeWindow,
  { lead, size }: Pick<WindowState, 'lead' | 'size'>,
): GuidanceScale {
  const [only = 1, ...more] = (window.guidance ?? [recipe.guidance]).map((scale) => Math.max(1, scale));
  if (more.length === 0) return only;
  const scales = latentValues([only, ...more], size.frames - lead, pkg.vae.temporalRatio);
  return scalePerFrame([...Array.from({ length: lead }, () => only), ...scales], size);
}

function secondScale(run: FamilyRun, scheduler: Scheduler): StepRuleOptions['second'] {
  const { secondGuidance } = run.recipe;
  const second = expertsOf(run, scheduler)[1];
  return secondGuidance === undefined || !second ? undefined : { from: second.from, guidance: secondGuidance };
}

/** Known frames that have a place among the latents, put there. */
function putKnownInside(volume: Float32Array, { condition, size }: WindowState): void {
  if (condition?.kind !== 'inside') return;
  const known = condition.values.length / size.channels;
  const whole = volume.length / size.channels;
  for (let c = 0; c < size.channels; c++) volume.set(condition.values.subarray(c * known, (c + 1) * known), c * whole);
}

/** Buffers are made once and filled in place: the tensors wrap them. */
function velocityPredictor(
  { pkg }: FamilyRun,
  { window, state }: Sampling<WindowState>,
  texts: TextEmbeddings,
  transformer: OnnxSession,
): StepLoop['predict'] {
  const { size, condition, scheduler } = state;
  const { length } = state.latents;
  const volume = (values: Float32Array) =>
    float32Tensor(values, [
      1,
      values.length / (size.frames * size.height * size.width),
      size.frames,
      size.height,
      size.width,
    ]);
  const beside = condition?.kind === 'beside' ? condition.values : new Float32Array();
  const hidden = new Float32Array(length + beside.length);
  hidden.set(beside, length);
  const noise = timestepsOf(pkg, state);
  const feeds = {
    hidden_states: volume(hidden),
    timestep: float32Tensor(noise.timestep, noise.dims),
    ...(condition?.kind === 'control' && { control_hidden_states: volume(condition.values) }),
    ...(condition?.views && { encoder_hidden_states_image: condition.views }),
  };
  const tokens = pkg.manifest.promptTokens;
  const textOf = (embedding: Float32Array) => float32Tensor(embedding, [1, tokens, embedding.length / tokens]);
  const halves = {
    prompt: textOf(windowEmbedding(texts, window, tokens)),
    negative: textOf(embeddingOf(texts, window.negative)),
  };
  const names = [...Object.keys(feeds), 'encoder_hidden_states'];
  transformer.assertInputs(Object.fromEntries(names.map((name) => [name, 'float32' as const])));
  // The tensors over each place that answers go to, a half in each.
  const places = new Map<Float32Array, Tensor[]>();
  const answersIn = (out: Float32Array): Tensor[] => {
    const tensors =
      places.get(out) ??
      Array.from({ length: out.length / length }, (_, i) => volume(out.subarray(i * length, (i + 1) * length)));
    places.set(out, tensors);
    return tensors;
  };
  return async (input, step, asked, out) => {
    hidden.set(input);
    putKnownInside(hidden, state);
    noise.timestep.fill(scheduler.timesteps[step] ?? NaN, noise.known);
    const answers = answersIn(out);
    for (const [i, half] of asked.entries()) {
      const answer = answers[i];
      assert(answer, 'there is a place for each half');
      await transformer.runInto({ ...feeds, encoder_hidden_states: halves[half] }, 'out_hidden_states', answer);
    }
  };
}

/** One for all tokens, or [1, f, h/2, w/2] of which the `known` ones stay 0. */
function timestepsOf(
  pkg: ModelPackage,
  { size, condition }: WindowState,
): { readonly timestep: Float32Array; readonly dims: readonly number[]; readonly known: number } {
  if (!pkg.expandTimesteps) return { timestep: new Float32Array(1), dims: [1], known: 0 };
  const dims = [1, size.frames, size.height / PATCH, size.width / PATCH];
  const ofFrame = (size.height / PATCH) * (size.width / PATCH);
  const known = knownFrames({ size, condition });
  return { timestep: new Float32Array(size.frames * ofFrame), dims, known: known * ofFrame };
}

/** Latent frames in front that are put in as they are. */
function knownFrames({ size, condition }: Pick<WindowState, 'size' | 'condition'>): number {
  return (condition?.values.length ?? 0) / (size.channels * size.height * size.width);
}

// 7 ── decode ─────────────────────────────────────────────────────────────────────────────────────────────────────────

async function* decode(run: FamilyRun, window: RecipeWindow, state: WindowState): AsyncGenerator<Uint8Array[]> {
  const { width, height } = run.recipe;
  const { lead, size } = state;
  const film = { ...size, frames: size.frames - lead };
  const latents = takeFrames(state.latents, { from: lead, to: size.frames }, size);
  for await (const { first, frames, data } of decodeClip(run, latents, film, window.keepTo - window.start)) {
    const kept: Uint8Array[] = [];
    for (let i = 0; i < frames; i++) {
      const index = window.start + first + i;
      if (index >= window.keepFrom && index < window.keepTo)
        kept.push(frameFromVolume(data, i, { frames, width, height }));
    }
    if (kept.length > 0) yield kept;
  }
}

// ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────────

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
