/**
 * The runs that fit a search, newest first, page by page. An answer to a question that is no longer asked is dropped.
 * Bounded: at most MAX_RUNS are held.
 */
import type { HistoryPage, HistoryRun } from '@contracts/history';
import type { AppState } from '../../state/app.svelte';

export interface HistorySearch {
  readonly text: string;
  readonly isStarred: boolean;
  /** null = all films. */
  readonly projectId: string | null;
  /** null = all models. */
  readonly modelId: string | null;
  /** Milliseconds since 1970, [from, to); null = open. */
  readonly from: number | null;
  readonly to: number | null;
}

const PAGE = 50;
const MAX_RUNS = 5_000;

export class HistoryList {
  /** null until the first answer. */
  runs: readonly HistoryRun[] | null = $state.raw(null);
  isLoading = $state(false);

  readonly #app: AppState;
  #search: HistorySearch = { text: '', isStarred: false, projectId: null, modelId: null, from: null, to: null };
  #next: number | null = $state(null);
  #asked = 0;

  constructor(app: AppState) {
    this.#app = app;
  }

  get hasMore(): boolean {
    return this.#next !== null && (this.runs?.length ?? 0) < MAX_RUNS;
  }

  /** The first page of a search. */
  async search(search: HistorySearch): Promise<void> {
    this.#search = search;
    const page = await this.#ask(null);
    if (page === null) return;
    this.runs = page.runs;
    this.#next = page.next;
  }

  /** A run has been made: puts what is new on top and leaves the rest where it is. */
  async refresh(): Promise<void> {
    if (this.runs === null) return;
    const page = await this.#ask(null);
    if (page === null) return;
    const fresh = new Map(page.runs.map((run) => [runKey(run), run]));
    const held = this.runs.map((run) => fresh.get(runKey(run)) ?? run);
    const known = new Set(held.map(runKey));
    if (held.length === 0) this.#next = page.next;
    this.runs = [...page.runs.filter((run) => !known.has(runKey(run))), ...held];
  }

  async more(): Promise<void> {
    if (!this.hasMore || this.isLoading) return;
    const page = await this.#ask(this.#next);
    if (page === null) return;
    this.runs = [...(this.runs ?? []), ...page.runs];
    this.#next = page.next;
  }

  async setStar(takeId: string, isStarred: boolean): Promise<void> {
    this.#patch(takeId, { isStarred });
    const answer = await this.#app.attempt(() => this.#app.client.invoke('takes.star', { takeId, isStarred }));
    if (answer === null) this.#patch(takeId, { isStarred: !isStarred });
  }

  async setNote(takeId: string, note: string): Promise<void> {
    const before = this.runs?.find((run) => run.takeId === takeId)?.note ?? '';
    this.#patch(takeId, { note });
    const answer = await this.#app.attempt(() => this.#app.client.invoke('takes.note', { takeId, note }));
    if (answer === null) this.#patch(takeId, { note: before });
  }

  /** Shown at once; taken back when the library refuses. */
  #patch(takeId: string, change: Partial<Pick<HistoryRun, 'isStarred' | 'note'>>): void {
    this.#app.session?.markTake(takeId, change);
    this.runs = (this.runs ?? []).map((run) => (run.takeId === takeId ? { ...run, ...change } : run));
  }

  /** null when it failed, or another question has been asked since. */
  async #ask(before: number | null): Promise<HistoryPage | null> {
    this.#asked += 1;
    const mine = this.#asked;
    this.isLoading = true;
    const { text, ...rest } = this.#search;
    const query = { ...rest, text: text.trim(), before, limit: PAGE };
    const page = await this.#app.attempt(() => this.#app.client.invoke('history.search', query));
    if (mine !== this.#asked) return null;
    this.isLoading = false;
    return page;
  }
}

/** A run is a take, or a job that left none. */
export function runKey(run: HistoryRun): string {
  return run.takeId ?? run.jobId ?? '';
}
