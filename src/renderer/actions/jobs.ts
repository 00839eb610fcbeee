/**
 * What can be done about a job: pause, resume, stop, run again, move in the queue, look at its clip.
 */
import { clipsOfShot } from '@core/document/access';
import { playedRate } from '@core/document/clip-speed';
import { ceilToRate } from '@core/time/rate';
import type { JobView } from '@contracts/job';
import { moveBefore } from '../features/queue/queue-order';
import type { AppState } from '../state/app.svelte';
import type { ProjectSession } from '../state/session.svelte';
import type { StopWish } from '../state/jobs.svelte';
import { segmentById } from './selection';

/** A running job ends its step first; until it has, the wish is shown. */
async function askToStop(app: AppState, job: JobView, wish: StopWish): Promise<void> {
  app.jobs.putStopWish(job.id, wish);
  const answer = await app.attempt(() =>
    wish === 'pause'
      ? app.client.invoke('jobs.pause', { jobId: job.id })
      : app.client.invoke('jobs.cancel', { jobId: job.id, discards: wish === 'discard' }),
  );
  if (answer === null) app.jobs.dropStopWish(job.id);
}

export function pauseJob(app: AppState, job: JobView): void {
  void askToStop(app, job, 'pause');
}

export function cancelJob(app: AppState, job: JobView): void {
  void askToStop(app, job, 'cancel');
}

/** What it made goes to the takes' trash. */
export function discardJob(app: AppState, job: JobView): void {
  void askToStop(app, job, 'discard');
}

/** To the front of the queue, where it goes on from its last step. */
export function resumeJob(app: AppState, job: JobView): void {
  void app.attempt(() => app.client.invoke('jobs.resume', { jobId: job.id }));
}

/** Queues a job that failed, was stopped or interrupted once more. */
export function runAgain(app: AppState, job: JobView): void {
  void app.attempt(() => app.client.invoke('jobs.retry', { jobId: job.id }));
}

/** Mod+.: the running job, at its next step. */
export function stopRunning(app: AppState): void {
  const job = app.jobs.running;
  if (job !== null) cancelJob(app, job);
}

/** Mod+Shift+.: the running job, and what it made. */
export function discardRunning(app: AppState): void {
  const job = app.jobs.running;
  if (job !== null) discardJob(app, job);
}

/** The running job is paused; when none runs, the one paused last goes on. */
export function pauseOrResume(app: AppState): void {
  const { running, paused } = app.jobs;
  const [last] = paused;
  if (running !== null) pauseJob(app, running);
  else if (last !== undefined) resumeJob(app, last);
}

/** Moves a waiting job by one place. False when it is at that end already. */
export async function moveJob(app: AppState, jobId: string, delta: -1 | 1): Promise<boolean> {
  const before = moveBefore(app.jobs.queued, jobId, delta);
  if (before === undefined) return false;
  return (await app.attempt(() => app.client.invoke('jobs.reorder', { jobId, before }))) !== null;
}

/** Opens the job's project when another one is open, selects its clip and goes to the part it makes. */
export async function showJob(app: AppState, job: JobView): Promise<void> {
  const { projectId, shotId, segmentId } = job;
  if (projectId === null || shotId === null) return;
  const session = await openIn(app, projectId);
  const shot = session?.doc.get(shotId);
  if (session === null || shot?.kind !== 'shot') return;
  const [clip] = clipsOfShot(session.doc, shotId);
  if (clip === undefined) return;
  const segment = segmentId === null ? null : segmentById(session, segmentId);
  const offset =
    segment === null ? 0 : ceilToRate(segment.from, playedRate(clip, shot.rate), session.project.rate) - clip.sourceIn;
  session.select([clip.id]);
  app.transport.seek(clip.start + Math.min(clip.duration - 1, Math.max(0, offset)));
}

/** Selects a clip of a project and goes to its start. False when it is no longer on the timeline. */
export async function showClip(app: AppState, projectId: string, clipId: string): Promise<boolean> {
  const session = await openIn(app, projectId);
  const clip = session?.doc.get(clipId);
  if (session === null || clip?.kind !== 'clip') return false;
  session.select([clipId]);
  app.transport.seek(clip.start);
  return true;
}

async function openIn(app: AppState, projectId: string): Promise<ProjectSession | null> {
  if (app.session?.id !== projectId && !(await app.openProject(projectId))) return null;
  return app.session;
}
