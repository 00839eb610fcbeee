/**
 * Jobs in SQLite and their state machine. A transition names the states it may start from; anything else is refused,
 * so two callers cannot both move a job.
 */
import { z } from 'zod';
import { AppError } from '@core/errors';
import { RunSeconds } from '@contracts/engine';
import { JobPayload, JobState, type JobView } from '@contracts/job';
import { WireError } from '@contracts/wire-error';
import { parseJson } from '../database/json-column';
import type { LibraryDatabase } from '../database/library-database';
import type { StoredFrame } from './partial-take';

export interface NewJob {
  readonly id: string;
  readonly projectId: string | null;
  readonly title: string;
  readonly frameCount: number;
  readonly payload: JobPayload;
  readonly createdAt: number;
}

export type FinalState = Extract<JobState, 'done' | 'failed' | 'cancelled' | 'interrupted'>;

export interface JobEnd {
  readonly state: FinalState;
  readonly at: number;
  readonly error?: WireError | null;
  readonly takeId?: string | null;
  readonly seconds?: RunSeconds | null;
}

/** Jobs that wait at most; a night's worth of seeds, not a runaway script. */
export const QUEUED_MAX = 500;
const LISTED_MAX = 2_000;

const JobRow = z.object({
  id: z.string(),
  projectId: z.string().nullable(),
  kind: z.enum(['generate', 'export']),
  state: JobState,
  title: z.string(),
  shotId: z.string().nullable(),
  segmentId: z.string().nullable(),
  seed: z.int().nullable(),
  frameCount: z.int(),
  createdAt: z.int(),
  startedAt: z.int().nullable(),
  finishedAt: z.int().nullable(),
  error: z.string().nullable(),
  takeId: z.string().nullable(),
  seconds: z.string().nullable(),
});
const columns = `id, project_id AS projectId, kind, state, title, shot_id AS shotId, segment_id AS segmentId, seed,
  frame_count AS frameCount, created_at AS createdAt, started_at AS startedAt, finished_at AS finishedAt, error,
  take_id AS takeId, seconds`;
const PayloadRow = z.object({ payload: z.string() });
const IdRow = z.object({ id: z.string() });
const CountRow = z.object({ count: z.int() });
const FrameRow = z.object({ index: z.int(), hash: z.string() });

export class JobStore {
  readonly #db: LibraryDatabase;

  constructor(db: LibraryDatabase) {
    this.#db = db;
  }

