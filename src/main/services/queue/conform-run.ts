/**
 * One conform, run: a child decodes the film and stores its frames, each is noted at once, and at the end, whole or not,
 * they become a take like a generated one. A conform that was stopped goes on after the frames it has, also when it is asked
 * for anew; the same film at the same cut, rate and size is never decoded twice.
 */
import type { ConformPayload, ResumeStep } from '@contracts/job';
import type { Clock } from '../../platform/clock';
import { runInChild, type ExporterProcess } from '../export/run-in-child';
import type { FootageService } from '../footage/footage-service';
import type { ConformPace } from '../footage/pace';
import type { FrameStore } from '../media/frame-store';
import type { TakeStore } from '../takes/take-store';
import { Coalescer } from './coalescer';
import type { ExportProgress } from './export-run';
import type { JobStore } from './job-store';
import type { Kept, RunContext, WholeRun } from './job-queue';
import { contiguousFrames, type StoredFrame } from './partial-take';

export interface ConformRunOptions {
  readonly spawn: () => ExporterProcess;
  readonly footage: FootageService;
  readonly pace: ConformPace;
  readonly frames: FrameStore;
  readonly jobs: JobStore;
  readonly takes: TakeStore;
  readonly transaction: <T>(change: () => T) => T;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly onProgress: (progress: ExportProgress & { readonly jobId: string }) => void;
  readonly onFrames: (jobId: string, frames: { index: number; hash: string }[]) => void;
}

const GRACE_MS = 2_000;
const NO_SECONDS = { load: 0, encode: 0, denoise: 0, decode: 0, write: 0, total: 0, transformer: 0 };

/** @throws AppError media/*, library/*, cancelled */
export async function runConform(
  { recipe }: ConformPayload,
  { jobId, signal }: RunContext,
  options: ConformRunOptions,
): Promise<WholeRun> {
  const { frameCount: total } = recipe;
  const known = await knownFrames(recipe, options);
  if (known.length === total) return { frames: known, seconds: NO_SECONDS, report: null };
  if (known.length > storedOf(options.jobs, jobId, total).length)
    noteFrames(
      jobId,
      known.map((hash, index) => ({ index, hash })),
      options,
    );
  const { footage, pace, frames, clock, jobs } = options;
  const { media, facts, place } = await footage.online(recipe.mediaId, signal);
  const before = storedOf(jobs, jobId, total).length;
  const progress = new Coalescer<ExportProgress>(clock, (value) => options.onProgress({ jobId, ...value }));
  const startMs = clock.monotonicMs();
  try {
    if (before < total)
      await runInChild(options.spawn(), {
        request: { type: 'conform', task: { recipe, place, facts, framesDir: frames.dir, done: before } },
        what: 'import',
        graceMs: GRACE_MS,
        onMessage: (message) => {
          if (message.type !== 'frames') return;
          noteFrames(jobId, message.frames, options);
          const done = Math.max(0, ...message.frames.map(({ index }) => index + 1));
          const seconds = Math.max(0.001, (clock.monotonicMs() - startMs) / 1000);
          progress.push({ done, total, framesPerSecond: (done - before) / seconds });
        },
        signal,
      });
  } finally {
    progress.flush();
  }
  const seconds = (clock.monotonicMs() - startMs) / 1000;
  if (before === 0) pace.record(media, recipe, seconds);
  return {
    frames: storedOf(jobs, jobId, total),
    seconds: { ...NO_SECONDS, decode: seconds, total: seconds },
    report: null,
  };
}

/** Stores the take of a run, in its caller's transaction. `whole` is null for one that was stopped. */
export function keepConform(
  { recipe, shotId, segmentId, draftKey }: ConformPayload,
  { jobId, projectId }: Omit<RunContext, 'signal'>,
  whole: WholeRun | null,
  { jobs, takes, clock, newId }: ConformRunOptions,
): Kept {
  const frames = whole?.frames ?? storedOf(jobs, jobId, recipe.frameCount);
  if (frames.length === 0) return {};
  const { takeId } = jobs.view(jobId);
  if (takeId !== null && takes.get(takeId).view.frames.join() === frames.join()) return { earlierTakeId: takeId };
  const place = { projectId, shotId, segmentId, parentTakeId: null };
  const take = takes.add({ id: newId(), ...place, recipe, draftKey, frames, createdAt: clock.now() });
  if (whole !== null) return { take, seconds: whole.seconds };
  return { take, message: `The first ${frames.length} of ${recipe.frameCount} frames were kept.` };
}

/** Where a stopped conform goes on; null = from the beginning. */
export function conformStep({ recipe }: ConformPayload, jobId: string, jobs: JobStore): ResumeStep | null {
  const step = storedOf(jobs, jobId, recipe.frameCount).length;
  return step === 0 ? null : { window: 0, windows: 1, step, steps: recipe.frameCount };
}

/** What takes of the very same recipe have, from its first frame on, as far as the files are still there. */
async function knownFrames(recipe: ConformPayload['recipe'], options: ConformRunOptions): Promise<string[]> {
  const frames = options.takes.framesOfRecipe(recipe);
  const there = new Map<string, boolean>();
  for (const [i, hash] of frames.entries()) {
    if (!there.has(hash)) there.set(hash, await options.frames.has(hash));
    if (there.get(hash) === false) return frames.slice(0, i);
  }
  return frames;
}

function storedOf(jobs: JobStore, jobId: string, frameCount: number): string[] {
  return contiguousFrames('first', frameCount, jobs.framesOf(jobId));
}

/** File first, row second: the child reports a frame when it is safely on disk. */
function noteFrames(jobId: string, stored: readonly StoredFrame[], options: ConformRunOptions): void {
  const { jobs, takes, transaction, clock, onFrames } = options;
  transaction(() => {
    takes.addFrames(
      stored.map((frame) => frame.hash),
      clock.now(),
    );
    jobs.addFrames(jobId, stored);
  });
  onFrames(
    jobId,
    stored.map(({ index, hash }) => ({ index, hash })),
  );
}
