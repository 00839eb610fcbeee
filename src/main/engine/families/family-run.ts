/**
 * What every family is given for a run, and the small things that all of them do in the same way: check the recipe
 * against the package, read a known frame, let a cancel through, refuse values that are not numbers, write down and
 * restore a sampling loop over any scheduler, store frames.
 */
import { placeOf, seenFrom, type CameraPath } from '@core/diffusion/camera';
import { assertRulesFitFamily, assertSchedulerFits, type FamilyName } from '@core/diffusion/families';
import type { Scheduler } from '@core/diffusion/schedulers/scheduler';
import { TorchGenerator, type TorchGeneratorState } from '@core/diffusion/torch-generator';
import type { StepRule, StepRuleTally } from '@core/diffusion/step-rule';
import { firstStepOf, sourceFrameAt } from '@core/diffusion/source-film';
import { assertRunFits } from '@core/diffusion/window-rules';
import { AppError, assert, invalidInput } from '@core/errors';
import { covered } from '@core/footage/cover';
import type { StepPreview } from '@contracts/engine';
import type { PromptMix, Recipe, RecipeWindow } from '@contracts/recipe';
import type { FrameStore } from '../../services/media/frame-store';
import type { Checkpointer } from '../checkpointer';
import { letMessagesIn } from '../message-turns';
import type { ModelPackage } from '../model-package';
import type { ProgressMeter } from '../progress-meter';
import type { SessionPool } from '../session-pool';
import type { StageWatch } from '../stage-watch';
import type { PromptTokenizer } from '../tokenizer';

export interface StoredFrame {
  /** As in the recipe: counted from the segment's first new frame. */
  readonly index: number;
  readonly hash: string;
  readonly bytes: number;
}

export interface FamilyRun {
  readonly jobId: string;
  readonly recipe: Recipe;
  readonly pkg: ModelPackage;
  /** null = the model reads no text. */
  readonly tokenizer: PromptTokenizer | null;
  readonly sessions: SessionPool;
  readonly frames: FrameStore;
  readonly meter: ProgressMeter;
  readonly watch: StageWatch;
  /** null = the run does not write down how far it is. */
  readonly checkpoints: Checkpointer | null;
  readonly signal: AbortSignal;
  /** Called with frames that are safely on disk. */
  readonly onFrames: (frames: readonly StoredFrame[]) => void;
  /** Called after a window's steps with what its rule has saved. */
  readonly onRule: (window: number, tally: StepRuleTally) => void;
  /** Asked before each preview is computed; null = nobody is looking. */
  readonly previewListener: () => ((preview: StepPreview) => void) | null;
  /** Final normalised latents [C, F, h, w] of each window, for tests and comparisons. */
  readonly onLatents?: (window: number, latents: Float32Array) => void;
}

