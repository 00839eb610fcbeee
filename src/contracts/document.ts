/**
 * The document's records as schemas: what core/document/records.ts promises, checked wherever a record arrives from
 * another process or from disk. The `satisfies` clauses keep the two in step at compile time.
 */
import { z } from 'zod';
import { MAX_CURVE_KEYS } from '@core/curve/parameters';
import type * as Rules from '@core/diffusion/guidance-rule';
import { SPEED_LEAST, SPEED_MOST } from '@core/document/clip-speed';
import type * as D from '@core/document/diff';
import { footageFits } from '@core/footage/fit';
import * as R from '@core/document/records';
import { GAIN_DB_MAX, GAIN_DB_MIN } from '@core/document/sound';
import type { TrackShift as Shift } from '@core/document/track-shift';

export const Id = z.string().min(1).max(64);
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');
/** torch's CPU generator uses the low 32 bits of a seed, so no more are offered. */
export const Seed = z.int().min(0).max(0xffffffff);
export const Rate = z.object({ num: z.int().min(1).max(1_000_000), den: z.int().min(1).max(1_000_000) });
export const PromptText = z.string().max(20_000);
const Name = z.string().min(1).max(R.NAME_LENGTH_MOST);
const Frame = z.int().min(-10_000_000).max(R.MAX_FRAME);
const Size = z.int().min(16).max(8192);

export const ProjectRecord = z.object({
  kind: z.literal('project'),
  id: z.literal('project'),
  name: Name,
  rate: Rate,
  width: Size,
  height: Size,
  modelId: Id,
  inPoint: Frame.nullable(),
  outPoint: Frame.nullable(),
}) satisfies z.ZodType<R.ProjectRecord>;

export const TrackRecord = z.object({
  kind: z.literal('track'),
  id: Id,
  name: Name,
  // Projects written before there was sound have neither of the two.
  type: z.enum(['video', 'audio']).default('video'),
  order: z.int().min(0).max(99),
  isLocked: z.boolean(),
  isHidden: z.boolean(),
  isSolo: z.boolean().default(false),
  isSyncLocked: z.literal(false).optional(),
  height: z.int().min(R.TRACK_HEIGHT_LEAST).max(R.TRACK_HEIGHT_MOST).optional(),
}) satisfies z.ZodType<R.TrackRecord>;

export const ClipSource = z.discriminatedUnion('type', [
  z.object({ type: z.literal('shot'), shotId: Id }),
  z.object({ type: z.literal('still'), mediaId: Id }),
  z.object({
    type: z.literal('audio'),
    mediaId: Id,
    frameCount: Frame.min(1),
    gainDb: z.number().min(GAIN_DB_MIN).max(GAIN_DB_MAX),
    fadeIn: Frame.min(0),
    fadeOut: Frame.min(0),
  }),
]);

export const ClipRecord = z.object({
  kind: z.literal('clip'),
  id: Id,
  trackId: Id,
  source: ClipSource,
  name: Name,
  start: Frame.min(0),
  duration: Frame.min(1),
  sourceIn: Frame,
  speed: z.int().min(SPEED_LEAST).max(SPEED_MOST).optional(),
  groupId: Id.optional(),
  linkId: Id.optional(),
}) satisfies z.ZodType<R.ClipRecord>;

export const TransitionRecord = z.object({
  kind: z.literal('transition'),
  id: Id,
  leftClipId: Id,
  rightClipId: Id,
  type: z.literal('dissolve'),
  framesBefore: Frame.min(0),
  framesAfter: Frame.min(0),
}) satisfies z.ZodType<R.TransitionRecord>;

export const MarkerRecord = z.object({
  kind: z.literal('marker'),
  id: Id,
  frame: Frame.min(0),
  name: z.string().max(R.NAME_LENGTH_MOST),
  color: z.enum(R.markerColors).optional(),
  note: z.string().max(2_000).optional(),
}) satisfies z.ZodType<R.MarkerRecord>;

/** How a run is guided; what is absent is off (core/diffusion/guidance-rule.ts). */
export const GuidanceRule = z.object({
  method: z
    .discriminatedUnion('kind', [
      z.object({
        kind: z.literal('apg'),
        eta: z.number().min(0).max(2),
        momentum: z.number().min(-1).max(1).nullable(),
        normThreshold: z.number().min(0).max(10_000),
      }),
      z.object({ kind: z.literal('zero-star'), zeroInitSteps: z.int().min(0).max(50) }),
    ])
    .optional(),
  rescale: z.number().min(0).max(1).optional(),
  steady: z.number().min(0).max(1).optional(),
  interval: z.object({ start: z.number().min(0).max(1), stop: z.number().min(0).max(1) }).optional(),
}) satisfies z.ZodType<Rules.GuidanceRule>;

/** Steps that may take the last answer of the model instead of a new one. */
export const StepReuse = z.object({
  threshold: z.number().gt(0).max(1),
  warmUpSteps: z.int().min(2).max(200),
}) satisfies z.ZodType<Rules.StepReuse>;

export const Motion = z.object({
  bucket: z.int().min(1).max(255),
  noise: z.number().min(0).max(1),
}) satisfies z.ZodType<R.Motion>;

