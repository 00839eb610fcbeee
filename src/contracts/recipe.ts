/**
 * A recipe: all that decides the pixels of a take. The same recipe on the same machine gives the same bytes.
 *
 * Frames are counted from the segment's first new frame: 0 … frameCount−1 are made by the run, negative indices are
 * prior frames, indices ≥ frameCount lie after it (backward extension, bridging).
 */
import { z } from 'zod';
import { AppError } from '@core/errors';
import { footageFits } from '@core/footage/fit';
import {
  GuidanceRule,
  Id,
  Motion,
  PromptText,
  Rate,
  Seed,
  SegmentRole,
  Sha256,
  StepReuse,
  TravelKind,
} from './document';

const Index = z.int().min(-100_000).max(100_000);

/**
 * An image the model is given: a stored frame of exactly width × height pixels. `mask`, a stored frame of the same size,
 * leaves only its dark parts known: what is brighter than half is made anew.
 */
export const KnownFrame = z.object({ index: Index, frame: Sha256, mask: Sha256.optional() });

/** Two prompts over `frames` frames: (1 − weight) of `from` and `weight` of `to`, their embeddings blended by `kind`. */
export const PromptMix = z.object({
  frames: z.int().min(1).max(1_000),
  from: PromptText,
  to: PromptText,
  kind: TravelKind,
  weight: z.number().min(0).max(1),
});
export type PromptMix = z.infer<typeof PromptMix>;

/** Along a curve: one value for the whole window, or one for each of its frames. */
const curveValues = (min: number, max: number) => z.array(z.number().min(min).max(max)).min(1).max(1_000);

/** How firmly known frames are held, from 0 (free) to 1 (kept as they are): those before, and the later one. */
export const WindowHold = z.object({ prefix: z.number().min(0).max(1), later: z.number().min(0).max(1) });

/** `frames` known ones from `index` on, and how firmly they are held. */
export const AlsoKnown = z.object({ index: Index, frames: z.int().min(1).max(1_000), hold: z.number().min(0).max(1) });

/** A film that the run is drawn over: frames[0] is at index `from`. strength: the share of the steps that is made. */
export const SourceFilm = z.object({
  strength: z.number().gt(0).max(1),
  from: Index,
  frames: z.array(Sha256).min(1).max(10_000),
});

/** The 2-D camera: moves[i] leads to index from + i. Pixels, a factor, degrees; see core/diffusion/camera. */
export const CameraPath = z.object({
  from: Index,
  moves: z
    .array(
      z.object({
        panX: z.number().min(-200).max(200),
        panY: z.number().min(-200).max(200),
        zoom: z.number().min(0.5).max(2),
        rotate: z.number().min(-45).max(45),
      }),
    )
    .min(1)
    .max(101_000)
    .readonly(),
});

/**
 * One call of the sampling loop over `frames` consecutive frames starting at index `start`.
 * The first `prefix` of them are known (given or made by an earlier window) and condition in place with timestep 0.
 * `later`, when not null, is the index of a known frame that conditions as extra tokens at its own time.
 * Frames with index in [keepFrom, keepTo) become frames of the take.
 * `travel`, when there, decides the prompt in place of `prompt`: mixes in frame order that together cover `frames`.
 * One mix is for the whole window; several are for models that read a prompt per frame. `prompt` is then the one of
 * most weight, for titles and search.
 * `guidance`, when there, takes the place of the recipe's. `promptStrength` moves the prompt's embedding away from the
 * empty text's (0 = that one, 1 = the prompt, above it beyond). `also` are further known stretches, behind the first
 * frames. `loop`: the last frame goes on into the first.
 */
export const RecipeWindow = z.object({
  start: Index,
  frames: z.int().min(1).max(1_000),
  prefix: z.int().min(0).max(1_000),
  later: Index.nullable(),
  keepFrom: Index,
  keepTo: Index,
  prompt: PromptText,
  negative: PromptText,
  seed: Seed,
  travel: z.array(PromptMix).min(1).max(1_000).optional(),
  guidance: curveValues(0, 50).optional(),
  promptStrength: curveValues(0, 2).optional(),
  hold: WindowHold.optional(),
  also: z.array(AlsoKnown).min(1).max(64).optional(),
  loop: z.literal(true).optional(),
});
export type RecipeWindow = z.infer<typeof RecipeWindow>;

export const Provider = z.enum(['cpu', 'webgpu', 'cuda', 'dml', 'coreml']);

