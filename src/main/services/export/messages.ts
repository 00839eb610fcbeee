/**
 * What passes between the exporter and its child. The task itself goes by file (jobs/<id>/plan.json): it can be large,
 * and it is what a person looks at when an export went wrong.
 */
import { z } from 'zod';
import type { FilmPlan } from '@core/export/plan';
import { ExportPreset } from '@contracts/job';
import { Recipe } from '@contracts/recipe';
import { WireError } from '@contracts/wire-error';
import { FilmPlanSchema } from './film-plan-schema';

export interface ExportTask {
  readonly plan: FilmPlan;
  readonly preset: ExportPreset;
  /** The library's content-addressed frames. */
  readonly framesDir: string;
  /** Absolute path of the file, or of the folder for a PNG sequence. */
  readonly outPath: string;
  /** Recipes of the takes in the film, to be written into it; null = write none. */
  readonly recipes: readonly Recipe[] | null;
}

/** The task as it is read back from its file. */
export const ExportTask = z.object({
  plan: FilmPlanSchema,
  preset: ExportPreset,
  framesDir: z.string().min(1),
  outPath: z.string().min(1),
  recipes: z.array(Recipe).max(100_000).nullable(),
}) satisfies z.ZodType<ExportTask>;

export const ExportRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('export'), taskPath: z.string() }),
  z.object({ type: z.literal('cancel') }),
]);
export type ExportRequest = z.infer<typeof ExportRequest>;

export const ExportMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), done: z.int(), total: z.int(), framesPerSecond: z.number() }),
  z.object({ type: z.literal('done'), frames: z.int(), bytes: z.int() }),
  z.object({ type: z.literal('failed'), error: WireError }),
]);
export type ExportMessage = z.infer<typeof ExportMessage>;
