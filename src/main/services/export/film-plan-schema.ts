/**
 * The film plan and its sound as schemas: what core/export/plan.ts and sound-plan.ts promise, checked when it comes back from its file.
 */
import { z } from 'zod';
import { Id, Rate, Sha256 } from '@contracts/document';
import { SPEED_LEAST, SPEED_MOST, SPEED_OWN } from '@core/document/clip-speed';
import type { FilmPlan } from '@core/export/plan';
import type { SoundPlan } from '@core/export/sound-plan';

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

const Sample = z.int().min(-1e15).max(1e15);

export const SoundPlanSchema = z.object({
  length: Sample.min(1),
  clips: z
    .array(
      z.object({
        mediaId: Id,
        // Tasks written before sounds had a speed have none.
        speed: z.int().min(SPEED_LEAST).max(SPEED_MOST).default(SPEED_OWN),
        sourceStart: Sample.min(0),
        start: Sample,
        length: Sample.min(1),
        gainDb: z.number().min(-200).max(200),
        fadeIn: Sample.min(0),
        fadeOut: Sample.min(0),
      }),
    )
    .max(100_000)
    .readonly(),
}) satisfies z.ZodType<SoundPlan>;