/** Written latents as the arrays of `size` values they were made of. */
export function partsOf(values: Float32Array, size: number): Float32Array[] {
  return Array.from({ length: Math.floor(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
}

/** What is wrong is refused before anything is computed. @throws AppError input/invalid, model/wrong-hash */
export function assertRecipeFitsPackage(recipe: Recipe, pkg: ModelPackage): void {
  assertRunFits(recipe, pkg.manifest);
  if (recipe.family !== pkg.manifest.family || recipe.model.id !== pkg.manifest.id)
    throw invalidInput(
      'recipe.model',
      recipe.model.id,
      `the recipe is for ${recipe.model.id} (${recipe.family}), the package is ${pkg.manifest.id} (${pkg.manifest.family})`,
      'Choose the model the recipe was made with.',
    );
  for (const { path, sha256 } of pkg.manifest.files)
    if (recipe.model.files[path] !== sha256)
      throw new AppError('model/wrong-hash', `${path} is not the file this recipe was made with`, {
        field: path,
        value: recipe.model.files[path] ?? 'not named by the recipe',
        remedy: 'Install the version of the model that the recipe names, or make a new take.',
      });
  if (recipe.width % pkg.vae.spatialRatio !== 0 || recipe.height % pkg.vae.spatialRatio !== 0)
    throw invalidInput(
      'width',
      `${recipe.width}×${recipe.height}`,
      `the autoencoder works in blocks of ${pkg.vae.spatialRatio} pixels`,
      `Use a size that is a multiple of ${pkg.vae.spatialRatio}.`,
    );
}

export function tokenizerOf({ tokenizer }: FamilyRun): PromptTokenizer {
  assert(tokenizer, 'a model that reads text has a tokenizer');
  return tokenizer;
}

/** The same, and what the family samples with. @throws AppError model/unsupported as well */
export function assertRunFitsFamily(family: FamilyName, { recipe, pkg }: FamilyRun): void {
  assertRecipeFitsPackage(recipe, pkg);
  assertRulesFitFamily(family, recipe);
  assertSchedulerFits(family, { ...recipe.scheduler.config, _class_name: recipe.scheduler.class });
}

/** What a weighted prompt is weighed against. */
export const EMPTY_TEXT = '';

/** Every text that these windows need encoded, each once. */
export function textsOf(windows: readonly RecipeWindow[]): ReadonlySet<string> {
  return new Set(
    windows.flatMap((window) => [
      window.negative,
      ...mixesOf(window).flatMap(({ from, to }) => [from, to]),
      ...(window.promptStrength === undefined ? [] : [EMPTY_TEXT]),
    ]),
  );
}

/** What decides a window's prompt: its travel, or its prompt over the whole of it. */
export function mixesOf({ travel, frames, prompt }: RecipeWindow): readonly PromptMix[] {
  return travel ?? [{ frames, from: prompt, to: prompt, kind: 'linear', weight: 0 }];
}

/**
 * A known frame as the window sees it, from the place the camera is at. What this run has made comes before what it was
 * given: the film goes on from the frames it will show.
 */
export async function readKnownFrame(
  run: FamilyRun,
  { index, window }: { readonly index: number; readonly window: RecipeWindow },
  made: ReadonlyMap<number, string>,
): Promise<Uint8Array> {
  const { recipe } = run;
  const hash = made.get(index) ?? recipe.known.find((known) => known.index === index)?.frame;
  assert(hash !== undefined, `frame ${index} is known`);
  const rgb = await readPicture(run, hash, `known frame ${index}`);
  return seenFrom(rgb, recipe, movingCamera(run), { from: index, to: placeOf(window) });
}

/** The camera that pictures are moved by: none where the model is told of it. */
function movingCamera(run: FamilyRun): CameraPath | undefined {
  return toldCamera(run) === undefined ? run.recipe.camera : undefined;
}

/** The camera that the model is told of, and draws: none where pictures are moved instead. */
export function toldCamera({ recipe, pkg }: Pick<FamilyRun, 'recipe' | 'pkg'>): CameraPath | undefined {
  return pkg.manifest.conditioning.followsCamera === true ? recipe.camera : undefined;
}

/** A stored picture of the run's size. @throws AppError input/invalid for one of another size */
export async function readPicture({ recipe, frames }: FamilyRun, hash: string, what: string): Promise<Uint8Array> {
  const image = await frames.read(hash);
  if (image.width !== recipe.width || image.height !== recipe.height)
    throw invalidInput(
      what,
      `${image.width}×${image.height}`,
      `${what} is ${image.width}×${image.height}, the run is ${recipe.width}×${recipe.height}`,
      'Scale the image to the size of the run first.',
    );
  return image.rgb;
}

/** The source's frame for this index, seen in the same way; one of another size covers the run's. */
export async function readSourceFrame(
  run: FamilyRun,
  { index, window }: { readonly index: number; readonly window: RecipeWindow },
): Promise<Uint8Array> {
  const hash = run.recipe.source && sourceFrameAt(run.recipe.source, index);
  assert(hash !== undefined, 'the run has a source');
  const rgb = covered(await run.frames.read(hash), run.recipe);
  return seenFrom(rgb, run.recipe, movingCamera(run), { from: index, to: placeOf(window) });
}

/** A frame that a window has drawn, moved on to where the camera is at it. */
export function shownFrame(run: FamilyRun, window: RecipeWindow, index: number, drawn: Uint8Array): Uint8Array {
  return seenFrom(drawn, run.recipe, movingCamera(run), { from: placeOf(window), to: index });
}

/** Lets messages in (a cancel among them) before it looks: `session.run` holds the thread for a whole step. */
export async function checkCancelled(signal: AbortSignal): Promise<void> {
  await letMessagesIn();
  if (signal.aborted) throw new AppError('cancelled', 'the run was cancelled');
}

export function assertFinite(values: Float32Array, what: string): void {
  let sum = 0;
  // Not for…of: over a large array that takes eight times as long.
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i] ?? 0;
    sum += value - value; // 0, or NaN for NaN and ±∞
  }
  if (sum !== 0)
    throw new AppError('engine/not-finite', `${what} gave values that are not numbers`, {
      field: what,
      value: 'NaN or infinity',
      remedy: 'Lower the guidance, or use a native size and length of the model.',
    });
}

/** @returns the hashes of the segment's frames 0 … frameCount − 1 */
export function framesInOrder(recipe: Recipe, made: ReadonlyMap<number, string>): string[] {
  return Array.from({ length: recipe.frameCount }, (_, index) => {
    const hash = made.get(index);
    assert(hash !== undefined, `no window made frame ${index}`);
    return hash;
  });
}

/** A window's sampling loop between two steps, over any scheduler. */
export interface SamplingState {
  /** x, float32 [C, F, h, w], changed step by step. */
  readonly latents: Float32Array;
  readonly scheduler: Scheduler;
  readonly generator: TorchGenerator;
}

/** The written latents in place of the noise, and scheduler, generator and rule as they were. */
export async function goOnSampling<State extends SamplingState>(
  { checkpoints, meter, recipe }: FamilyRun,
  w: number,
  fresh: State,
  rule: StepRule,
): Promise<{ state: State; from: number }> {
  const resumed = checkpoints?.resumed;
  const first = firstStepOf(recipe);
  if (!checkpoints || !resumed?.latents) return { state: fresh, from: first };
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
    meter.startWindow(w, first);
    return { state: fresh, from: first };
  }
  const arrays = partsOf(resumed.latents, size);
  const part = (i: number): Float32Array => arrays[i] ?? new Float32Array(size);
  fresh.latents.set(part(0));
  if (resumed.rule) rule.restore({ arrays: arrays.slice(ruleAt), memory: resumed.rule.memory });
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

/** A copy, so that what is written later is what was true now. */
export async function writeSamplingDown(
  { checkpoints, watch }: FamilyRun,
  standing: {
    readonly w: number;
    /** Steps that are done. */
    readonly step: number;
    readonly state: SamplingState;
    readonly rule: StepRule;
    readonly stored: readonly StoredFrame[];
  },
): Promise<void> {
  if (checkpoints === null) return;
  const { w, step, state, rule, stored } = standing;
  const { counters, history, lastSample } = state.scheduler.state();
  const { arrays, memory } = rule.state();
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

/** @param from index of the first of these frames */
export async function storeFrames(
  run: FamilyRun,
  window: RecipeWindow,
  { from, frames }: { readonly from: number; readonly frames: readonly Uint8Array[] },
): Promise<StoredFrame[]> {
  const { width, height } = run.recipe;
  const stored: StoredFrame[] = [];
  for (const [i, rgb] of frames.entries()) {
    const index = from + i;
    stored.push({ index, ...(await run.frames.put(shownFrame(run, window, index, rgb), width, height)) });
  }
  return stored;
}
