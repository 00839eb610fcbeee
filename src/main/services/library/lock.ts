/**
 * One process per library. The lock is an EXCLUSIVE transaction on a small database of its own, held for the process's
 * life: the operating system frees it when the process dies, however it dies, and no stale lock file can remain.
 */
import Database from 'better-sqlite3';
import { AppError } from '@core/errors';
import { sqliteErrorFrom } from '../database/sqlite-error';

export interface LibraryLock {
  release(): void;
}

/** @throws AppError library/in-use when another process, or this one, has the library open; library/read-only, library/io */
export function acquireLibraryLock(path: string, nativeBinding?: string): LibraryLock {
  let db: Database.Database | null = null;
  try {
    db = new Database(path, { timeout: 0, ...(nativeBinding !== undefined && { nativeBinding }) });
    // In WAL an exclusive transaction still lets others read, and begin; the rollback journal's lock shuts them out.
    db.pragma('journal_mode = DELETE');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db?.close();
    const known = sqliteErrorFrom(error, path);
    if (known instanceof AppError && known.code === 'library/corrupt')
      throw new AppError(
        'library/io',
        'The lock file of the library is damaged.',
        { field: 'library', value: path, remedy: 'Delete the file library.lock (it holds no data) and try again.' },
        error,
      );
    throw known;
  }
  const held = db;
  return {
    release: () => {
      if (held.inTransaction) held.exec('ROLLBACK');
      held.close();
    },
  };
}
