/**
 * What of the queue is seen while the studio's window is not: how far the running job is, on its button in the task bar
 * or the dock, and a notification when the last job has ended and the artist works elsewhere.
 */
import type { StudioEvents } from '@main/studio';
import type { JobView } from '@contracts/job';
import type { ShellWords } from './strings';

export interface Desk {
  /** 0 … 1; null = nothing runs. */
  showProgress(fraction: number | null): void;
  isInFront(): boolean;
  notify(title: string, body: string): void;
}

type Listen = { on<E extends keyof StudioEvents>(event: E, listener: (payload: StudioEvents[E]) => void): unknown };

export function signalToDesk(studio: Listen, desk: Desk, words: () => ShellWords): void {
  /** Waiting and running jobs, and how far the running one is. */
  const open = new Map<string, number | null>();
  let ended = { done: 0, failed: 0 };
  let last: JobView | null = null;

  const show = (jobId: string, fraction: number): void => {
    // Progress that comes after the end is of no job.
    if (!open.has(jobId)) return;
    open.set(jobId, fraction);
    desk.showProgress(fraction);
  };
  studio.on('jobs.progress', ({ progress }) => show(progress.jobId, progress.fraction));
  const files = ({ jobId, done, total }: StudioEvents['export.progress']): void =>
    show(jobId, total === 0 ? 0 : done / total);
  studio.on('export.progress', files);
  studio.on('conform.progress', files);

  studio.on('jobs.changed', ({ job }) => {
    if (job.state === 'queued' || job.state === 'running') {
      if (!open.has(job.id)) open.set(job.id, null);
      if (job.state === 'running') desk.showProgress(open.get(job.id) ?? 0);
      return;
    }
    if (!open.delete(job.id)) return;
    desk.showProgress(null);
    if (job.state === 'done') ended.done++;
    else if (job.state === 'failed') ended.failed++;
    // Cancelled and paused are the artist's own doing.
    else return;
    last = job;
    if (open.size > 0) return;
    const { done, failed } = ended;
    ended = { done: 0, failed: 0 };
    if (desk.isInFront()) return;
    const { signals } = words();
    const title = failed === 0 ? signals.done(done) : signals.failed(failed, done);
    desk.notify(title, done + failed === 1 ? last.title : signals.last(last.title));
  });
}
