/**
 * The exporter as the rest of the main process sees it: one call writes one film. The work is done in a child of its own,
 * which can be stopped at any instant, so neither the window nor the timeline waits for an encoder.
 * How the child is made is the shell's affair: a forked Node on the command line, a utilityProcess in the studio.
 */
import { join } from 'node:path';
import { AppError } from '@core/errors';
import { appErrorFromWire } from '@contracts/wire-error';
import { writeFileAtomic } from '../../platform/fs-atomic';
import { ExportMessage, type ExportRequest, type ExportTask } from './messages';
import { assertCanWrite, assertHasPicture, removeTemporaries, type WrittenFilm } from './write-film';
import { assertPresetHolds } from './presets';

/** What the exporter needs of a child process; the engine's EngineProcess is one. */
export interface ExporterProcess {
  postMessage(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, also when the process could not start. */
  onExit(listener: (exit: { code: number | null; signal: string | null }) => void): void;
  kill(): void;
}

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
    assertPresetHolds(task.preset, { ...task.plan, frameCount: task.plan.frames.length });
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

  #runChild(taskPath: string, { onProgress, signal }: RunExportOptions): Promise<WrittenFilm> {
    const child = this.#spawn();
    const send = (request: ExportRequest): void => child.postMessage(request);
    return new Promise<WrittenFilm>((resolve, reject) => {
      let written: WrittenFilm | null = null;
      let failure: AppError | null = null;
      let timer: NodeJS.Timeout | null = null;
      const cancel = (): void => {
        send({ type: 'cancel' });
        timer ??= setTimeout(() => child.kill(), this.#graceMs);
      };
      child.onMessage((raw) => {
        const message = ExportMessage.parse(raw);
        switch (message.type) {
          case 'progress':
            onProgress?.({ done: message.done, total: message.total, framesPerSecond: message.framesPerSecond });
            return;
          case 'done':
            written = { frames: message.frames, bytes: message.bytes };
            child.kill();
            return;
          case 'failed':
            failure = appErrorFromWire(message.error);
            child.kill();
            return;
          default:
            message satisfies never;
        }
      });
      // Only when the child is gone is the file's name free to be used again.
      child.onExit(({ code, signal: signalName }) => {
        if (timer !== null) clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        if (written !== null) resolve(written);
        // Ctrl+C reaches ffmpeg itself, which may fail before it is stopped: that, too, is a cancel.
        else if (signal?.aborted === true) reject(new AppError('cancelled', 'the export was cancelled'));
        else if (failure !== null) reject(failure);
        else
          reject(
            new AppError(
              'export/ffmpeg-failed',
              `the export process ended unexpectedly (${signalName ?? `exit ${code}`})`,
              {
                remedy: 'Export again; run `onionskin doctor` if it happens twice.',
              },
            ),
          );
      });
      signal?.addEventListener('abort', cancel, { once: true });
      if (signal?.aborted === true) cancel();
      else send({ type: 'export', taskPath });
    });
  }
}
