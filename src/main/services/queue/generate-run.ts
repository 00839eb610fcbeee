/**
 * One generation, run: the engine makes frames, every stored frame is noted at once, and at the end, whole or not, the
 * frames become a take in the same transaction as the job's last state. A stopped run keeps the frames that join the film.
 */
import { assert } from '@core/errors';
import type { RunProgress } from '@contracts/engine';
import type { GeneratePayload } from '@contracts/job';
import type { ModelManifest } from '@contracts/model-manifest';
import type { Recipe } from '@contracts/recipe';
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
    readonly onProgress?: (progress: RunProgress) => void;
    readonly onFrames?: (
      frames: readonly { readonly index: number; readonly hash: string; readonly bytes: number }[],
    ) => void;
    readonly signal?: AbortSignal;
  }): Promise<WholeRun>;
}

export interface GenerateRunOptions {
  readonly engine: GenerationEngine;
  readonly framesDir: string;
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
  const { engine, framesDir, packageDirOf, clock, onProgress } = options;
  const progress = new Coalescer<RunProgress>(clock, onProgress);
  // A frame that cannot be noted stops the run: going on would make frames that nothing names.
  const notNoted = new AbortController();
  try {
    const whole = await engine.run({
      jobId,
      recipe: payload.recipe,
      packageDir: packageDirOf(payload.recipe.model.id),
      framesDir,
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
  const { jobs, takes, calibration, clock, newId, manifestOf } = options;
  const { recipe, shotId, segmentId, parentTakeId } = payload;
  const frames = whole?.frames ?? contiguousFrames(recipe.role, recipe.frameCount, jobs.framesOf(jobId));
  if (frames.length === 0) return {};
  const createdAt = clock.now();
  const take = takes.add({ id: newId(), projectId, shotId, segmentId, parentTakeId, recipe, frames, createdAt });
  if (whole !== null) {
    calibration.record(manifestOf(recipe.model.id), recipe, whole.seconds, createdAt);
    return { take, seconds: whole.seconds };
  }
  const which = recipe.role === 'backward' ? 'last' : 'first';
  return { take, message: `The ${which} ${frames.length} of ${recipe.frameCount} frames were kept as a take.` };
}
