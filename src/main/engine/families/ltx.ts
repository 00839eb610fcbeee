/**
 * The LTX family: diffusers' LTXConditionPipeline, in its order of steps and of random draws, over the graph contract of
 * docs/model-packages.md.
 *
 *   1 check the recipe against the package      5 put the known frames into the latents
 *   2 encode the prompts (ltx-prompts.ts)         (ltx-conditions.ts)
 *   per window (window-loop.ts):                6 denoise (step-loop.ts, ltx-schedule.ts)
 *   3 encode the known frames                   7 decode (ltx-autoencoder.ts), beside known frames as they were given
 *   4 draw the noise                            8 store the frames
 *
 * Known frames condition with timestep 0. A window's clock starts at 0 at its first frame. What goes from one window to the
 * next is the stored 8-bit frames, so a run that was cut in two gives the bytes of one that was not.
 * One generator per window draws the noise, then that of each later stretch, then, as the package asks, that of held frames
 * at each step and that of the decoder. The latents are tokens, [S, C]; those in front that stand for later images are no
 * part of the film.
 */
import type { Tensor } from 'onnxruntime-node';
import { carryGiven, type GivenFrame } from '@core/diffusion/carry-given';
import { assertRulesFitFamily } from '@core/diffusion/families';
import { latentValues } from '@core/diffusion/frame-values';
import type { GuidanceScale } from '@core/diffusion/guidance';
import type { FrameLayout } from '@core/diffusion/guidance-steady';
import { unpackLatents, type LatentSize } from '@core/diffusion/latent-geometry';
import { AppError, assert } from '@core/errors';
import type { FlowMatchSchedule } from '@core/diffusion/flow-match-euler';
import type { Recipe, RecipeWindow } from '@contracts/recipe';
import type { ModelPackage } from '../model-package';
import { float32Tensor, type OnnxSession } from '../onnx-session';
import { frameFromVolume, volumeFromFrames } from '../pixels';
import { assertRecipeFitsPackage, readKnownFrame, type FamilyRun } from './family-run';
import { hasKnownFrames, knownPlaces } from './known-pictures';
import { decodeVolume } from './ltx-autoencoder';
import { encodeKnownFrames, prepareTokens, type WindowTokens } from './ltx-conditions';
import {
  encodePrompts,
  framePrompts,
  maskedEmbeddingOf,
  readByTokens,
  withoutPadding,
  type FramePrompts,
  type MaskedEmbeddings,
  type PromptEmbedding,
} from './ltx-prompts';
import { scheduleOf, TokenScheduler } from './ltx-schedule';
import { joined } from './picture-frames';
import { denoiseSteps, type StepLoop } from './step-loop';
import { runWindows, type Sampling, type SizedState } from './window-loop';

interface LtxState extends SizedState, Omit<WindowTokens, 'tokens' | 'generator'> {
  readonly scheduler: TokenScheduler;
  /** Hashes of the frames that earlier windows have made. */
  readonly made: ReadonlyMap<number, string>;
}

/** @returns the hashes of the segment's frames 0 … frameCount − 1 */
export async function runLtx(run: FamilyRun): Promise<string[]> {
  const schedule = checkRecipe(run);
  return runWindows<MaskedEmbeddings, LtxState>(run, {
    encodePrompts: (windows) => encodePrompts(run, windows),
    guidance: (state, window) => guidanceOf(run, window, state),
    layout: layoutOf,
    readsImages: hasKnownFrames,
    prepare: (window, made) => prepare(run, window, { made, schedule }),
    denoise: (sampling, texts) => denoise(run, sampling, texts),
    film: filmVolume,
    decode: (window, state) => decode(run, window, state),
  });
}

// 1 ── check the recipe against the package ───────────────────────────────────────────────────────────────────────────

function checkRecipe({ recipe, pkg }: FamilyRun): FlowMatchSchedule {
  assertRecipeFitsPackage(recipe, pkg);
  assertRulesFitFamily('ltx', recipe);
  return scheduleOf(recipe, pkg);
}

// 3, 4 and 5 ── encode the known frames, draw the noise, put the frames into it ───────────────────────────────────────

async function prepare(
  run: FamilyRun,
  window: RecipeWindow,
  { made, schedule }: { readonly made: ReadonlyMap<number, string>; readonly schedule: FlowMatchSchedule },
): Promise<LtxState> {
  const known = await encodeKnownFrames(run, window, made);
  const size = latentSize(run.recipe, run.pkg, window);
  const { tokens, ...rest } = prepareTokens(run, window, { known, size });
  return { ...rest, latents: tokens, size, made, scheduler: new TokenScheduler(schedule, rest.hold) };
}

