/**
 * Messages between the process that owns the engine and the engine itself (a utilityProcess in the studio, a forked
 * Node process in tests and on the command line). State messages are reliable and final; progress is lossy.
 */
import { z } from 'zod';
import { Sha256 } from './document';
import { Recipe } from './recipe';
import { WireError } from './wire-error';

export const EngineRequest = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run'),
    jobId: z.string(),
    recipe: Recipe,
    packageDir: z.string(),
    /** Content-addressed frame store: known frames are read from it, new frames written to it. */
    framesDir: z.string(),
    /** Where the run writes down how far it is, and goes on from what lies there; null = it does neither. */
    jobDir: z.string().nullable(),
    /** Milliseconds of work that may be lost to a stop; 0 = every step is written, null = as the engine sees fit. */
    checkpointEveryMs: z.number().min(0).nullable(),
  }),
  /** Stops between two steps. keepState: after writing down how far it is. */
  z.object({ type: z.literal('cancel'), jobId: z.string(), keepState: z.boolean() }),
  z.object({ type: z.literal('shutdown') }),
]);
export type EngineRequest = z.infer<typeof EngineRequest>;

export const RunStage = z.enum(['loading', 'encoding-prompt', 'encoding-images', 'denoising', 'decoding', 'writing']);
export type RunStage = z.infer<typeof RunStage>;

export const RunProgress = z.object({
  jobId: z.string(),
  /** Rises by one per message of a job, so a listener can drop what comes late. */
  seq: z.int(),
  stage: RunStage,
  /** 0-based window and the number of windows. */
  window: z.int(),
  windows: z.int(),
  /** Denoising steps done in this window, and steps per window. */
  step: z.int(),
  steps: z.int(),
  /** Mean measured milliseconds per denoising step of this run so far; null before the first. */
  stepMs: z.number().nullable(),
  elapsedMs: z.number(),
  /** Milliseconds left by what this run has measured; null before the first step. */
  remainingMs: z.number().nullable(),
  /** Overall fraction, 0 … 1. 1 does not mean done: done is a state. */
  fraction: z.number().min(0).max(1),
});
export type RunProgress = z.infer<typeof RunProgress>;

export const RunSeconds = z.object({
  load: z.number(),
  encode: z.number(),
  denoise: z.number(),
  decode: z.number(),
  write: z.number(),
  total: z.number(),
  /** Seconds spent inside session.run of the transformer: denoise − transformer = the loop's own overhead. */
  transformer: z.number(),
});
export type RunSeconds = z.infer<typeof RunSeconds>;

/** What a run did and took besides time. */
export const RunReport = z.object({
  /** Denoising steps of all windows. */
  steps: z.int(),
  /** Times the model was run for them: two a step under guidance, one outside its interval, none when reused. */
  passes: z.int(),
  reusedSteps: z.int(),
  /** Largest estimated relative error of a reused step; 0 = none was reused. */
  worstError: z.number(),
  /** The engine's memory at its highest; null when an earlier run of the same process had taken more. */
  peakBytes: z.int().nullable(),
  /** Graphs that ran on the processor because the recipe's provider could not, with its reason. */
  fallbacks: z.array(z.object({ graph: z.string(), reason: z.string() })).default([]),
  /** Bytes of the frames it stored. */
  frameBytes: z.int(),
});
export type RunReport = z.infer<typeof RunReport>;

export const EngineMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), onnxruntime: z.string(), providers: z.array(z.string()) }),
  z.object({ type: z.literal('progress'), progress: RunProgress }),
  /** Frames that are safely on disk, in the order they were made. index counts as in the recipe. */
  z.object({
    type: z.literal('frames'),
    jobId: z.string(),
    frames: z.array(z.object({ index: z.int(), hash: Sha256, bytes: z.int() })),
  }),
  z.object({
    type: z.literal('done'),
    jobId: z.string(),
    frames: z.array(Sha256),
    seconds: RunSeconds,
    report: RunReport,
  }),
  z.object({ type: z.literal('failed'), jobId: z.string(), error: WireError }),
  z.object({ type: z.literal('cancelled'), jobId: z.string() }),
  /** Something for the log that changes nothing about the run. */
  z.object({ type: z.literal('note'), jobId: z.string(), message: z.string().max(2_000) }),
]);
export type EngineMessage = z.infer<typeof EngineMessage>;

/**
 * A look at the film while it is being denoised: the predicted clean latents through the package's latent→RGB matrix.
 * Goes over its own MessagePort straight to the renderer, never through main.
 */
export const StepPreview = z.object({
  jobId: z.string(),
  window: z.int(),
  step: z.int(),
  steps: z.int(),
  /** Pixels of one preview frame; a few per latent cell, to be drawn smoothed at clip size. */
  width: z.int(),
  height: z.int(),
  /** Recipe index of each preview frame, same order as `rgb`. */
  indices: z.array(z.int()),
  /** RGB bytes, [frames, height, width, 3]. */
  rgb: z.instanceof(Uint8Array),
});
export type StepPreview = z.infer<typeof StepPreview>;
