/**
 * The film plan as a schema: what core/export/plan.ts promises, checked when it comes back from its file.
 */
import { z } from 'zod';
import { Id, Rate, Sha256 } from '@contracts/document';
import type { FilmPlan } from '@core/export/plan';

const Frame = z.int().min(0).max(1_000_000_000);

export const FilmPlanSchema = z.object({
  width: z.int().min(1).max(8192),
  height: z.int().min(1).max(8192),
  rate: Rate,
  from: Frame,
  to: Frame,
  frames: z.array(z.array(z.object({ frame: Sha256, opacity256: z.int().min(0).max(256) })).max(100)).max(10_000_000),
  missing: z.array(z.object({ clipId: Id, clipName: z.string(), from: Frame, to: Frame })).max(100_000),
}) satisfies z.ZodType<FilmPlan>;
