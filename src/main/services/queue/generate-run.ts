/**
 * One generation, run: the engine makes frames, every stored frame is noted at once, and at the end, whole or not, the
 * frames become a take in the same transaction as the job's last state. A stopped run keeps the frames that join the film.
 */
import { join } from 'node:path';
import { assert } from '@core/errors';
import type { RunProgress } from '@contracts/engine';
import type { GeneratePayload, ResumeStep } from '@contracts/job';
import type { ModelManifest } from '@contracts/model-manifest';
import type { Recipe } from '@contracts/recipe';
import { peekCheckpoint } from '../../engine/checkpoint-files';
import type { StopReason } from '../../engine/engine-host';
import type { Clock } from '../../platform/clock';
import type { TakeStore } from '../takes/take-store';
import type { Calibration } from './calibration';
import { Coalescer } from './coalescer';
import type { JobStore } from './job-store';
import type { Kept, RunContext, WholeRun } from './job-queue';
import { contiguousFrames, type StoredFrame } from './partial-take';

/** What this needs of EngineHost. */
export interface GenerationEngine {
  run(options: {
    readonly jobId: string;
    readonly recipe: Recipe;
    readonly packageDir: string;
    readonly framesDir: string;
    readonly jobDir: string;
    readonly checkpointEveryMs?: number;
    readonly onProgress?: (progress: RunProgress) => void;
    readonly onFrames?: (
      frames: readonly { readonly index: number; readonly hash: string; readonly bytes: number }[],
    ) => void;
    readonly signal?: AbortSignal;
  }): Promise<WholeRun>;
  /** Gives its memory back, between two runs. */
  release(): Promise<void>;
}

export interface GenerateRunOptions {
  readonly engine: GenerationEngine;
  readonly framesDir: string;
  readonly jobsDir: string;
  /** Milliseconds of work that a stop may cost; default: the engine's. */
  readonly checkpointEveryMs?: number | undefined;
  readonly packageDirOf: (modelId: string) => string;
  readonly manifestOf: (modelId: string) => ModelManifest;
  readonly jobs: JobStore;
  readonly takes: TakeStore;
  readonly calibration: Calibration;
  readonly transaction: <T>(change: () => T) => T;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly onProgress: (progress: RunProgress) => void;
  readonly onFrames: (jobId: string, frames: { index: number; hash: string }[]) => void;
}

/** @throws what the engine throws, or the library when a frame could not be noted */
export async function runGeneration(
  payload: GeneratePayload,
  { jobId, signal }: RunContext,
  options: GenerateRunOptions,
): Promise<WholeRun> {
  const { engine, framesDir, jobsDir, checkpointEveryMs, packageDirOf, clock, onProgress } = options;
  const progress = new Coalescer<RunProgress>(clock, onProgress);
  // A frame that cannot be noted stops the run: going on would make frames that nothing names.
  const notNoted = new AbortController();
  try {
    const whole = await engine.run({
      jobId,
      recipe: payload.recipe,
      packageDir: packageDirOf(payload.recipe.model.id),
      framesDir,
      jobDir: join(jobsDir, jobId),
      ...(checkpointEveryMs !== undefined && { checkpointEveryMs }),
      onProgress: (value) => progress.push(value),
      onFrames: (frames) => {
        try {
          noteFrames(jobId, frames, options);
        } catch (error) {
          notNoted.abort(error);
        }
      },
      signal: AbortSignal.any([signal, notNoted.signal]),
    });
    notNoted.signal.throwIfAborted();
    const { frameCount } = payload.recipe;
    assert(whole.frames.length === frameCount, `the engine made ${whole.frames.length} frames of ${frameCount}`);
    return whole;
  } catch (error) {
    if (signal.reason === ('pause' satisfies StopReason)) await engine.release();
    throw notNoted.signal.aborted ? notNoted.signal.reason : error;
  } finally {
    progress.flush();
  }
}

/** File first, row second: the engine reports a frame when it is safely on disk. */
function noteFrames(jobId: string, frames: readonly StoredFrame[], options: GenerateRunOptions): void {
  const { jobs, takes, transaction, clock, onFrames } = options;
  transaction(() => {
    takes.addFrames(
      frames.map((frame) => frame.hash),
      clock.now(),
    );
    jobs.addFrames(jobId, frames);
  });
  onFrames(
    jobId,
    frames.map(({ index, hash }) => ({ index, hash })),
  );
}

/** Stores the take of a run, in its caller's transaction. `whole` is null for a run that was stopped. */
export function keepGeneration(
  payload: GeneratePayload,
  { jobId, projectId }: Omit<RunContext, 'signal'>,
  whole: WholeRun | null,
  options: GenerateRunOptions,
): Kept {
  const { jobs, calibration, clock, manifestOf } = options;
  const { recipe } = payload;
  const frames = whole?.frames ?? contiguousFrames(recipe.role, recipe.frameCount, jobs.framesOf(jobId));
  if (frames.length === 0) return {};
  const fallbacks = whole?.report?.fallbacks ?? [];
  const ranOn = Object.fromEntries(fallbacks.map(({ graph }) => [graph, 'cpu' as const]));
  const told = { ...payload, recipe: fallbacks.length === 0 ? recipe : { ...recipe, ranOn } };
  const kept = keepFrames(told, { jobId, projectId }, frames, options);
  if (whole !== null) {
    const { seconds, report } = whole;
    assert(report !== null, 'the engine reports every whole run');
    calibration.record(manifestOf(recipe.model.id), recipe, { seconds, report }, clock.now());
    return { ...kept, seconds, report };
  }
  const which = recipe.role === 'backward' ? 'last' : 'first';
  return { ...kept, message: `The ${which} ${frames.length} of ${recipe.frameCount} frames were kept as a take.` };
}

/** A job that is stopped twice at the same frame leaves one take. */
function keepFrames(
  { recipe, shotId, segmentId, parentTakeId, draftKey = null }: GeneratePayload,
  { jobId, projectId }: Omit<RunContext, 'signal'>,
  frames: readonly string[],
  { jobs, takes, clock, newId }: GenerateRunOptions,
): Kept {
  const { takeId } = jobs.view(jobId);
  if (takeId !== null && takes.get(takeId).view.frames.join() === frames.join()) return { earlierTakeId: takeId };
  const createdAt = takes.timeOfNext(projectId, clock.now());
  const id = newId();
  const take = takes.add({ id, projectId, shotId, segmentId, parentTakeId, recipe, draftKey, frames, createdAt });
  return { take };
}

/** Where a run of the job would go on; null = from the beginning. */
export function resumeStepOf({ recipe }: GeneratePayload, jobDir: string): ResumeStep | null {
  const found = peekCheckpoint(jobDir, recipe);
  if (found === null) return null;
  const { steps } = recipe;
  const windows = recipe.windows.length;
  // Past the last window only the take is left to be noted.
  if (found.window === windows) return { window: windows - 1, windows, step: steps, steps };
  return { ...found, windows, steps };
}