export const SamplingSettings = z.object({
  steps: z.int().min(1).max(200),
  guidance: z.number().min(0).max(50),
  negative: PromptText,
  contextFrames: z.int().min(1).max(64),
  framesPerWindow: z.int().min(1).max(256).nullable(),
  secondGuidance: z.number().min(0).max(50).optional(),
  guidanceRule: GuidanceRule.optional(),
  stepReuse: StepReuse.optional(),
  motion: Motion.optional(),
}) satisfies z.ZodType<R.SamplingSettings>;

const Handle = z.number().min(0).max(1);
export const CurveEase = z.union([
  z.enum(['hold', 'linear', 'in', 'out', 'inOut']),
  z.object({ x1: Handle, y1: Handle, x2: Handle, y2: Handle }),
]) satisfies z.ZodType<R.CurveEase>;
const CurveKeys = z
  .array(z.object({ frame: Frame, value: z.number(), ease: CurveEase }))
  .min(1)
  .max(MAX_CURVE_KEYS)
  .readonly();

export const ShotCurves = z.object({
  guidance: CurveKeys.optional(),
  promptStrength: CurveKeys.optional(),
  hold: CurveKeys.optional(),
  panX: CurveKeys.optional(),
  panY: CurveKeys.optional(),
  zoom: CurveKeys.optional(),
  rotate: CurveKeys.optional(),
}) satisfies z.ZodType<R.ShotCurves>;

export const ShotRecord = z.object({
  kind: z.literal('shot'),
  id: Id,
  name: Name,
  modelId: Id,
  rate: Rate,
  width: Size,
  height: Size,
  sampling: SamplingSettings,
  curves: ShotCurves.optional(),
  head: PromptText.optional(),
  tail: PromptText.optional(),
  references: z.array(Id).min(1).max(R.MAX_REFERENCES).readonly().optional(),
  headSegmentId: Id.nullable(),
}) satisfies z.ZodType<R.ShotRecord>;

export const SegmentRole = z.enum(['first', 'forward', 'backward', 'retake']);

export const JoinedFrame = z.union([
  z.object({ shotId: Id, frame: Frame }),
  z.object({ mediaId: Id }),
]) satisfies z.ZodType<R.JoinedFrame>;

export const SegmentRecord = z.object({
  kind: z.literal('segment'),
  id: Id,
  shotId: Id,
  role: SegmentRole,
  from: Frame,
  frameCount: Frame.min(1),
  parentId: Id.nullable(),
  seed: Seed.nullable(),
  activeTakeId: Id.nullable(),
  footage: z.object({ mediaId: Id, from: Frame.min(0), fit: z.enum(footageFits) }).optional(),
  joins: z.object({ before: JoinedFrame.optional(), after: JoinedFrame.optional() }).optional(),
  source: z.object({ shotId: Id, from: Frame, strength: z.number().gt(0).max(1), mask: Id.optional() }).optional(),
  loop: z.literal(true).optional(),
}) satisfies z.ZodType<R.SegmentRecord>;

export const TravelKind = z.enum(['linear', 'slerp']) satisfies z.ZodType<R.TravelKind>;

export const PromptTravel = z.object({
  kind: TravelKind,
  frames: z.int().min(1).max(100_000),
}) satisfies z.ZodType<R.PromptTravel>;

export const PromptBlockRecord = z.object({
  kind: z.literal('prompt-block'),
  id: Id,
  shotId: Id,
  from: Frame,
  to: Frame,
  text: PromptText,
  travel: PromptTravel.optional(),
}) satisfies z.ZodType<R.PromptBlockRecord>;

export const AnchorRecord = z.object({
  kind: z.literal('anchor'),
  id: Id,
  shotId: Id,
  frame: Frame,
  mediaId: Id.optional(),
  clip: z.object({ shotId: Id, from: Frame, frames: Frame.min(2).max(R.MAX_PINNED_FRAMES) }).optional(),
  strength: z.number().min(0).max(1).optional(),
}) satisfies z.ZodType<R.AnchorRecord>;

export const DocumentRecord = z.discriminatedUnion('kind', [
  ProjectRecord,
  TrackRecord,
  ClipRecord,
  TransitionRecord,
  MarkerRecord,
  ShotRecord,
  SegmentRecord,
  PromptBlockRecord,
  AnchorRecord,
]) satisfies z.ZodType<R.DocumentRecord>;

const TrackShift = z.object({
  trackId: Id,
  from: Frame,
  by: z
    .int()
    .min(-R.MAX_FRAME)
    .max(R.MAX_FRAME)
    .refine((by) => by !== 0, 'must not be 0'),
}) satisfies z.ZodType<Shift>;

export const DocumentDiff = z.object({
  added: z.array(DocumentRecord).max(100_000).readonly(),
  updated: z
    .array(z.object({ from: DocumentRecord, to: DocumentRecord }))
    .max(100_000)
    .readonly(),
  removed: z.array(DocumentRecord).max(100_000).readonly(),
  // Diffs written before ripples were one value have none.
  shifts: z.array(TrackShift).max(1_000).readonly().optional(),
}) satisfies z.ZodType<D.DocumentDiff>;
