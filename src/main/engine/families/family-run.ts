/**
 * What every family is given for a run, and the small things that all of them do in the same way: check the recipe
 * against the package, read a known frame, let a cancel through, refuse values that are not numbers.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { placeOf, seenFrom } from '@core/diffusion/camera';
import type { StepRuleTally } from '@core/diffusion/step-rule';
import { assertRunFits } from '@core/diffusion/window-rules';
import { AppError, assert, invalidInput } from '@core/errors';
import type { StepPreview } from '@contracts/engine';
import type { PromptMix, Recipe, RecipeWindow } from '@contracts/recipe';
import type { FrameStore } from '../../services/media/frame-store';
import type { Checkpointer } from '../checkpointer';
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
  readonly tokenizer: PromptTokenizer;
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
  const { recipe, frames } = run;
  const hash = made.get(index) ?? recipe.known.find((known) => known.index === index)?.frame;
  assert(hash !== undefined, `frame ${index} is known`);
  const image = await frames.read(hash);
  if (image.width !== recipe.width || image.height !== recipe.height)
    throw invalidInput(
      `known frame ${index}`,
      `${image.width}×${image.height}`,
      `the image for frame ${index} is ${image.width}×${image.height}, the run is ${recipe.width}×${recipe.height}`,
      'Scale the image to the size of the run first.',
    );
  return seenFrom(image.rgb, recipe, recipe.camera, { from: index, to: placeOf(window) });
}

/** A frame that a window has drawn, moved on to where the camera is at it. */
export function shownFrame({ recipe }: FamilyRun, window: RecipeWindow, index: number, drawn: Uint8Array): Uint8Array {
  return seenFrom(drawn, recipe, recipe.camera, { from: placeOf(window), to: index });
}

/** Lets messages in (a cancel among them) before it looks: `session.run` holds the thread for a whole step. */
export async function checkCancelled(signal: AbortSignal): Promise<void> {
  await nextTurn();
  if (signal.aborted) throw new AppError('cancelled', 'the run was cancelled');
}

export function assertFinite(values: Float32Array, what: string): void {
  let sum = 0;
  for (const value of values) sum += value - value; // 0, or NaN for NaN and ±∞
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
