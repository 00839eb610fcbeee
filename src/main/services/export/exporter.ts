/**
 * The exporter as the rest of the main process sees it: one call writes one film. The work is done in a child of its own,
 * which can be stopped at any instant, so neither the window nor the timeline waits for an encoder.
 * How the child is made is the shell's affair: a forked Node on the command line, a utilityProcess in the studio.
 */
import { join } from 'node:path';
import { AppError } from '@core/errors';
import { writeFileAtomic } from '../../platform/fs-atomic';
import type { ExportTask } from './messages';
import { runInChild, type ExporterProcess } from './run-in-child';
import { assertCanWrite } from './out-path';
import { assertPresetHolds } from './presets';
import { assertHasPicture, filmFormatOf, removeTemporaries, type WrittenFilm } from './write-film';

export type { ExporterProcess } from './run-in-child';

export interface ExportProgress {
  readonly done: number;
  readonly total: number;
  readonly framesPerSecond: number;
}

export interface ExporterOptions {
  /** Starts out/main/exporter.js. */
  readonly spawn: () => ExporterProcess;
  /** How long a cancelled child may take to put its things away before it is killed. */
  readonly graceMs?: number;
}

export interface RunExportOptions {
  /** jobs/<id>: the task is written there as plan.json and stays, to be looked at. */
  readonly jobDir: string;
  readonly onProgress?: (progress: ExportProgress) => void;
  readonly signal?: AbortSignal;
}

export class Exporter {
  readonly #spawn: () => ExporterProcess;
  readonly #graceMs: number;

  constructor({ spawn, graceMs = 5_000 }: ExporterOptions) {
    this.#spawn = spawn;
    this.#graceMs = graceMs;
  }

  /**
   * Writes the film and resolves when it stands under its name, complete and checked.
   * @throws AppError export/*, input/invalid, media/*, cancelled; the file that stood there before is then untouched
   */
  async run(task: ExportTask, options: RunExportOptions): Promise<WrittenFilm> {
    if (options.signal?.aborted === true) throw new AppError('cancelled', 'the export was cancelled');
    // What can be said at once is said before a process is started.
    assertHasPicture(task.plan);
    assertPresetHolds(task.preset, filmFormatOf(task));
    await assertCanWrite(task.preset, task.outPath);
    const taskPath = join(options.jobDir, 'plan.json');
    await writeFileAtomic(taskPath, JSON.stringify(task));
    try {
      return await this.#runChild(taskPath, options);
    } finally {
      // The child does this itself, unless it was killed.
      await removeTemporaries(task.outPath);
    }
  }

  async #runChild(taskPath: string, { onProgress, signal }: RunExportOptions): Promise<WrittenFilm> {
    const done = await runInChild(this.#spawn(), {
      request: { type: 'export', taskPath },
      what: 'export',
      graceMs: this.#graceMs,
      onMessage: (message) => {
        if (message.type !== 'progress') return;
        onProgress?.({ done: message.done, total: message.total, framesPerSecond: message.framesPerSecond });
      },
      ...(signal && { signal }),
    });
    return { frames: done.frames, bytes: done.bytes };
  }
}
