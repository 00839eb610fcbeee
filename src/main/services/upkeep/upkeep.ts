/**
 * Housekeeping of an open library: one piece at a time, and never files removed while something stores files. Whoever
 * wants to store asks giveWay() first; whoever wants to remove is refused while a job runs.
 */
import { AppError } from '@core/errors';
import type { ReclaimPlan, ReclaimReport, UpkeepProgress, VerifyReport } from '@contracts/library';
import type { Clock } from '../../platform/clock';
import type { LibraryPaths } from '../../platform/paths';
import type { LibraryDatabase } from '../database/library-database';
import { planReclaim, reclaim } from './reclaim';
import { verifyLibrary } from './verify-library';

export interface UpkeepOptions {
  readonly clock: Clock;
  /** A job runs: its engine may be about to name a frame that lies there unnamed. */
  readonly isBusy: () => boolean;
  readonly onProgress?: (progress: UpkeepProgress) => void;
}

export interface UpkeepCall {
  readonly onProgress?: (progress: UpkeepProgress) => void;
  readonly signal?: AbortSignal;
}

export class Upkeep {
  readonly #db: LibraryDatabase;
  readonly #paths: LibraryPaths;
  readonly #options: UpkeepOptions;
  #removing: Promise<unknown> = Promise.resolve();
  #isRemoving = false;

  constructor(db: LibraryDatabase, paths: LibraryPaths, options: UpkeepOptions) {
    this.#db = db;
    this.#paths = paths;
    this.#options = options;
  }

  verify(call: UpkeepCall = {}): Promise<VerifyReport> {
    return verifyLibrary(this.#db, this.#paths, this.#told(call));
  }

  plan(signal?: AbortSignal): Promise<ReclaimPlan> {
    return planReclaim(this.#db, this.#paths, { clock: this.#options.clock, ...(signal && { signal }) });
  }

  /** @throws AppError job/invalid-state while a job runs or another removal is under way, and what reclaim() throws */
  async reclaim(plan: ReclaimPlan, call: UpkeepCall = {}): Promise<ReclaimReport> {
    if (this.#isRemoving || this.#options.isBusy())
      throw new AppError('job/invalid-state', 'Space cannot be reclaimed while a job runs.', {
        field: 'queue',
        value: 'running',
        remedy: 'Wait for it to finish, or cancel it, then try again.',
      });
    this.#isRemoving = true;
    const work = reclaim(this.#db, this.#paths, plan, { ...this.#told(call), clock: this.#options.clock });
    // Whoever waits cares only that it is over; its failure is told to the one who asked.
    this.#removing = work.catch(() => undefined);
    try {
      return await work;
    } finally {
      this.#isRemoving = false;
    }
  }

  /** Progress goes to the one who asked and to whoever listens. */
  #told(call: UpkeepCall): UpkeepCall {
    return {
      ...call,
      onProgress: (progress) => {
        call.onProgress?.(progress);
        this.#options.onProgress?.(progress);
      },
    };
  }

  /** Resolves when nothing is being removed. */
  async giveWay(): Promise<void> {
    await this.#removing;
  }
}
