/**
 * One task in a child process of its own, from its request to its end: cancelling asks first and kills after a while, and
 * the task is over only when the child is gone, so that its files are free to be used again.
 */
import { AppError } from '@core/errors';
import { appErrorFromWire } from '@contracts/wire-error';
import { ExportMessage, type ExportRequest } from './messages';

/** What the exporter needs of a child process; the engine's EngineProcess is one. */
export interface ExporterProcess {
  postMessage(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, also when the process could not start. */
  onExit(listener: (exit: { code: number | null; signal: string | null }) => void): void;
  kill(): void;
}

type Done = Extract<ExportMessage, { type: 'done' }>;

export interface ChildTask {
  readonly request: Exclude<ExportRequest, { type: 'cancel' }>;
  /** For the sentences: "the export". */
  readonly what: 'export' | 'import';
  /** How long a cancelled child may take to put its things away before it is killed. */
  readonly graceMs: number;
  /** Progress and frames; what it throws stops the child and is thrown. */
  readonly onMessage: (message: Exclude<ExportMessage, { type: 'done' | 'failed' }>) => void;
  readonly signal?: AbortSignal;
}

/** @throws AppError what the child failed with, export/ffmpeg-failed when it died, cancelled */
export function runInChild(child: ExporterProcess, task: ChildTask): Promise<Done> {
  const { request, what, graceMs, onMessage, signal } = task;
  const send = (message: ExportRequest): void => child.postMessage(message);
  return new Promise<Done>((resolve, reject) => {
    let done: Done | null = null;
    let failure: unknown = null;
    let timer: NodeJS.Timeout | null = null;
    const cancel = (): void => {
      send({ type: 'cancel' });
      timer ??= setTimeout(() => child.kill(), graceMs);
    };
    child.onMessage((raw) => {
      const message = ExportMessage.parse(raw);
      switch (message.type) {
        case 'progress':
        case 'frames':
          try {
            onMessage(message);
          } catch (error) {
            failure ??= error;
            child.kill();
          }
          return;
        case 'done':
          done = message;
          child.kill();
          return;
        case 'failed':
          failure ??= appErrorFromWire(message.error);
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
      if (done !== null && failure === null) resolve(done);
      // Ctrl+C reaches ffmpeg itself, which may fail before it is stopped: that, too, is a cancel.
      else if (signal?.aborted === true) reject(new AppError('cancelled', `the ${what} was cancelled`));
      else if (failure instanceof Error) reject(failure);
      else
        reject(
          new AppError(
            'export/ffmpeg-failed',
            `the ${what} process ended unexpectedly (${signalName ?? `exit ${code}`})`,
            {
              remedy: `${what === 'export' ? 'Export' : 'Import'} again; run \`onionskin doctor\` if it happens twice.`,
            },
          ),
        );
    });
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    else send(request);
  });
}
