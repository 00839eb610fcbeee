/**
 * The queue's runner: one job at a time, in the order they were asked for. Jobs live in SQLite; this class holds only
 * what is running now and who waits for an end. A job that stops because the engine or the app died is `interrupted`
 * and can be run again from its row. One that ended with the app goes on by itself at the next start, first in line; one
 * that ended twice at the same step waits to be asked, because it may be what brings the machine down. What a job needs to
 * go on where it stood is kept until it is done or cancelled.
 */
import { AppError } from '@core/errors';
import type { RunReport, RunSeconds } from '@contracts/engine';
import type { JobPayload, JobView, ResumeStep, TakeView } from '@contracts/job';
import { wireErrorFrom } from '@contracts/wire-error';
import type { StopReason } from '../../engine/engine-host';
import type { Clock } from '../../platform/clock';
import type { Log } from '../../platform/log';
import { errorOf, stateAfter, takeIdOf } from './job-outcome';
import { goingOn, type JobStore, type NewJob } from './job-store';

export interface RunContext {
  readonly jobId: string;
  readonly projectId: string | null;
  /** Its reason is a StopReason. */
  readonly signal: AbortSignal;
}

/** All that a generation was asked for. */
export interface WholeRun {
  readonly frames: readonly string[];
  readonly seconds: RunSeconds;
  /** null = a model had no part in it. */
  readonly report: RunReport | null;
}

/** What a job leaves behind, whether it ran to its end or not. */
export interface Kept {
  /** New in the library. */
  readonly take?: TakeView;
  /** The take it had left before, when this stop adds nothing to it. */
  readonly earlierTakeId?: string;
  readonly seconds?: RunSeconds;
  readonly report?: RunReport;
  /** Said beside the reason it stopped. */
  readonly message?: string;
}

export interface JobRunner {
  /** Does the work; null when it leaves nothing in the library (an export). */
  run(payload: JobPayload, context: RunContext): Promise<WholeRun | null>;
  /** Stores what the run leaves, inside the transaction that ends the job. `whole` is null when it was stopped. */
  keep(payload: JobPayload, context: Omit<RunContext, 'signal'>, whole: WholeRun | null): Kept;
  /** After the transaction: tells the world. */
  announce(context: Omit<RunContext, 'signal'>, kept: Kept): void;
  /** Where the job would go on; null = from the beginning. */
  resumeStep(payload: JobPayload, jobId: string): ResumeStep | null;
  /** Jobs that something lies ready for to go on from. */
  heldJobs(): string[];
  /** Gives up what only going on needs. */
  discard(jobId: string): void;
}

export interface JobQueueOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly runner: JobRunner;
  /** Runs `change` in one transaction. */
  readonly transaction: <T>(change: () => T) => T;
  readonly onChanged: (job: JobView) => void;
  /** Called within the transaction that keeps the take of a discarded job. */
  readonly trashTake: (takeId: string) => void;
  /** Waits for the start-up sweep to stand back. */
  readonly beforeRun: () => Promise<void>;
  /** false: only jobs asked for in this process are run; what waits from an earlier one goes on waiting. */
  readonly runsEarlierJobs: boolean;
  /** Where the last job stood that went on by itself after the app had died; kept over restarts. Without: none goes on. */
  readonly lastGoneOn?: { get(): string | null; set(where: string): void };
}

/** A job is stopped at shutdown; the engine is given this long to end a step and store what it has. */
const SHUTDOWN_MS = 10_000;

interface Running {
  readonly jobId: string;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
  /** What it made goes to the trash; a wish for this run, not for a later one of the job. */
  discards: boolean;
}

export class JobQueue {
  readonly #store: JobStore;
  readonly #options: JobQueueOptions;
  readonly #ownIds = new Set<string>();
  readonly #waiters = new Map<string, ((job: JobView) => void)[]>();
  #running: Running | null = null;
  #isClosed = false;
  #hasUnrecorded = false;

  constructor(store: JobStore, options: JobQueueOptions) {
    this.#store = store;
    this.#options = options;
  }

