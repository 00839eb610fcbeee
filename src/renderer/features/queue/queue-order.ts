/**
 * The order of the queue panel: what runs, what comes next, what stands still, what is over. And where a waiting job
 * goes when it is moved by one place.
 */
import type { JobState, JobView } from '@contracts/job';

export interface QueueParts {
  readonly running: readonly JobView[];
  /** In the order they will run. */
  readonly waiting: readonly JobView[];
  /** Paused or interrupted: they go on when somebody says so. */
  readonly still: readonly JobView[];
  /** The newest end first. */
  readonly over: readonly JobView[];
}

export function queueParts(jobs: readonly JobView[]): QueueParts {
  const isIn = (...states: readonly JobState[]): JobView[] => jobs.filter((job) => states.includes(job.state));
  return {
    running: isIn('running'),
    waiting: isIn('queued').sort((a, b) => a.queuePlace - b.queuePlace),
    still: isIn('paused', 'interrupted').sort((a, b) => b.createdAt - a.createdAt),
    over: isIn('done', 'failed', 'cancelled').sort((a, b) => endOf(b) - endOf(a)),
  };
}

/** The job that a waiting one then stands in front of, null at the end; undefined when it cannot move that way. */
export function moveBefore(waiting: readonly JobView[], jobId: string, delta: -1 | 1): string | null | undefined {
  const at = waiting.findIndex((job) => job.id === jobId);
  const target = at + delta;
  if (at === -1 || target < 0 || target >= waiting.length) return undefined;
  return waiting[delta === -1 ? target : target + 1]?.id ?? null;
}

export interface StateCount {
  readonly state: JobState;
  readonly count: number;
}

const COUNTED: readonly JobState[] = ['running', 'queued', 'paused', 'interrupted', 'failed', 'cancelled', 'done'];

/** How many jobs are in each state that has any. */
export function stateCounts(jobs: readonly JobView[]): StateCount[] {
  const countOf = (state: JobState): number => jobs.filter((job) => job.state === state).length;
  return COUNTED.map((state) => ({ state, count: countOf(state) })).filter(({ count }) => count > 0);
}

function endOf(job: JobView): number {
  return job.finishedAt ?? job.createdAt;
}
