/**
 * The exporter's child process: takes one task, writes or reads one film, and says how it went; then the parent ends it. When the
 * parent is gone it removes what it had begun and ends by itself.
 */
import { readFile } from 'node:fs/promises';
import { AppError } from '@core/errors';
import { wireErrorFrom } from '@contracts/wire-error';
import { conformFootage, type ConformTask } from '../footage/conform-task';
import { parentPort } from './parent-port';
import { ExportRequest, ExportTask, type ExportMessage } from './messages';
import { framesToWrite, writeFilm } from './write-film';

/** At most ten progress messages a second; the last one is never dropped. */
const PROGRESS_INTERVAL_MS = 100;

const port = parentPort();
const cancelled = new AbortController();

port.onMessage((raw) => {
  const request = ExportRequest.parse(raw);
  switch (request.type) {
    case 'export':
      void exportFilm(request.taskPath).then(sayLast);
      return;
    case 'conform':
      void conform(request.task).then(sayLast);
      return;
    case 'cancel':
      cancelled.abort();
      return;
    default:
      request satisfies never;
  }
});
port.onClose(() => cancelled.abort());
// A terminal's Ctrl+C reaches the whole process group; the parent decides what it means.
process.on('SIGINT', () => undefined);

async function exportFilm(taskPath: string): Promise<ExportMessage> {
  try {
    const task = ExportTask.parse(JSON.parse(await readFile(taskPath, 'utf8')));
    const total = framesToWrite(task);
    const startMs = performance.now();
    let sentMs = -Infinity;
    const written = await writeFilm(task, {
      signal: cancelled.signal,
      onFrame: (done) => {
        const nowMs = performance.now();
        if (nowMs - sentMs < PROGRESS_INTERVAL_MS && done < total) return;
        sentMs = nowMs;
        const framesPerSecond = (done * 1000) / Math.max(1, nowMs - startMs);
        port.postMessage({ type: 'progress', done, total, framesPerSecond } satisfies ExportMessage);
      },
    });
    return { type: 'done', frames: written.frames, bytes: written.bytes };
  } catch (error) {
    const reported = cancelled.signal.aborted
      ? new AppError('cancelled', 'the export was cancelled', {}, error)
      : error;
    return { type: 'failed', error: wireErrorFrom(reported) };
  }
}

async function conform(task: ConformTask): Promise<ExportMessage> {
  try {
    const { bytes } = await conformFootage(task, {
      signal: cancelled.signal,
      onFrames: (frames) => port.postMessage({ type: 'frames', frames } satisfies ExportMessage),
    });
    return { type: 'done', frames: task.recipe.frameCount, bytes };
  } catch (error) {
    const reported = cancelled.signal.aborted
      ? new AppError('cancelled', 'the import was cancelled', {}, error)
      : error;
    return { type: 'failed', error: wireErrorFrom(reported) };
  }
}

function sayLast(last: ExportMessage): void {
  port.postMessage(last);
  port.onClose(() => process.exit(0));
}