  /**
   * What an earlier process left running becomes interrupted, with the frames it had stored, and goes on from there, as
   * does what was stopped by closing; then the queue goes on.
   */
  start(): void {
    const abandoned = this.#interruptAbandoned();
    if (this.#options.runsEarlierJobs) this.#goOnWith(abandoned);
    // A kill may have come between the end of a job and the removal of what it no longer needed.
    for (const jobId of this.#store.over(this.#options.runner.heldJobs())) this.#discard(jobId);
    this.#pump();
  }

  /** @throws AppError queue/full */
  add(job: NewJob): string {
    if (this.#isClosed) throw new AppError('cancelled', 'Onionskin is closing.');
    this.#store.add(job);
    this.#ownIds.add(job.id);
    this.#changed(job.id);
    this.#pump();
    return job.id;
  }

  /**
   * @param discards what it made goes to the trash, from which it comes back like any take
   * @throws AppError job/not-found, job/invalid-state when it has ended already
   */
  cancel(jobId: string, discards = false): void {
    if (this.#running?.jobId === jobId) {
      this.#running.discards ||= discards;
      this.#running.controller.abort('cancel' satisfies StopReason);
      return;
    }
    const { clock, runner, transaction } = this.#options;
    const { projectId } = this.#store.view(jobId);
    const payload = this.#readablePayload(jobId);
    const kept = transaction(() => {
      // It may have run before: what it had made then is worth as much as that of a job cancelled while it runs.
      const made = payload === null ? {} : runner.keep(payload, { jobId, projectId }, null);
      const left = discards ? this.#trashed(made) : made;
      this.#store.cancelWaiting(jobId, {
        state: 'cancelled',
        at: clock.now(),
        error: errorOf('cancelled', null, left.message),
        takeId: takeIdOf(left),
      });
      return left;
    });
    this.#discard(jobId);
    runner.announce({ jobId, projectId }, kept);
    this.#changed(jobId);
    this.#settle(this.#store.view(jobId));
  }

  /**
   * A waiting job is set aside; a running one ends its step, writes down where it stands and gives its memory back.
   * @throws AppError job/not-found, job/invalid-state when it neither waits nor runs
   */
  pause(jobId: string): void {
    if (this.#running?.jobId === jobId) {
      this.#running.controller.abort('pause' satisfies StopReason);
      return;
    }
    this.#store.pauseQueued(jobId);
    this.#changed(jobId);
    this.#settle(this.#store.view(jobId));
  }

  /** To the front of the queue. @throws AppError job/not-found, job/invalid-state */
  resume(jobId: string): void {
    this.#store.resume(jobId);
    this.#ownIds.add(jobId);
    this.#changed(jobId);
    this.#pump();
  }

  /** In front of another waiting job, or to the end. @throws AppError job/not-found, job/invalid-state */
  reorder(jobId: string, before: string | null): void {
    for (const id of this.#store.reorder(jobId, before)) this.#changed(id);
  }

  /** Takes ended jobs off the list; those that were stopped can then only begin again. */
  clearFinished(): void {
    for (const jobId of this.#store.hideFinished()) this.#discard(jobId);
  }

  /** @throws AppError job/not-found, job/invalid-state, queue/full */
  retry(jobId: string): void {
    this.#store.requeue(jobId);
    this.#ownIds.add(jobId);
    this.#changed(jobId);
    this.#pump();
  }

  /** Resolves when the job neither waits nor runs, at once when that is so already. */
  settled(jobId: string): Promise<JobView> {
    const job = this.#store.view(jobId);
    if (job.state !== 'queued' && job.state !== 'running') return Promise.resolve(job);
    return new Promise((resolve) => {
      this.#waiters.set(jobId, [...(this.#waiters.get(jobId) ?? []), resolve]);
    });
  }

  /** Stops the running job, which becomes interrupted, and waits for it, within limits. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const running = this.#running;
    if (running === null) return;
    running.controller.abort('shutdown' satisfies StopReason);
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, SHUTDOWN_MS);
    });
    await Promise.race([running.ended, tooLong]);
    clearTimeout(timer);
  }

  #pump(): void {
    if (this.#isClosed || this.#running !== null) return;
    if (this.#hasUnrecorded) this.#interruptAbandoned();
    const jobId = this.#store.queuedIds().find((id) => this.#options.runsEarlierJobs || this.#ownIds.has(id));
    if (jobId === undefined) return;
    const controller = new AbortController();
    // Begins in a later turn, so that #running is set before the first line of the run.
    const ended = Promise.resolve().then(() => this.#run(jobId, controller));
    this.#running = { jobId, controller, ended, discards: false };
  }

  async #run(jobId: string, controller: AbortController): Promise<void> {
    try {
      await this.#options.beforeRun();
      this.#store.start(jobId, this.#options.clock.now());
      this.#changed(jobId);
      await this.#work(jobId, controller.signal);
    } catch (error) {
      this.#running = null;
      this.#giveUpRecording(jobId, error);
      return;
    }
    this.#running = null;
    this.#settle(this.#store.view(jobId));
    this.#pump();
  }

  async #work(jobId: string, signal: AbortSignal): Promise<void> {
    const { projectId } = this.#store.view(jobId);
    const context: RunContext = { jobId, projectId, signal };
    let payload: JobPayload | null = null;
    let whole: WholeRun | null = null;
    let error: unknown = null;
    try {
      payload = this.#store.payload(jobId);
      whole = await this.#options.runner.run(payload, context);
    } catch (thrown) {
      error = thrown;
    }
    this.#conclude(payload, context, whole, error);
  }

  /** @param payload null when the row's own cannot be read: then there is nothing to keep */
  #conclude(payload: JobPayload | null, context: RunContext, whole: WholeRun | null, error: unknown): void {
    const { clock, log, runner, transaction } = this.#options;
    const { jobId } = context;
    const state = stateAfter(error, context.signal);
    if (state === 'failed' && !(error instanceof AppError))
      log.error('a job hit a bug', { area: 'queue', jobId, error });
    const kept = transaction(() => {
      // A paused job is not over: its frames stay its own until it ends, like a take that it may have left before.
      const { takeId } = this.#store.view(jobId);
      const asItWas = state === 'paused' && takeId !== null ? { earlierTakeId: takeId } : {};
      const made: Kept = payload === null || state === 'paused' ? asItWas : runner.keep(payload, context, whole);
      const left = this.#running?.discards ? this.#trashed(made) : made;
      this.#store.finish(jobId, {
        state,
        at: clock.now(),
        error: errorOf(state, error, left.message),
        takeId: takeIdOf(left),
        seconds: left.seconds ?? null,
        report: left.report ?? null,
        resumeStep: payload !== null && goingOn.includes(state) ? this.#resumeStep(payload, jobId) : null,
      });
      return left;
    });
    if (!goingOn.includes(state)) this.#discard(jobId);
    runner.announce(context, kept);
    this.#changed(jobId);
  }

