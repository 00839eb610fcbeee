/**
 * One backup a day without being asked: when the library is opened, and later whenever nothing runs. A library without
 * projects has nothing to lose yet and is left alone. A failure is logged and tried again at the next look.
 */
import { z } from 'zod';
import { AppError } from '@core/errors';
import type { LibraryPaths } from '../../platform/paths';
import type { LibraryDatabase, LibraryDatabaseOptions } from '../database/library-database';
import { backUp, DAILY_LABEL, listBackups } from './backup-files';

export interface DailyBackupsOptions extends LibraryDatabaseOptions {
  /** False while a job runs: a backup reads the whole database. */
  readonly isIdle: () => boolean;
  /** Resolves when nothing removes files: a backup half written looks like litter after a jump of the clock. */
  readonly untilSwept: () => Promise<void>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const LOOK_EVERY_MS = 10 * 60 * 1000;
const Any = z.object({ found: z.int() });

export class DailyBackups {
  readonly #db: LibraryDatabase;
  readonly #paths: LibraryPaths;
  readonly #options: DailyBackupsOptions;
  readonly #controller = new AbortController();
  #running: Promise<boolean> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(db: LibraryDatabase, paths: LibraryPaths, options: DailyBackupsOptions) {
    this.#db = db;
    this.#paths = paths;
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.runIfDue(), LOOK_EVERY_MS);
    this.#timer.unref();
    void this.runIfDue();
  }

  /** Never rejects. @returns true when a backup was made */
  runIfDue(): Promise<boolean> {
    this.#running ??= this.#run().finally(() => (this.#running = null));
    return this.#running;
  }

  /** Stops a backup under way, whose half is removed, and waits for that. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#controller.abort();
    await this.#running;
  }

  async #run(): Promise<boolean> {
    const { signal } = this.#controller;
    try {
      if (signal.aborted || !this.#options.isIdle() || !this.#hasProjects() || !(await this.#isDue())) return false;
      await this.#options.untilSwept();
      await backUp(this.#db, this.#paths, { ...this.#options, signal }, DAILY_LABEL);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'cancelled') return false;
      this.#options.log.warn('the daily backup failed', { area: 'backups', error });
      return false;
    }
  }

  #hasProjects(): boolean {
    return this.#db.get(Any, 'SELECT EXISTS (SELECT 1 FROM projects) AS found')?.found === 1;
  }

  /** Also when the newest seems to come from the future: the clock was set back, and a day may be a year off. */
  async #isDue(): Promise<boolean> {
    const newest = (await listBackups(this.#paths)).find(({ kind }) => kind === 'daily');
    if (newest === undefined) return true;
    return Math.abs(this.#options.clock.now() - newest.createdAt) >= DAY_MS;
  }
}
