/**
 * Takes that are rendered again to see whether they still come out the same. Each is a job in the queue; its answer waits
 * here while the dialog is closed, and says so.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { TakeComparison } from '@contracts/history';
import type { JobView } from '@contracts/job';
import type { AppState } from '../../state/app.svelte';
import { strings } from './strings';

export interface Rerender {
  /** null until it is queued. */
  readonly jobId: string | null;
  /** running: waits, runs or is compared · done: has its comparison · stopped: ended without one */
  readonly state: 'running' | 'done' | 'stopped';
  readonly comparison: TakeComparison | null;
}

const ENDS: ReadonlySet<JobView['state']> = new Set(['done', 'failed', 'cancelled', 'interrupted']);
/** Oldest answers give way. */
const MAX_KEPT = 50;

export class Rerenders {
  readonly #app: AppState;
  readonly #byTake = new SvelteMap<string, Rerender>();

  constructor(app: AppState) {
    this.#app = app;
    app.client.on('jobs.changed', ({ job }) => void this.#onJob(job));
  }

  of(takeId: string): Rerender | null {
    return this.#byTake.get(takeId) ?? null;
  }

  /** Queues the run; asked twice, it is one. */
  async start(takeId: string): Promise<void> {
    if (this.of(takeId)?.state === 'running') return;
    this.#put(takeId, { jobId: null, state: 'running', comparison: null });
    const answer = await this.#app.attempt(() => this.#app.client.invoke('takes.rerender', { takeId }));
    if (answer === null) return this.#put(takeId, { jobId: null, state: 'stopped', comparison: null });
    this.#put(takeId, { jobId: answer.jobId, state: 'running', comparison: null });
    // It may have ended before its id was known here.
    const job = this.#app.jobs.byId(answer.jobId);
    if (job !== null) await this.#onJob(job);
  }

  async stop(takeId: string): Promise<void> {
    const jobId = this.of(takeId)?.jobId ?? null;
    if (jobId !== null) await this.#app.attempt(() => this.#app.client.invoke('jobs.cancel', { jobId }));
  }

  async #onJob(job: JobView): Promise<void> {
    const takeId = this.#takeOf(job.id);
    if (takeId === null || !ENDS.has(job.state)) return;
    const otherTakeId = job.takeId;
    if (job.state !== 'done' || otherTakeId === null)
      return this.#put(takeId, { jobId: null, state: 'stopped', comparison: null });
    // Taken off the job: it is compared once.
    this.#put(takeId, { jobId: null, state: 'running', comparison: null });
    const comparison = await this.#app.attempt(() => this.#app.client.invoke('takes.compare', { takeId, otherTakeId }));
    this.#put(takeId, { jobId: null, state: comparison === null ? 'stopped' : 'done', comparison });
    if (comparison === null || this.#isShown(takeId)) return;
    const show = (): void => void (this.#app.dialog = { kind: 'recipe', takeId });
    const text = comparison.isIdentical ? strings.identical(comparison.framesCompared) : strings.different(comparison);
    this.#app.toast('info', strings.resultToast, text, { label: strings.show, run: show });
  }

  #isShown(takeId: string): boolean {
    const { dialog } = this.#app;
    if (dialog?.kind === 'recipe-file') return dialog.file.found.some((one) => one.takeId === takeId);
    return dialog?.kind === 'recipe' && dialog.takeId === takeId;
  }

  #takeOf(jobId: string): string | null {
    for (const [takeId, one] of this.#byTake) if (one.jobId === jobId) return takeId;
    return null;
  }

  #put(takeId: string, rerender: Rerender): void {
    this.#byTake.delete(takeId);
    this.#byTake.set(takeId, rerender);
    const [oldest] = [...this.#byTake].find(([, one]) => one.state !== 'running') ?? [];
    if (this.#byTake.size > MAX_KEPT && oldest !== undefined) this.#byTake.delete(oldest);
  }
}

const byApp = new WeakMap<AppState, Rerenders>();

export function rerendersOf(app: AppState): Rerenders {
  const known = byApp.get(app);
  if (known !== undefined) return known;
  const made = new Rerenders(app);
  byApp.set(app, made);
  return made;
}
