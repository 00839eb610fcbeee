/**
 * An open library: its folder, its lock and its database. Opening makes what is missing and checks what is there;
 * closing leaves one clean file. Everything else in the main process works on one of these.
 */
import { AppError } from '@core/errors';
import { existsSync } from 'node:fs';
import { access, constants, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../platform/clock';
import { errnoOf, fileErrorFrom, syncDir, writeFileAtomic } from '../../platform/fs-atomic';
import type { Log } from '../../platform/log';
import { libraryPaths, type LibraryPaths } from '../../platform/paths';
import { applyRestoreRequest } from '../backups/restore';
import type { LibraryDatabase } from '../database/library-database';
import { releasedMigrations } from '../database/migrations/released';
import type { Migration } from '../database/migration';
import { openDatabase } from '../database/open';
import { acquireLibraryLock } from './lock';

export interface Library {
  readonly paths: LibraryPaths;
  readonly db: LibraryDatabase;
  /** The last process ended without closing the library; its database was checked and is sound. */
  readonly wasUnclean: boolean;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface OpenLibraryOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly nativeBinding?: string | undefined;
  /** Another list only in tests. */
  readonly migrations?: readonly Migration[];
}

/** @throws AppError library/in-use, read-only, disk-full, corrupt, newer-than-app, io */
export async function openLibrary(dir: string, options: OpenLibraryOptions): Promise<Library> {
  const paths = libraryPaths(dir);
  await createFolders(paths);
  const lock = acquireLibraryLock(paths.lock, options.nativeBinding);
  try {
    const wasUnclean = existsSync(paths.openMarker);
    const database = {
      clock: options.clock,
      log: options.log,
      nativeBinding: options.nativeBinding,
      migrations: options.migrations ?? releasedMigrations,
    };
    await applyRestoreRequest(paths, database);
    const db = await openDatabase(paths, { ...database, wasUnclean });
    try {
      await writeFileAtomic(paths.openMarker, `${process.pid}\n`);
    } catch (error) {
      db.close();
      throw error;
    }
    if (wasUnclean) options.log.info('library checked after an unclean stop', { area: 'library' });
    return { paths, db, wasUnclean, close: closeOnce(paths, db, lock.release) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function createFolders(paths: LibraryPaths): Promise<void> {
  for (const dir of [paths.dir, paths.frames, paths.media, paths.jobs]) {
    try {
      await mkdir(dir, { recursive: true });
      // SQLite falls back to reading only, and says CANTOPEN much later: ask now.
      await access(dir, constants.W_OK);
    } catch (error) {
      throw fileErrorFrom(await refusalAbove(dir, error), dir);
    }
  }
}

/** On a read-only file system Node's recursive mkdir says ENOENT; the folder it stands on says why. */
async function refusalAbove(dir: string, error: unknown): Promise<unknown> {
  if (errnoOf(error) !== 'ENOENT') return error;
  let above = dirname(dir);
  while (!existsSync(above) && above !== dirname(above)) above = dirname(above);
  try {
    await access(above, constants.W_OK);
    return error;
  } catch (refusal) {
    return refusal;
  }
}

/** A full disk has no room for it: the WAL then stays beside the database, as good as it, and the next start empties it. */
function emptyWal(db: LibraryDatabase): void {
  try {
    db.pragma('optimize');
    db.checkpoint();
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'library/disk-full')) throw error;
  }
}

function closeOnce(paths: LibraryPaths, db: LibraryDatabase, release: () => void): () => Promise<void> {
  let closing: Promise<void> | null = null;
  const close = async () => {
    try {
      emptyWal(db);
      db.close();
      await rm(paths.openMarker, { force: true });
      await syncDir(paths.dir);
    } finally {
      release();
    }
  };
  return () => (closing ??= close());
}
