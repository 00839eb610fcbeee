/**
 * One generation from the command line: queued like any job, watched to its end, cancelled by the signal.
 */
import { AppError } from '@core/errors';
import type { DeviceChoice } from '@contracts/device';
import type { RunReport, RunSeconds } from '@contracts/engine';
import type { TakeView } from '@contracts/job';
import type { Recipe, RecipeDraft } from '@contracts/recipe';
import { appErrorFromWire } from '@contracts/wire-error';
import type { JobView } from '@contracts/job';
import type { Studio } from '@main/studio';
import type { Reporter } from './reporter';

export interface TakeRequest {
  readonly projectId: string | null;
  readonly shotId: string;
  readonly segmentId: string;
  readonly parentTakeId: string | null;
  readonly draft: RecipeDraft;
  readonly device?: DeviceChoice | undefined;
}

export interface FinishedTake {
  readonly view: TakeView;
  readonly recipe: Recipe;
  readonly seconds: RunSeconds | null;
  readonly report: RunReport | null;
}

/** @throws AppError cancelled, or what made the job fail */
export async function runTake(
  studio: Studio,
  request: TakeRequest,
  options: { readonly reporter: Reporter; readonly signal: AbortSignal },
): Promise<FinishedTake> {
  const { reporter, signal } = options;
  let jobId: string | null = null;
  const stopListening = [
    studio.on('jobs.progress', ({ progress }) => {
      if (progress.jobId === jobId) reporter.generating(progress);
    }),
    studio.on('jobs.frames', (stored) => {
      if (stored.jobId === jobId) reporter.event('frames', stored);
    }),
  ];
  try {
    const { draft } = request;
    const shape = { ...draft, windows: draft.windows.map((window) => window.frames) };
    reporter.estimate(await studio.jobs.estimate(shape));
    jobId = await studio.jobs.generate({ ...request });
    const job = await settledJob(studio, jobId, signal);
    if (job.takeId === null) throw new AppError('internal/bug', `job ${jobId} is done without a take`);
    const { view, recipe } = studio.takes.get(job.takeId);
    return { view, recipe, seconds: job.seconds, report: studio.takes.report(job.takeId)?.report ?? null };
  } finally {
    for (const stop of stopListening) stop();
    reporter.clear();
  }
}

/** Waits for the end of a job; the signal cancels it. @throws AppError cancelled, or what made it fail */
export async function settledJob(studio: Studio, jobId: string, signal: AbortSignal): Promise<JobView> {
  const cancel = (): void => studio.jobs.cancel(jobId);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    if (signal.aborted) cancel();
    const job = await studio.jobs.settled(jobId);
    if (job.state === 'done') return job;
    if (job.state === 'cancelled') throw new AppError('cancelled', 'cancelled');
    if (job.error !== null) throw appErrorFromWire(job.error);
    throw new AppError('engine/crashed', 'the run was interrupted', { remedy: 'Run the command again.' });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