function latentSize(recipe: Recipe, { vae }: ModelPackage, window: RecipeWindow): LatentSize {
  const { latentChannels, spatialRatio, temporalRatio } = vae;
  const frames = (window.frames - 1) / temporalRatio + 1;
  assert(Number.isInteger(frames), `${window.frames} frames are not on the autoencoder's grid of ${temporalRatio}`);
  const [height, width] = [recipe.height / spatialRatio, recipe.width / spatialRatio];
  return { channels: latentChannels, frames, height, width };
}

/** The film's normalised latents, [C, f, h, w]. */
function filmVolume({ latents, extraTokens, size }: LtxState): Float32Array {
  return unpackLatents(latents.subarray(extraTokens * size.channels), size.channels);
}

// 6 ── denoise ────────────────────────────────────────────────────────────────────────────────────────────────────────

function denoise(run: FamilyRun, sampling: Sampling<LtxState>, texts: MaskedEmbeddings): Promise<void> {
  const { state } = sampling;
  const { scheduler, extraTokens, size } = state;
  return run.sessions.use('transformer', (transformer) =>
    denoiseSteps(run, sampling, {
      model: 'the transformer',
      ...{ from: sampling.from, to: run.recipe.steps },
      beforeStep: (step) => {
        const sigma = (scheduler.timesteps[step] ?? 0) / scheduler.numTrainTimesteps;
        addHeldNoise(run.pkg.imageCondNoise, state, sigma);
      },
      predict: velocityPredictor(state, readTexts(run, sampling, texts, transformer), transformer),
      // Packed as it is; without the tokens in front.
      pictured: (clean) => clean.subarray(extraTokens * size.channels),
    }),
  );
}

/** Whether the mask has a row for each token, [B, S, L] instead of [B, L]. */
function isReadByTokens(transformer: OnnxSession): boolean {
  return transformer.inputOf('encoder_attention_mask')?.rank === 3;
}

/** What both predictions read: one prompt for all tokens, or, where the mask has a row for each token, its frame's own. */
function readTexts(
  { pkg }: FamilyRun,
  { window, state }: Sampling<LtxState>,
  texts: MaskedEmbeddings,
  transformer: OnnxSession,
): Readonly<Record<'prompt' | 'negative', PromptEmbedding>> {
  const frames = framePrompts(window, texts);
  const negative = maskedEmbeddingOf(texts, window.negative);
  const [only, ...more] = frames.prompts;
  if (isReadByTokens(transformer)) {
    const room = frames.prompts.length;
    // One prompt is as long as ever, so that what it drew is drawn again to the bit.
    const all = [negative, ...frames.prompts];
    const [first = negative, ...prompts] = room === 1 ? all : withoutPadding(all);
    const throughout: FramePrompts = { prompts: [first], ofFrame: [0] };
    return {
      prompt: readByTokens({ ...frames, prompts }, state.frameOf, room),
      negative: readByTokens(throughout, state.frameOf, room),
    };
  }
  if (only === undefined || more.length > 0)
    throw new AppError('model/unsupported', `the transformer of ${pkg.manifest.name} reads one prompt per window`, {
      field: 'conditioning.perFramePrompts',
      value: 'true',
      remedy: 'Export it with encoder_attention_mask[B,S,L], or say false in its onionskin.json.',
    });
  return { prompt: only, negative };
}

/** One scale for the window, or one for each value: those of a latent frame have one. */
function guidanceOf(
  { recipe, pkg }: FamilyRun,
  window: RecipeWindow,
  { latents, extraTokens, size }: LtxState,
): GuidanceScale {
  const [only = recipe.guidance, ...more] = window.guidance ?? [];
  if (more.length === 0) return only;
  const perFrame = size.height * size.width * size.channels;
  const scales = latentValues([only, ...more], size.frames, pkg.vae.temporalRatio);
  // A later image in front belongs to no frame of the window; it has the last one's.
  const values = new Float32Array(latents.length).fill(scales.at(-1) ?? only);
  const before = extraTokens * size.channels;
  for (const [frame, scale] of scales.entries())
    values.fill(scale, before + frame * perFrame, before + (frame + 1) * perFrame);
  return values;
}

/** Tokens of later images come first; then frame by frame. */
function layoutOf({ extraTokens, hold, size }: LtxState): FrameLayout {
  const area = size.height * size.width;
  const holdOf = (frame: number): Float32Array =>
    hold.subarray(extraTokens + frame * area, extraTokens + (frame + 1) * area);
  return {
    offset: extraTokens * size.channels,
    frames: size.frames,
    inner: area * size.channels,
    isGiven: (frame) => holdOf(frame).every((held) => held === 1),
  };
}

