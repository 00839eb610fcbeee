/**
 * Every run ever made in a library: takes, and jobs that ended without one. A page of them goes to the studio at a time.
 */
import { z } from 'zod';
import { Id, Seed, Sha256 } from './document';
import { WireError } from './wire-error';

export const NOTE_MAX = 2_000;

export const HistoryQuery = z.object({
  /** Words of prompt and note, beginnings are enough; a number also finds that seed. Empty = everything. */
  text: z.string().max(500).default(''),
  projectId: Id.nullable().default(null),
  modelId: Id.nullable().default(null),
  seed: Seed.nullable().default(null),
  isStarred: z.boolean().default(false),
  /** all · takes: only runs that left frames · failed: only those that left none */
  kind: z.enum(['all', 'takes', 'failed']).default('all'),
  /** Milliseconds since 1970, [from, to). */
  from: z.int().nullable().default(null),
  to: z.int().nullable().default(null),
  /** `next` of the page before; null = the first page. */
  before: z.int().nullable().default(null),
  limit: z.int().min(1).max(200).default(50),
});
export type HistoryQuery = z.input<typeof HistoryQuery>;

export const HistoryRun = z.object({
  /** null for a run that left no take. */
  takeId: Id.nullable(),
  /** null for a run that left a take. */
  jobId: Id.nullable(),
  projectId: Id.nullable(),
  /** null outside any project. */
  projectName: z.string().nullable(),
  isProjectTrashed: z.boolean(),
  modelId: z.string(),
  seed: z.int(),
  prompt: z.string(),
  createdAt: z.number(),
  isStarred: z.boolean(),
  note: z.string(),
  frameCount: z.int(),
  posterFrame: Sha256.nullable(),
  error: WireError.nullable(),
});
export type HistoryRun = z.infer<typeof HistoryRun>;

/** Newest first. `next` asks for the page after this one; null = there is none. */
export const HistoryPage = z.object({ runs: z.array(HistoryRun), next: z.int().nullable() });
export type HistoryPage = z.infer<typeof HistoryPage>;

export const TakeUse = z.object({
  projectId: Id.nullable(),
  projectName: z.string().nullable(),
  /** Clips on whose film frames of the take are seen. */
  clips: z.array(z.object({ clipId: Id, name: z.string(), start: z.int() })),
  /** It is the take its segment shows, on the active branch or not. */
  isActive: z.boolean(),
  /** Takes that grew from it. */
  children: z.array(Id),
});
export type TakeUse = z.infer<typeof TakeUse>;

export const TakeComparison = z.object({
  /** The same frames, byte for byte. */
  isIdentical: z.boolean(),
  framesCompared: z.int(),
  differingFrames: z.int(),
  /** dB of the frame whose pixels differ most; null when none do. */
  worstPsnrDb: z.number().nullable(),
  /** Inputs of the recipes that are not the same, as `model.version`, `model.files.<path>`, `provider`. */
  differences: z.array(z.object({ input: z.string(), before: z.string(), now: z.string() })),
});
export type TakeComparison = z.infer<typeof TakeComparison>;
