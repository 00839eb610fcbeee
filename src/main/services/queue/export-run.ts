/**
 * One export, run: the task written when it was asked for is read back and given to the exporter, so the film is that
 * of the version the artist exported, whatever was edited meanwhile.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@core/errors';
import type { Clock } from '../../platform/clock';
import { errnoOf, fileErrorFrom } from '../../platform/fs-atomic';
import { ExportTask } from '../export/messages';
import type { ExportCosts } from '../export/export-costs';
import { interchangeFrames } from '../export/write-interchange';
import { Coalescer } from './coalescer';
import type { RunContext } from './job-queue';

export interface ExportProgress {
  readonly done: number;
  readonly total: number;
  readonly framesPerSecond: number;
}

/** What this needs of Exporter. */
export interface FilmExporter {
  run(
    task: ExportTask,
    options: {
      readonly jobDir: string;
      readonly onProgress?: (progress: ExportProgress) => void;
      readonly signal?: AbortSignal;
    },
  ): Promise<{ readonly bytes: number }>;
}

export interface ExportRunOptions {
  readonly exporter: FilmExporter;
  readonly jobsDir: string;
  readonly clock: Clock;
  readonly onProgress: (progress: ExportProgress & { readonly jobId: string }) => void;
  readonly exportCosts: ExportCosts;
}

export async function runExport({ jobId, signal }: RunContext, options: ExportRunOptions): Promise<void> {
  const jobDir = join(options.jobsDir, jobId);
  const task = await readTask(join(jobDir, 'plan.json'));
  const progress = new Coalescer<ExportProgress>(options.clock, ({ done, total, framesPerSecond }) =>
    options.onProgress({ jobId, done, total, framesPerSecond }),
  );
  const startMs = options.clock.monotonicMs();
  let bytes: number;
  try {
    ({ bytes } = await options.exporter.run(task, { jobDir, onProgress: (value) => progress.push(value), signal }));
  } finally {
    progress.flush();
  }
  const { plan, preset, smooth } = task;
  const frameCount = task.interchange === null ? plan.frames.length : interchangeFrames(task);
  const film = { ...plan, preset, frameCount, smoothing: smooth?.smoothing ?? 1 };
  options.exportCosts.record(film, { seconds: (options.clock.monotonicMs() - startMs) / 1000, bytes });
}

async function readTask(path: string): Promise<ExportTask> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw fileErrorFrom(error, path);
    throw new AppError(
      'input/not-found',
      'The plan of this export is gone.',
      { remedy: 'Export the film again.' },
      error,
    );
  }
  return ExportTask.parse(JSON.parse(text));
}