/** What is held with all strength is seen with a little noise that fades: add_noise_to_image_conditioning_latents. */
function addHeldNoise(scale: number, { latents, heldStart, hold, generator }: LtxState, sigma: number): void {
  if (heldStart === null) return;
  const { fround } = Math;
  const noise = generator.randn(latents.length);
  const channels = latents.length / hold.length;
  const faded = fround(fround(sigma) * fround(sigma));
  for (let token = 0; token < hold.length; token++) {
    if ((hold[token] ?? 0) <= 1 - 1e-6) continue;
    for (let i = token * channels; i < (token + 1) * channels; i++)
      latents[i] = (heldStart[i] ?? 0) + fround(fround(fround(scale) * (noise[i] ?? 0)) * faded);
  }
}

/** [uncond, cond] in one batch, or the prompt alone. Buffers are made once for each and filled in place. */
function velocityPredictor(
  state: LtxState,
  texts: Readonly<Record<'prompt' | 'negative', PromptEmbedding>>,
  transformer: OnnxSession,
): StepLoop['predict'] {
  transformer.assertInputs({
    hidden_states: 'float32',
    encoder_hidden_states: 'float32',
    encoder_attention_mask: 'float32',
    timestep: 'float32',
    video_coords: 'float32',
  });
  const batches = new Map<number, TransformerBatch>();
  return async (input, step, halves, out) => {
    const batch =
      batches.get(halves.length) ??
      transformerBatch(
        state,
        { texts: halves.map((half) => texts[half]), isReadByTokens: isReadByTokens(transformer) },
        out,
      );
    batches.set(halves.length, batch);
    batch.fill(input, state.scheduler.seenAt(step));
    await transformer.runInto(batch.feeds, 'out_hidden_states', batch.into);
  };
}

interface TransformerBatch {
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly into: Tensor;
  fill(tokens: Float32Array, timesteps: Float32Array): void;
}

/** @param out where the answers go; the same for every step */
function transformerBatch(
  { latents, hold, coordinates, size }: LtxState,
  { texts, isReadByTokens }: { readonly texts: readonly PromptEmbedding[]; readonly isReadByTokens: boolean },
  out: Float32Array,
): TransformerBatch {
  const count = hold.length;
  const hiddenStates = new Float32Array(texts.length * latents.length);
  const timesteps = new Float32Array(texts.length * count);
  const hidden = joined(texts.map((text) => text.hidden));
  const mask = joined(texts.map((text) => text.mask));
  const rows = isReadByTokens ? [count] : [];
  const length = mask.length / texts.length / (rows[0] ?? 1);
  return {
    feeds: {
      hidden_states: float32Tensor(hiddenStates, [texts.length, count, size.channels]),
      encoder_hidden_states: float32Tensor(hidden, [texts.length, length, hidden.length / texts.length / length]),
      encoder_attention_mask: float32Tensor(mask, [texts.length, ...rows, length]),
      timestep: float32Tensor(timesteps, [texts.length, count]),
      video_coords: float32Tensor(joined(texts.map(() => coordinates)), [texts.length, 3, count]),
    },
    into: float32Tensor(out, [texts.length, count, size.channels]),
    fill: (tokens, seen) => {
      for (let half = 0; half < texts.length; half++) {
        hiddenStates.set(tokens, half * tokens.length);
        timesteps.set(seen, half * count);
      }
    },
  };
}

// 7 ── decode ─────────────────────────────────────────────────────────────────────────────────────────────────────────

async function decode(run: FamilyRun, window: RecipeWindow, state: LtxState): Promise<Uint8Array[]> {
  const { width, height } = run.recipe;
  const { size, generator } = state;
  const pixels = await decodeVolume(run, window, { volume: filmVolume(state), size, generator });
  if (run.pkg.manifest.conditioning.carriesGiven === true)
    carryGiven(pixels, { frames: window.frames, width, height }, await givenFrames(run, window, state));
  return Array.from({ length: window.keepTo - window.keepFrom }, (_, i) =>
    frameFromVolume(pixels, window.keepFrom + i - window.start, { frames: window.frames, width, height }),
  );
}

/** Those that lie in the window: a later image may lie behind it. */
async function givenFrames(run: FamilyRun, window: RecipeWindow, { made }: LtxState): Promise<GivenFrame[]> {
  const { width, height } = run.recipe;
  const places = knownPlaces(window).filter(({ frame }) => frame < window.frames);
  const given: GivenFrame[] = [];
  for (const { frame, hold } of places.toSorted((a, b) => a.frame - b.frame)) {
    const rgb = await readKnownFrame(run, { index: window.start + frame, window }, made);
    given.push({ frame, hold, pixels: volumeFromFrames([rgb], width, height) });
  }
  return given;
}