export const Recipe = z.object({
  schema: z.literal(1),
  family: z.string(),
  model: z.object({ id: z.string(), version: z.string(), files: z.record(z.string(), Sha256) }),
  role: SegmentRole,
  width: z.int().min(1).max(8192),
  height: z.int().min(1).max(8192),
  rate: Rate,
  frameCount: z.int().min(1).max(100_000),
  steps: z.int().min(1).max(200),
  guidance: z.number().min(0).max(50),
  /** The scale in the steps of a second expert, for models that have two; absent = the same (diffusers' guidance_scale_2). */
  secondGuidance: z.number().min(0).max(50).optional(),
  /** Both absent where nothing is asked for, so that recipes from before there were rules keep their hash. */
  guidanceRule: GuidanceRule.optional(),
  stepReuse: StepReuse.optional(),
  /** The seed the artist sees; each window's own seed is derived from it and written out. */
  seed: Seed,
  scheduler: z.object({ class: z.string(), config: z.record(z.string(), z.unknown()) }),
  known: z.array(KnownFrame).max(1_000),
  /** What the film shows somewhere: stored pictures of any size, laid whole on the canvas (core/diffusion/reference-canvas). */
  references: z.array(Sha256).min(1).max(16).optional(),
  windows: z.array(RecipeWindow).min(1).max(10_000),
  /** For families that read it. */
  motion: Motion.optional(),
  /** Absent = the camera stands still. */
  camera: CameraPath.optional(),
  /** Absent = drawn from noise. */
  source: SourceFilm.optional(),
  provider: Provider,
  /** ONNX Runtime intra-op threads: part of the recipe, because sums are split by thread. */
  threads: z.int().min(1).max(256),
  versions: z.object({ app: z.string(), onnxruntime: z.string() }),
  /**
   * Graphs that ran elsewhere than on `provider`, which could not run them. Written into a take when its run is done: it
   * is what came of the recipe, not part of what it asks for, so it is left out of the recipe's hash.
   */
  ranOn: z.record(z.string().max(40), Provider).optional(),
});
export type Recipe = z.infer<typeof Recipe>;

/** The recipes in a file somebody brought; takeId: the newest take of this library that has the same recipe. */
export const RecipeFile = z.object({
  name: z.string(),
  found: z
    .array(z.object({ recipe: Recipe, takeId: Id.nullable() }))
    .min(1)
    .max(1_000)
    .readonly(),
});
export type RecipeFile = z.infer<typeof RecipeFile>;

const MediaId = z.string().min(1).max(64);

/**
 * What the studio or the command line asks for. The main process completes it to a Recipe: it adds the model's files
 * and hashes, the scheduler, provider, threads and versions, and turns media into stored frames of the right size.
 */
export const RecipeDraft = Recipe.pick({
  role: true,
  width: true,
  height: true,
  rate: true,
  frameCount: true,
  steps: true,
  guidance: true,
  secondGuidance: true,
  guidanceRule: true,
  stepReuse: true,
  seed: true,
  windows: true,
  motion: true,
  camera: true,
  source: true,
}).extend({
  modelId: z.string().min(1).max(64),
  known: z
    .array(
      z.union([
        KnownFrame.extend({ maskMediaId: MediaId.optional() }),
        z.object({ index: Index, mediaId: MediaId, maskMediaId: MediaId.optional() }),
      ]),
    )
    .max(1_000),
  referenceMediaIds: z.array(MediaId).min(1).max(16).optional(),
});
export type RecipeDraft = z.infer<typeof RecipeDraft>;

/** All that decides the pixels of a take that was conformed from an imported film. */
export const FootageRecipe = z.object({
  schema: z.literal(1),
  family: z.literal('footage'),
  mediaId: Id,
  /** Fingerprint of the file (services/footage/fingerprint.ts). */
  sha256: Sha256,
  /** Film frames from the file's first picture. */
  from: z.int().min(0),
  frameCount: z.int().min(1).max(10_000_000),
  rate: Rate,
  width: z.int().min(1).max(8192),
  height: z.int().min(1).max(8192),
  fit: z.enum(footageFits),
  versions: z.object({ app: z.string(), ffmpeg: z.string() }),
});
export type FootageRecipe = z.infer<typeof FootageRecipe>;

/** What a take was made from. */
export const TakeRecipe = z.union([FootageRecipe, Recipe]);
export type TakeRecipe = Recipe | FootageRecipe;

export function isFootage(recipe: TakeRecipe): recipe is FootageRecipe {
  return recipe.family === 'footage';
}

/** @throws AppError input/invalid for a take that no model made */
export function modelRecipe(recipe: TakeRecipe): Recipe {
  if (!isFootage(recipe)) return recipe;
  throw new AppError('input/invalid', 'This take is imported footage: no model made it, so it has no run to repeat.', {
    field: 'take',
    value: 'footage',
    remedy: 'Choose a generated take, or extend the footage.',
  });
}
