/**
 * Jobs as main reports them: state is reliable and comes whole, progress and previews are lossy and bounded.
 * What belongs to a running job (frames, preview, progress) is dropped when the job ends.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { RunProgress, StepPreview } from '@contracts/engine';
import type { JobView } from '@contracts/job';

/** Of a job that is counted in frames: an export or an import. */
export interface ExportProgress {
  readonly done: number;
  readonly total: number;
  readonly framesPerSecond: number;
}

/** What a running job was asked to do after its step. */
export type StopWish = 'cancel' | 'discard' | 'pause';

const NO_FRAMES: ReadonlyMap<number, string> = new Map();

export class Jobs {
  /** Newest first. */
  list: readonly JobView[] = $state.raw([]);

  readonly running: JobView | null = $derived(this.list.find((job) => job.state === 'running') ?? null);
  /** In the order they will run. */
  readonly queued: readonly JobView[] = $derived(
    this.list.filter((job) => job.state === 'queued').sort((a, b) => a.queuePlace - b.queuePlace),
  );
  /** Stopped by the artist with all they have done, the newest first. */
  readonly paused: readonly JobView[] = $derived(this.list.filter((job) => job.state === 'paused'));

  readonly #progress = new SvelteMap<string, RunProgress>();
  readonly #exports = new SvelteMap<string, ExportProgress>();
  readonly #frames = new SvelteMap<string, ReadonlyMap<number, string>>();
  readonly #previews = new SvelteMap<string, StepPreview>();
  readonly #stopWishes = new SvelteMap<string, StopWish>();
  readonly #previewListeners = new Set<(preview: StepPreview) => void>();

  replace(jobs: readonly JobView[]): void {
    this.list = [...jobs].sort((a, b) => b.createdAt - a.createdAt);
  }

  /** A job as it is now. Returns the view before, null when it is new. */
  put(job: JobView): JobView | null {
    const before = this.byId(job.id);
    this.replace(before === null ? [job, ...this.list] : this.list.map((one) => (one.id === job.id ? job : one)));
    if (job.state !== 'running') {
      this.#progress.delete(job.id);
      this.#exports.delete(job.id);
      this.#frames.delete(job.id);
      this.#previews.delete(job.id);
      this.#stopWishes.delete(job.id);
    }
    return before;
  }

  /** Remembers that a running job was asked to stop, until it has. */
  putStopWish(jobId: string, wish: StopWish): void {
    if (this.byId(jobId)?.state === 'running') this.#stopWishes.set(jobId, wish);
  }

  dropStopWish(jobId: string): void {
    this.#stopWishes.delete(jobId);
  }

  stopWishOf(jobId: string): StopWish | null {
    return this.#stopWishes.get(jobId) ?? null;
  }

  byId(jobId: string): JobView | null {
    return this.list.find((job) => job.id === jobId) ?? null;
  }

  putProgress(progress: RunProgress): void {
    const known = this.#progress.get(progress.jobId);
    if (known !== undefined && known.seq >= progress.seq) return;
    if (this.byId(progress.jobId)?.state === 'running') this.#progress.set(progress.jobId, progress);
  }

  putExportProgress(jobId: string, progress: ExportProgress): void {
    if (this.byId(jobId)?.state === 'running') this.#exports.set(jobId, progress);
  }

  putFrames(jobId: string, frames: readonly { index: number; hash: string }[]): void {
    if (this.byId(jobId)?.state !== 'running') return;
    const next = new Map(this.#frames.get(jobId) ?? []);
    for (const { index, hash } of frames) next.set(index, hash);
    this.#frames.set(jobId, next);
  }

  putPreview(preview: StepPreview): void {
    if (this.byId(preview.jobId)?.state !== 'running') return;
    this.#previews.set(preview.jobId, preview);
    for (const listener of this.#previewListeners) listener(preview);
  }

  progressOf(jobId: string): RunProgress | null {
    return this.#progress.get(jobId) ?? null;
  }

  exportProgressOf(jobId: string): ExportProgress | null {
    return this.#exports.get(jobId) ?? null;
  }

  /** Finished frames of a running job by index in its segment. */
  framesOf(jobId: string): ReadonlyMap<number, string> {
    return this.#frames.get(jobId) ?? NO_FRAMES;
  }

  previewOf(jobId: string): StepPreview | null {
    return this.#previews.get(jobId) ?? null;
  }

  /** The job that is making this segment now, or the next one waiting to. */
  runningFor(segmentId: string): JobView | null {
    const mine = this.list.filter((job) => job.segmentId === segmentId);
    return (
      mine.find((job) => job.state === 'running') ?? this.queued.find((job) => job.segmentId === segmentId) ?? null
    );
  }

  /** Hears every preview as it arrives, outside reactivity: for drawing. */
  onPreview(listener: (preview: StepPreview) => void): () => void {
    this.#previewListeners.add(listener);
    return () => void this.#previewListeners.delete(listener);
  }
}
