/**
 * Jobs in SQLite and their state machine. A transition names the states it may start from; anything else is refused,
 * so two callers cannot both move a job.
 */
import { z } from 'zod';
import { AppError } from '@core/errors';
import { RunReport, RunSeconds } from '@contracts/engine';
import { JobKind, JobPayload, JobState, type JobView, ResumeStep, type TakeReport } from '@contracts/job';
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

/** How a job stops running. The last three can go on from where they stood. */
export type StoppedState = Extract<JobState, 'done' | 'cancelled' | 'failed' | 'interrupted' | 'paused'>;

/** States in which a job's frames and step checkpoints are kept for when it goes on. */
export const goingOn: readonly JobState[] = ['queued', 'running', 'failed', 'interrupted', 'paused'];

export interface JobEnd {
  readonly state: StoppedState;
  readonly at: number;
  readonly error?: WireError | null;
  readonly takeId?: string | null;
  readonly seconds?: RunSeconds | null;
  readonly report?: RunReport | null;
  readonly resumeStep?: ResumeStep | null;
}

/** Jobs that wait at most, paused ones included; a night's worth of seeds, not a runaway script. */
export const QUEUED_MAX = 500;
const LISTED_MAX = 2_000;

const JobRow = z.object({
  id: z.string(),
  projectId: z.string().nullable(),
  kind: JobKind,
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
  resumeStep: z.string().nullable(),
  queuePlace: z.int(),
});
const columns = `id, project_id AS projectId, kind, state, title, shot_id AS shotId, segment_id AS segmentId, seed,
  frame_count AS frameCount, created_at AS createdAt, started_at AS startedAt, finished_at AS finishedAt, error,
  take_id AS takeId, seconds, resume_step AS resumeStep, queue_place AS queuePlace`;
const PayloadRow = z.object({ payload: z.string() });
const ReportRow = z.object({ payload: z.string(), seconds: z.string().nullable(), report: z.string().nullable() });
const IdRow = z.object({ id: z.string() });
const CountRow = z.object({ count: z.int() });
const FrameRow = z.object({ index: z.int(), hash: z.string() });

const REQUEUED = `state = 'queued', error = NULL, seconds = NULL, report = NULL, started_at = NULL, finished_at = NULL,
                  is_hidden = 0`;

export class JobStore {
  readonly #db: LibraryDatabase;

  constructor(db: LibraryDatabase) {
    this.#db = db;
  }

  /** @throws AppError queue/full */
  add(job: NewJob): void {
    const { payload } = job;
    const run = payload.kind === 'export' ? null : payload;
    const seed = payload.kind === 'generate' ? payload.recipe.seed : null;
    this.#db.transaction(() => {
      this.#assertRoom();
      this.#db.run(
        `INSERT INTO jobs (id, project_id, kind, state, title, shot_id, segment_id, seed, frame_count, payload,
                           queue_place, created_at)
         VALUES (?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, (SELECT ifnull(max(queue_place), 0) + 1 FROM jobs), ?)`,
        ...[job.id, job.projectId, payload.kind, job.title, run?.shotId ?? null, run?.segmentId ?? null],
        ...[seed, job.frameCount, JSON.stringify(payload), job.createdAt],
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
    const set = "state = 'running', started_at = ?, finished_at = NULL, resume_step = NULL, error = NULL";
    this.#move(jobId, ['queued'], set, at);
  }

  /**
   * A running job stops. When it is done or cancelled, the frames it stored are named by its take from then on, or by
   * nothing; otherwise they are kept for when it goes on.
   */
  finish(jobId: string, end: JobEnd): void {
    this.#end(jobId, ['running'], end);
  }

  /** A job that does not run ends: queued or paused → cancelled. */
  cancelWaiting(jobId: string, end: JobEnd & { readonly state: 'cancelled' }): void {
    this.#end(jobId, ['queued', 'paused'], end);
  }

  /** queued → paused. */
  pauseQueued(jobId: string): void {
    this.#move(jobId, ['queued'], "state = 'paused'");
  }

  /** Jobs that closing the app interrupted. */
  closedIds(): string[] {
    const sql = `SELECT id FROM jobs WHERE state = 'interrupted' AND is_hidden = 0
                 AND json_extract(error, '$.code') = 'cancelled' ORDER BY rowid LIMIT ${QUEUED_MAX}`;
    return this.#db.all(IdRow, sql).map((row) => row.id);
  }

  /** interrupted → the front of the queue. */
  requeueFirst(jobId: string): void {
    const place = 'queue_place = (SELECT min(queue_place) - 1 FROM jobs)';
    this.#move(jobId, ['interrupted'], `${REQUEUED}, ${place}`);
  }

