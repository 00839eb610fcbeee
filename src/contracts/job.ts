/**
 * Jobs: work that outlives the call that asked for it. Their state machine lives in SQLite.
 * queued → running → done | failed | cancelled | interrupted | paused. At start-up every `running` becomes
 * `interrupted`; interrupted, failed and cancelled jobs can be queued again. Whoever waits or runs can be paused; a
 * paused job stays so, over restarts too, until it is resumed or cancelled.
 */
import { z } from 'zod';
import { SMOOTHINGS } from '@core/interpolation/smoothing';
import { Id, Rate, Sha256 } from './document';
import { RunReport, RunSeconds } from './engine';
import { FootageRecipe, Recipe } from './recipe';
import { WireError } from './wire-error';

export const JobState = z.enum(['queued', 'running', 'done', 'failed', 'cancelled', 'interrupted', 'paused']);
export type JobState = z.infer<typeof JobState>;

/** What a run will cost on this machine. */
export const Estimate = z.object({
  seconds: z.number(),
  /** Four runs in five take between these two. */
  secondsLow: z.number(),
  secondsHigh: z.number(),
  /** Less than without rules of guidance and step reuse. */
  savedSeconds: z.number(),
  /** measured: from runs of this model on this machine. typical: not yet run here. */
  basis: z.enum(['measured', 'typical']),
  /** At its highest. */
  memoryBytes: z.number(),
  /** For the frames. */
  diskBytes: z.number(),
});
export type Estimate = z.infer<typeof Estimate>;

/** What is known of how a take was made, beside its recipe; null = nothing was noted. */
export const TakeReport = z.object({
  estimate: Estimate.nullable(),
  seconds: RunSeconds.nullable(),
  report: RunReport.nullable(),
});
export type TakeReport = z.infer<typeof TakeReport>;

const DraftKey = z.string().min(1).max(300);

export const GeneratePayload = z.object({
  kind: z.literal('generate'),
  shotId: Id,
  segmentId: Id,
  parentTakeId: Id.nullable(),
  recipe: Recipe,
  /** For the take; jobs queued before keys were kept have none. */
  draftKey: DraftKey.nullable().optional(),
  /** What was promised when it was asked for; jobs from before promises were kept have none. */
  estimate: Estimate.optional(),
});
export type GeneratePayload = z.infer<typeof GeneratePayload>;

/** timeline: a folder with lists for other editing programs, and the films and sounds they name. */
export const ExportPreset = z.enum(['h264-mp4', 'prores-mov', 'gif', 'png-sequence', 'timeline']);
export type ExportPreset = z.infer<typeof ExportPreset>;

/** Browsers show a GIF frame for at least 2/100 s; faster films would play slowly. */
export const MAX_GIF_RATE = 50;

export const ExportPayload = z.object({
  kind: z.literal('export'),
  preset: ExportPreset,
  /** Absolute path; main only, never sent to the renderer (JobView carries just the file name). */
  outPath: z.string().min(1),
  /** Project frames [from, to). */
  from: z.int().min(0),
  to: z.int().min(1),
  embedRecipe: z.boolean(),
  /** Frames are drawn in between, for so many times the rate. Exports from before there was this have none. */
  smoothing: z.literal(SMOOTHINGS).default(1),
  /** Document version that is exported. The plan itself is written beside the job. */
  version: z.int(),
});
export type ExportPayload = z.infer<typeof ExportPayload>;

/** An imported film becomes frames of the film's rate and size. */
export const ConformPayload = z.object({
  kind: z.literal('conform'),
  shotId: Id,
  segmentId: Id,
  recipe: FootageRecipe,
  draftKey: DraftKey,
});
export type ConformPayload = z.infer<typeof ConformPayload>;

export const JobKind = z.enum(['generate', 'export', 'conform']);

export const JobPayload = z.discriminatedUnion('kind', [GeneratePayload, ExportPayload, ConformPayload]);
export type JobPayload = z.infer<typeof JobPayload>;

