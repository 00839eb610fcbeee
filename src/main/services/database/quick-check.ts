/**
 * Is a database whole? SQLite's quick_check finds torn and overwritten pages without comparing every index; on a library of
 * years it reads half a gigabyte. So it is asked on a thread and a read-only connection of its own: whoever wants to trust
 * the file waits for the answer, and the event loop goes on.
 */
import Database from 'better-sqlite3';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { AppError } from '@core/errors';
import { sqliteErrorFrom } from './sqlite-error';

export interface QuickCheckOptions {
  readonly nativeBinding?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Text, not a file: every build (studio, command line, benches, tests) then has it without an entry of its own. */
const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { module, path, nativeBinding } = workerData;
  const Database = require(module);
  let answer;
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 5000, ...(nativeBinding && { nativeBinding }) });
    try {
      answer = { said: String(db.pragma('quick_check(1)', { simple: true })) };
    } finally {
      db.close();
    }
  } catch (error) {
    answer = { code: String(error.code), message: String(error.message) };
  }
  parentPort.postMessage(answer);
`;
const Answer = z.union([z.object({ said: z.string() }), z.object({ code: z.string(), message: z.string() })]);

/** @throws AppError library/corrupt with what SQLite said as its cause, library/*, cancelled */
export async function assertSound(path: string, { nativeBinding, signal }: QuickCheckOptions = {}): Promise<void> {
  const module = createRequire(import.meta.url).resolve('better-sqlite3');
  const worker = new Worker(WORKER, { eval: true, workerData: { module, path, nativeBinding } });
  const stop = (): void => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const answer = await new Promise<unknown>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new AppError('cancelled', 'The check of the database was stopped.')));
      if (signal?.aborted === true) stop();
    });
    const parsed = Answer.parse(answer);
    if ('code' in parsed) throw sqliteErrorFrom(new Database.SqliteError(parsed.message, parsed.code), path);
    if (parsed.said !== 'ok')
      throw new AppError('library/corrupt', 'The database is damaged.', {}, new DamageFound(parsed.said));
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

class DamageFound extends Error {
  override readonly name = 'DamageFound';
}