  /** @throws AppError queue/full */
  add(job: NewJob): void {
    const { payload } = job;
    const run = payload.kind === 'generate' ? payload : null;
    this.#db.transaction(() => {
      this.#assertRoom();
      this.#db.run(
        `INSERT INTO jobs (id, project_id, kind, state, title, shot_id, segment_id, seed, frame_count, payload,
                           queue_place, created_at)
         VALUES (?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, (SELECT ifnull(max(queue_place), 0) + 1 FROM jobs), ?)`,
        ...[job.id, job.projectId, payload.kind, job.title, run?.shotId ?? null, run?.segmentId ?? null],
        ...[run?.recipe.seed ?? null, job.frameCount, JSON.stringify(payload), job.createdAt],
      );
    });
  }

  /** @throws AppError job/not-found */
  view(jobId: string): JobView {
    const row = this.#db.get(JobRow, `SELECT ${columns} FROM jobs WHERE id = ?`, jobId);
    if (row === null)
      throw new AppError('job/not-found', 'This job is not in the queue.', {
        field: 'jobId',
        value: jobId,
        remedy: 'Look at the list of jobs again.',
      });
    return viewOf(row);
  }

  /** @throws AppError job/not-found */
  payload(jobId: string): JobPayload {
    this.view(jobId);
    const row = this.#db.get(PayloadRow, 'SELECT payload FROM jobs WHERE id = ?', jobId);
    return parseJson(JobPayload, row?.payload ?? '', 'jobs.payload');
  }

  /** Jobs the queue panel shows, oldest first: all that wait or run, and the newest of the others not cleared away. */
  list(): JobView[] {
    const sql = `SELECT * FROM (SELECT rowid AS place, ${columns} FROM jobs WHERE is_hidden = 0
                 ORDER BY rowid DESC LIMIT ${LISTED_MAX}) ORDER BY place`;
    return this.#db.all(JobRow, sql).map(viewOf);
  }

  listOfProject(projectId: string): JobView[] {
    const sql = `SELECT * FROM (SELECT rowid AS place, ${columns} FROM jobs WHERE is_hidden = 0 AND project_id = ?
                 ORDER BY rowid DESC LIMIT ${LISTED_MAX}) ORDER BY place`;
    return this.#db.all(JobRow, sql, projectId).map(viewOf);
  }

  /** Ids of the jobs that wait, next first. */
  queuedIds(): string[] {
    const sql = `SELECT id FROM jobs WHERE state = 'queued' ORDER BY queue_place LIMIT ${QUEUED_MAX}`;
    return this.#db.all(IdRow, sql).map((row) => row.id);
  }

  runningIds(): string[] {
    return this.#db.all(IdRow, "SELECT id FROM jobs WHERE state = 'running' LIMIT 100").map((row) => row.id);
  }

  start(jobId: string, at: number): void {
    this.#move(jobId, ['queued'], "state = 'running', started_at = ?, finished_at = NULL", at);
  }

  /** running → an end. The frames it stored are named by its take from then on, or by nothing; interrupted keeps them. */
  finish(jobId: string, end: JobEnd): void {
    this.#end(jobId, ['running'], end);
  }

  /** queued → cancelled, without having run. */
  cancelQueued(jobId: string, at: number): void {
    this.#end(jobId, ['queued'], { state: 'cancelled', at });
  }

  /** failed, cancelled, interrupted → the end of the queue. @throws AppError job/invalid-state, queue/full */
  requeue(jobId: string): void {
    this.#db.transaction(() => {
      this.#assertRoom();
      this.#move(
        jobId,
        ['failed', 'cancelled', 'interrupted'],
        `state = 'queued', error = NULL, take_id = NULL, seconds = NULL, started_at = NULL, finished_at = NULL,
         is_hidden = 0, queue_place = (SELECT max(queue_place) + 1 FROM jobs)`,
      );
      this.#db.run('DELETE FROM job_frames WHERE job_id = ?', jobId);
    });
  }

  hideFinished(): void {
    this.#db.run("UPDATE jobs SET is_hidden = 1 WHERE state IN ('done', 'failed', 'cancelled', 'interrupted')");
  }

  /** Frames of a running job that are safely on disk. The rows in `frames` come first: see TakeStore.addFrames. */
  addFrames(jobId: string, frames: readonly StoredFrame[]): void {
    for (const frame of frames)
      this.#db.run(
        `INSERT INTO job_frames (job_id, frame_index, hash) VALUES (?, ?, ?)
         ON CONFLICT (job_id, frame_index) DO UPDATE SET hash = excluded.hash`,
        ...[jobId, frame.index, frame.hash],
      );
  }

  framesOf(jobId: string): StoredFrame[] {
    const sql = 'SELECT frame_index AS "index", hash FROM job_frames WHERE job_id = ? ORDER BY frame_index';
    return this.#db.all(FrameRow, sql, jobId);
  }

  #assertRoom(): void {
    const waiting = this.#db.get(CountRow, "SELECT count(*) AS count FROM jobs WHERE state = 'queued'")?.count ?? 0;
    if (waiting < QUEUED_MAX) return;
    throw new AppError('queue/full', `${QUEUED_MAX} jobs are waiting already.`, {
      field: 'queue',
      value: String(waiting),
      remedy: 'Wait for some to finish, or cancel those you no longer need.',
    });
  }

  #end(jobId: string, from: readonly JobState[], end: JobEnd): void {
    this.#db.transaction(() => {
      this.#move(
        jobId,
        from,
        'state = ?, finished_at = ?, error = ?, take_id = ?, seconds = ?',
        ...[end.state, end.at, end.error ? JSON.stringify(end.error) : null, end.takeId ?? null],
        end.seconds ? JSON.stringify(end.seconds) : null,
      );
      if (end.state !== 'interrupted') this.#db.run('DELETE FROM job_frames WHERE job_id = ?', jobId);
    });
  }

  #move(jobId: string, from: readonly JobState[], set: string, ...values: readonly (string | number | null)[]): void {
    const sql = `UPDATE jobs SET ${set} WHERE id = ? AND state IN (SELECT value FROM json_each(?))`;
    if (this.#db.run(sql, ...values, jobId, JSON.stringify(from)) === 1) return;
    const { state } = this.view(jobId);
    throw new AppError(
      'job/invalid-state',
      `This job is ${state}; that can be done only while it is ${from.join(' or ')}.`,
      {
        field: 'job',
        value: state,
        remedy: 'Look at the list of jobs again.',
      },
    );
  }
}

function viewOf(row: z.infer<typeof JobRow>): JobView {
  return {
    ...row,
    error: row.error === null ? null : parseJson(WireError, row.error, 'jobs.error'),
    seconds: row.seconds === null ? null : parseJson(RunSeconds, row.seconds, 'jobs.seconds'),
  };
}
