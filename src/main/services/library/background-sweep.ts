/**
 * The startup sweep in the background. It gives way as soon as something wants to store files: a frame that lies there as
 * an orphan may be the very picture about to be named by a new row, and after a jump of the clock a file being written
 * looks old.
 */
import { errnoOf } from '../../platform/fs-atomic';
import type { Log } from '../../platform/log';
import type { LibraryPaths } from '../../platform/paths';
import type { LibraryDatabase } from '../database/library-database';
import { sweepLibrary, type SweepOptions } from './sweep';

export class BackgroundSweep {
  readonly #controller = new AbortController();
  readonly #log: Log;
  #ended: Promise<void> = Promise.resolve();

  constructor(log: Log) {
    this.#log = log;
  }

  start(db: LibraryDatabase, paths: LibraryPaths, options: Omit<SweepOptions, 'signal'>): void {
    const { signal } = this.#controller;
    this.#ended = sweepLibrary(db, paths, { ...options, signal }).then(
      () => undefined,
      (error: unknown) => {
        if (signal.aborted) return;
        this.#log.warn('the library sweep stopped', { area: 'library', code: errnoOf(error), error });
      },
    );
  }

  /** Resolves when the sweep is over, by itself or because it gave way. */
  ended(): Promise<void> {
    return this.#ended;
  }

  /** Ends the sweep, if it is still at work; it begins again at the next start of the app. */
  giveWay(): Promise<void> {
    this.#controller.abort();
    return this.#ended;
  }
}