  #trashed(kept: Kept): Kept {
    if (kept.take === undefined) return kept;
    this.#options.trashTake(kept.take.id);
    return { ...kept, take: { ...kept.take, isTrashed: true } };
  }

  /** What cannot be read is no reason to lose the job: it then says that it begins again. */
  #resumeStep(payload: JobPayload, jobId: string): ResumeStep | null {
    try {
      return this.#options.runner.resumeStep(payload, jobId);
    } catch (error) {
      this.#options.log.warn('the step checkpoint of a job cannot be read', { area: 'queue', jobId, error });
      return null;
    }
  }

  /** A file that cannot be removed now is tried again at the next start. */
  #discard(jobId: string): void {
    try {
      this.#options.runner.discard(jobId);
    } catch (error) {
      this.#options.log.warn('the step checkpoint of a job cannot be removed', { area: 'queue', jobId, error });
    }
  }

  /**
   * The library could not be written (a full disk, say). The row stays as it is and is put right before the next job
   * runs; whoever waits is told now.
   */
  #giveUpRecording(jobId: string, error: unknown): void {
    const { log, onChanged } = this.#options;
    log.error('a job could not be recorded', { area: 'queue', jobId, error });
    this.#hasUnrecorded = true;
    if (this.#isClosed) return;
    const job: JobView = { ...this.#store.view(jobId), state: 'interrupted', error: wireErrorFrom(error) };
    onChanged(job);
    this.#settle(job);
  }

  /** To the front of the queue, but for a job that was put there before and got no further. */
  #goOnWith(abandoned: readonly string[]): void {
    const { lastGoneOn } = this.#options;
    if (lastGoneOn === undefined) return;
    try {
      for (const jobId of this.#store.closedIds()) this.#store.requeueFirst(jobId);
      for (const jobId of abandoned) {
        const where = JSON.stringify([jobId, this.#store.view(jobId).resumeStep]);
        if (lastGoneOn.get() === where || this.#readablePayload(jobId) === null) continue;
        lastGoneOn.set(where);
        this.#store.requeueFirst(jobId);
      }
    } catch (error) {
      // A full disk: they stay interrupted, to be asked for. The library opens all the same.
      this.#options.log.error('what was interrupted does not go on', { area: 'queue', error });
    }
  }

  /** Rows left `running` by a process that died, or when the library could not be written. @returns their ids */
  #interruptAbandoned(): string[] {
    const abandoned = this.#store.runningIds();
    for (const jobId of abandoned) {
      const { projectId } = this.#store.view(jobId);
      const signal = AbortSignal.abort('shutdown' satisfies StopReason);
      const stopped = new AppError('engine/crashed', 'Onionskin stopped while this job was running.', {
        remedy: 'Run it again; it will make the same frames.',
      });
      this.#conclude(this.#readablePayload(jobId), { jobId, projectId, signal }, null, stopped);
    }
    this.#hasUnrecorded = false;
    return abandoned;
  }

  /** null, and a line in the log, for a row that this version cannot read: it must not keep the library from opening. */
  #readablePayload(jobId: string): JobPayload | null {
    try {
      return this.#store.payload(jobId);
    } catch (error) {
      this.#options.log.error('the row of a job cannot be read', { area: 'queue', jobId, error });
      return null;
    }
  }

  #changed(jobId: string): void {
    this.#options.onChanged(this.#store.view(jobId));
  }

  #settle(job: JobView): void {
    const waiters = this.#waiters.get(job.id) ?? [];
    this.#waiters.delete(job.id);
    for (const resolve of waiters) resolve(job);
  }
}
