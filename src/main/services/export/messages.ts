/**
 * What passes between the exporter and its child, which also imports films. The task of an export goes by file
 * (jobs/<id>/plan.json): it can be large, and it is what a person looks at when an export went wrong.
 */
import { z } from 'zod';
import { SPEED_LEAST, SPEED_MOST } from '@core/document/clip-speed';
import type { FilmPlan } from '@core/export/plan';
import { SMOOTHINGS, type Smoothing } from '@core/interpolation/smoothing';
import type { SoundPlan } from '@core/export/sound-plan';
import { Id, Sha256 } from '@contracts/document';
import { ExportPreset } from '@contracts/job';
import { Recipe } from '@contracts/recipe';
import { WireError } from '@contracts/wire-error';
import { ConformTask } from '../footage/conform-task';
import { FilmPlanSchema, SoundPlanSchema } from './film-plan-schema';

/** What is heard, and the files it is in; null for a silent film. */
export interface TaskSound {
  readonly plan: SoundPlan;
  /** By media id. */
  readonly files: Readonly<Record<string, { readonly path: string; readonly channels: number }>>;
}

export interface TaskSmoothing {
  readonly smoothing: Smoothing;
  /** Of the interpolator's graph; absolute. */
  readonly graphFile: string;
  readonly threads: number;
}

/** What a timeline for other programs has beside the film itself. Files are relative to its folder, with `/`. */
export interface TaskInterchange {
  /** Films of shots and stills, a frame each of the film's rate and size. */
  readonly pictures: readonly {
    readonly file: string;
    readonly frames: readonly string[];
    readonly recipes: readonly Recipe[] | null;
  }[];
  /** Copied as they are; with `stretch`, written anew at that speed. */
  readonly sounds: readonly {
    readonly file: string;
    readonly path: string;
    readonly stretch?: { readonly speed: number; readonly channels: number } | undefined;
  }[];
  readonly lists: readonly { readonly file: string; readonly text: string }[];
}

export interface ExportTask {
  readonly plan: FilmPlan;
  readonly preset: ExportPreset;
  /** The library's content-addressed frames. */
  readonly framesDir: string;
  /** Absolute path of the file, or of the folder for a PNG sequence. */
  readonly outPath: string;
  /** Recipes of the takes in the film, to be written into it; null = write none. */
  readonly recipes: readonly Recipe[] | null;
  readonly sound: TaskSound | null;
  /** Frames drawn between those of the film; null = none. */
  readonly smooth: TaskSmoothing | null;
  /** Of the preset `timeline`, whose plan is its reference film. */
  readonly interchange: TaskInterchange | null;
}

/** Nothing is written outside the folder. */
const InFolder = z.string().regex(/^(?:media\/)?[A-Za-z0-9][A-Za-z0-9._-]*$/);

/** The task as it is read back from its file. */
export const ExportTask = z.object({
  plan: FilmPlanSchema,
  preset: ExportPreset,
  framesDir: z.string().min(1),
  outPath: z.string().min(1),
  recipes: z.array(Recipe).max(100_000).nullable(),
  // Tasks written before there was sound have none.
  sound: z
    .object({
      plan: SoundPlanSchema,
      files: z.record(Id, z.object({ path: z.string().min(1), channels: z.int().min(1) })),
    })
    .nullable()
    .default(null),
  smooth: z
    .object({ smoothing: z.literal(SMOOTHINGS), graphFile: z.string().min(1), threads: z.int().min(1) })
    .nullable()
    .default(null),
  interchange: z
    .object({
      pictures: z.array(
        z.object({ file: InFolder, frames: z.array(Sha256).min(1), recipes: z.array(Recipe).max(100_000).nullable() }),
      ),
      sounds: z.array(
        z.object({
          file: InFolder,
          path: z.string().min(1),
          stretch: z.object({ speed: z.int().min(SPEED_LEAST).max(SPEED_MOST), channels: z.int().min(1) }).optional(),
        }),
      ),
      lists: z.array(z.object({ file: InFolder, text: z.string() })),
    })
    .nullable()
    .default(null),
}) satisfies z.ZodType<ExportTask>;

export const ExportRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('export'), taskPath: z.string() }),
  z.object({ type: z.literal('conform'), task: ConformTask }),
  z.object({ type: z.literal('cancel') }),
]);
export type ExportRequest = z.infer<typeof ExportRequest>;

export const ExportMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), done: z.int(), total: z.int(), framesPerSecond: z.number() }),
  /** Of an import: frames that are safely stored. */
  z.object({
    type: z.literal('frames'),
    frames: z.array(z.object({ index: z.int(), hash: z.string(), bytes: z.int() })),
  }),
  z.object({ type: z.literal('done'), frames: z.int(), bytes: z.int() }),
  z.object({ type: z.literal('failed'), error: WireError }),
]);
export type ExportMessage = z.infer<typeof ExportMessage>;
