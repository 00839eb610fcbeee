/**
 * Edits on their way to the library: one commit in flight, the rest waiting in order.
 * A commit that fails stays at the head and nothing after it is sent until `retry`; the document in memory is never
 * rolled back. A stale version cannot be retried (somebody else wrote): the owner reloads the project instead.
 */
import { AppError } from '@core/errors';
import type { DocumentDiff } from '@core/document/diff';
import { appErrorFrom } from './app-error-from';

export interface PendingCommit {
  readonly label: string;
  readonly source: 'edit' | 'amend' | 'undo' | 'redo' | 'session';
  readonly diff: DocumentDiff;
}

export interface CommitQueueOptions {
  /** Version of the document as opened. */
  readonly version: number;
  /** Writes one commit on top of `baseVersion` and answers with the new version. */
  readonly send: (commit: PendingCommit, baseVersion: number) => Promise<number>;
  readonly onFailure: (error: AppError) => void;
  readonly onStale: () => void;
}

const MAX_WAITING = 1_000;

export class CommitQueue {
  /** What stopped the queue; null while it flows. */
  failure: AppError | null = $state.raw(null);
  /** Commits not yet in the library, the one in flight included. */
  waiting = $state(0);

  readonly #options: CommitQueueOptions;
  readonly #queue: PendingCommit[] = [];
  #version: number;
  #isSending = false;
  #idle: (() => void)[] = [];

  constructor(options: CommitQueueOptions) {
    this.#options = options;
    this.#version = options.version;
  }

  /** Throws when so much is waiting behind a failure that more would only be lost later. */
  assertRoom(): void {
    if (this.#queue.length < MAX_WAITING) return;
    throw new AppError('library/io', `${MAX_WAITING} changes are waiting to be saved`, {
      remedy: 'Make room or write access for the library, then press Save again.',
    });
  }

  push(commit: PendingCommit): void {
    this.assertRoom();
    this.#queue.push(commit);
    this.waiting = this.#queue.length;
    void this.#pump();
  }

  /** Sends the failed commit again. */
  retry(): void {
    this.failure = null;
    void this.#pump();
  }

  /** Resolves when everything is in the library, or when the queue has stopped on a failure. */
  settled(): Promise<void> {
    if (!this.#isSending && (this.#queue.length === 0 || this.failure !== null)) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #pump(): Promise<void> {
    if (this.#isSending || this.failure !== null) return;
    this.#isSending = true;
    try {
      for (let commit = this.#queue[0]; commit !== undefined; commit = this.#queue[0]) {
        this.#version = await this.#options.send(commit, this.#version);
        this.#queue.shift();
        this.waiting = this.#queue.length;
      }
    } catch (thrown) {
      const error = appErrorFrom(thrown);
      this.failure = error;
      if (error.code === 'project/stale-version') this.#options.onStale();
      else this.#options.onFailure(error);
    } finally {
      this.#isSending = false;
      for (const resolve of this.#idle.splice(0)) resolve();
    }
  }
}