  /** failed, cancelled, interrupted → the end of the queue. @throws AppError job/invalid-state, queue/full */
  requeue(jobId: string): void {
    this.#db.transaction(() => {
      this.#assertRoom();
      // The take that it left stays named, so that stopping at the same frame again is known to give nothing new.
      this.#move(
        jobId,
        ['failed', 'cancelled', 'interrupted'],
        `${REQUEUED}, queue_place = (SELECT max(queue_place) + 1 FROM jobs)`,
      );
    });
  }

  /** paused → the front of the queue. @throws AppError job/invalid-state */
  resume(jobId: string): void {
    this.#move(jobId, ['paused'], "state = 'queued', queue_place = (SELECT min(queue_place) - 1 FROM jobs)");
  }

  /**
   * Moves a waiting job in front of another one, or to the end.
   * @returns the jobs whose place is another now
   * @throws AppError job/invalid-state when one of them does not wait
   */
  reorder(jobId: string, before: string | null): string[] {
    return this.#db.transaction(() => {
      for (const id of before === null ? [jobId] : [jobId, before]) this.#move(id, ['queued'], 'is_hidden = 0');
      if (jobId === before) return [];
      const rest = this.queuedIds().filter((id) => id !== jobId);
      const at = before === null ? rest.length : rest.indexOf(before);
      const order = rest.toSpliced(at, 0, jobId);
      // New places in front of none and behind none that others have: those that wait share theirs out anew.
      const places = order.map((id) => this.view(id).queuePlace).sort((a, b) => a - b);
      return order.filter((id, i) => {
        const sql = 'UPDATE jobs SET queue_place = ? WHERE id = ? AND queue_place <> ?';
        return this.#db.run(sql, places[i] ?? 0, id, places[i] ?? 0) === 1;
      });
    });
  }

  /**
   * Takes ended jobs off the list. What they kept for going on is given up with them.
   * @returns the jobs it took off
   */
  hideFinished(): string[] {
    return this.#db.transaction(() => {
      const ended = "state IN ('done', 'failed', 'cancelled', 'interrupted') AND is_hidden = 0";
      const ids = this.#db.all(IdRow, `SELECT id FROM jobs WHERE ${ended}`).map((row) => row.id);
      this.#db.run(`DELETE FROM job_frames WHERE job_id IN (SELECT id FROM jobs WHERE ${ended})`);
      this.#db.run(`UPDATE jobs SET is_hidden = 1, resume_step = NULL WHERE ${ended}`);
      return ids;
    });
  }

  /** Of these, the jobs that have nothing to go on from: done, cancelled, cleared away, or not in the library at all. */
  over(jobIds: readonly string[]): string[] {
    const sql = `SELECT value AS id FROM json_each(?) WHERE NOT EXISTS (
                   SELECT 1 FROM jobs WHERE id = value AND is_hidden = 0 AND state IN (SELECT value FROM json_each(?)))`;
    return this.#db.all(IdRow, sql, JSON.stringify(jobIds), JSON.stringify(goingOn)).map((row) => row.id);
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

  /** Of the run that left a take; null = that run is not in this library. */
  reportOfTake(takeId: string): TakeReport | null {
    const sql = `SELECT payload, seconds, report FROM jobs WHERE take_id = ? AND kind = 'generate' LIMIT 1`;
    const row = this.#db.get(ReportRow, sql, takeId);
    if (row === null) return null;
    const payload = parseJson(JobPayload, row.payload, 'jobs.payload');
    return {
      estimate: payload.kind === 'generate' ? (payload.estimate ?? null) : null,
      seconds: row.seconds === null ? null : parseJson(RunSeconds, row.seconds, 'jobs.seconds'),
      report: row.report === null ? null : parseJson(RunReport, row.report, 'jobs.report'),
    };
  }

  framesOf(jobId: string): StoredFrame[] {
    const sql = 'SELECT frame_index AS "index", hash FROM job_frames WHERE job_id = ? ORDER BY frame_index';
    return this.#db.all(FrameRow, sql, jobId);
  }

  #assertRoom(): void {
    const sql = "SELECT count(*) AS count FROM jobs WHERE state IN ('queued', 'paused')";
    const waiting = this.#db.get(CountRow, sql)?.count ?? 0;
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
        'state = ?, finished_at = ?, error = ?, take_id = ?, seconds = ?, report = ?, resume_step = ?',
        ...[end.state, end.state === 'paused' ? null : end.at, jsonOrNull(end.error), end.takeId ?? null],
        ...[jsonOrNull(end.seconds), jsonOrNull(end.report), jsonOrNull(end.resumeStep)],
      );
      if (!goingOn.includes(end.state)) this.#db.run('DELETE FROM job_frames WHERE job_id = ?', jobId);
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
    resumeStep: row.resumeStep === null ? null : parseJson(ResumeStep, row.resumeStep, 'jobs.resume_step'),
  };
}

function jsonOrNull(value: object | null | undefined): string | null {
  return value ? JSON.stringify(value) : null;
}