/** Where a run goes on: so many steps of that 0-based window are done. As in RunProgress. */
export const ResumeStep = z.object({ window: z.int(), windows: z.int(), step: z.int(), steps: z.int() });
export type ResumeStep = z.infer<typeof ResumeStep>;

/** A job as the studio shows it. */
export const JobView = z.object({
  id: Id,
  projectId: Id.nullable(),
  kind: JobKind,
  state: JobState,
  /** One line for the queue: the prompt, or the file name. */
  title: z.string(),
  shotId: Id.nullable(),
  segmentId: Id.nullable(),
  /** Seed of a generation. */
  seed: z.int().nullable(),
  /** New frames it makes, or frames it exports or imports. */
  frameCount: z.int(),
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
  error: WireError.nullable(),
  takeId: Id.nullable(),
  seconds: RunSeconds.nullable(),
  /** Where it would go on if it ran now; null = from the beginning, or nothing is left to do. */
  resumeStep: ResumeStep.nullable(),
  /** Waiting jobs run in the order of this number. It means nothing in other states. */
  queuePlace: z.int(),
});
export type JobView = z.infer<typeof JobView>;

/** A finished result, as the studio sees it. The full recipe is fetched when it is looked at. */
export const TakeView = z.object({
  id: Id,
  shotId: Id,
  segmentId: Id,
  parentTakeId: Id.nullable(),
  seed: z.int(),
  frames: z.array(Sha256).readonly(),
  recipeHash: Sha256,
  /** What it was planned as, without seeds (core/prompt/draft-key.ts); null = not known. */
  draftKey: DraftKey.nullable().default(null),
  createdAt: z.number(),
  isStarred: z.boolean().optional(),
  note: z.string().optional(),
  isTrashed: z.boolean().optional(),
});
export type TakeView = z.infer<typeof TakeView>;

const imported = { id: Id, name: z.string(), bytes: z.int(), sha256: Sha256, createdAt: z.number() };
/** The original stays where it is; left out = it was copied into the library. */
const isLinked = z.boolean().optional();

export const ImageMedia = z.object({
  kind: z.literal('image'),
  width: z.int(),
  height: z.int(),
  isLinked,
  ...imported,
});
export type ImageMedia = z.infer<typeof ImageMedia>;

export const SoundMedia = z.object({
  kind: z.literal('sound'),
  /** As in the file. */
  sampleRate: z.int(),
  channels: z.int(),
  /** How long it is when decoded, at the rate every film's sound has (core/export/sound-plan.ts). */
  samples: z.int(),
  isLinked,
  ...imported,
});
export type SoundMedia = z.infer<typeof SoundMedia>;

/** What an artist should know of a film before it is conformed. */
export const FootageNote = z.enum(['variable-rate', 'rotated', 'wide-pixels', 'interlaced', 'hdr', 'alpha']);
export type FootageNote = z.infer<typeof FootageNote>;

/** An imported film, or numbered pictures. The original stays where it is; `sha256` is its fingerprint. */
export const FootageMedia = z.object({
  kind: z.literal('footage'),
  /** As it is seen: turned and with square pixels. */
  width: z.int().min(1),
  height: z.int().min(1),
  codec: z.string(),
  /** Average; null for numbered pictures, which are one film frame each. */
  rate: Rate.nullable(),
  /** Length in ticks of `clock`; of numbered pictures how many there are, and no clock. */
  ticks: z.int().min(1),
  clock: z.object({ num: z.int().min(1), den: z.int().min(1) }).nullable(),
  hasSound: z.boolean(),
  notes: z.array(FootageNote),
  ...imported,
});
export type FootageMedia = z.infer<typeof FootageMedia>;

export const MediaView = z.discriminatedUnion('kind', [ImageMedia, SoundMedia, FootageMedia]);
export type MediaView = z.infer<typeof MediaView>;
