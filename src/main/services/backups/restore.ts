/**
 * Going back to a backup. Asking for it only writes down which one; the library changes when it is next opened, under its
 * lock and before anything reads it. The database of now is moved aside under a name with the time, never deleted.
 * Every step may be the last: the next start takes it from there.
 */
import { existsSync } from 'node:fs';
import { copyFile, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@core/errors';
import type { BackupView } from '@contracts/library';
import { fileErrorFrom, syncDir, syncFile, writeFileAtomic } from '../../platform/fs-atomic';
import { fileTimestamp, type LibraryPaths } from '../../platform/paths';
import { LibraryDatabase, type LibraryDatabaseOptions } from '../database/library-database';
import { assertKnownVersion, type Migration } from '../database/migration';
import { assertSound } from '../database/quick-check';
import { backupPath, listBackups } from './backup-files';

export interface RestoreOptions extends LibraryDatabaseOptions {
  readonly migrations: readonly Migration[];
}

/**
 * Checks the backup and notes that the library is to go back to it.
 * @throws AppError input/not-found, library/corrupt (the backup is damaged), library/newer-than-app, library/*
 */
export async function requestRestore(paths: LibraryPaths, name: string, options: RestoreOptions): Promise<void> {
  const path = await backupPath(paths, name);
  await assertUsable(path, options);
  await writeFileAtomic(requestFile(paths), `${name}\n`);
}

/**
 * Does what was asked for, if anything was. A backup that has gone or been damaged since is passed over: the library then
 * opens as it is, and the log says why.
 * @returns true when the library is now that of a backup
 */
export async function applyRestoreRequest(paths: LibraryPaths, options: RestoreOptions): Promise<boolean> {
  const request = requestFile(paths);
  if (!existsSync(request)) return false;
  const { clock, log } = options;
  const copy = join(paths.dir, '.tmp-restored.sqlite');
  try {
    const name = (await readFile(request, 'utf8')).trim();
    try {
      const source = await backupPath(paths, name);
      await copyWhole(source, copy);
      await assertUsable(copy, options);
    } catch (error) {
      const isPassedOver = error instanceof AppError && PASSED_OVER.has(error.code);
      if (!isPassedOver) throw error;
      log.error('a backup could not be restored', { area: 'backups', backup: name, error });
      await rm(copy, { force: true });
      await rm(request, { force: true });
      return false;
    }
    const aside = join(paths.dir, `library.replaced-${fileTimestamp(clock.now())}.sqlite`);
    // Side files first: a database without its own WAL must never be found under its name.
    for (const suffix of ['-wal', '-shm', ''])
      if (existsSync(paths.database + suffix)) await rename(paths.database + suffix, aside + suffix);
    await syncDir(paths.dir);
    await rename(copy, paths.database);
    await syncDir(paths.dir);
    await rm(request, { force: true });
    await syncDir(paths.dir);
    log.info('library restored from a backup', { area: 'backups', backup: name });
    return true;
  } catch (error) {
    throw fileErrorFrom(error, paths.database);
  }
}

/** The newest backup that could be gone back to, and null when there is none. Damaged ones are passed over. */
export async function newestGoodBackup(paths: LibraryPaths, options: RestoreOptions): Promise<BackupView | null> {
  for (const backup of await listBackups(paths)) {
    try {
      await assertUsable(await backupPath(paths, backup.name), options);
      return backup;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      options.log.warn('a backup cannot be used', { area: 'backups', backup: backup.name, error });
    }
  }
  return null;
}

const PASSED_OVER = new Set(['input/not-found', 'library/corrupt', 'library/newer-than-app']);

function requestFile(paths: LibraryPaths): string {
  return join(paths.dir, 'library.restore');
}

async function assertUsable(path: string, options: RestoreOptions): Promise<void> {
  const db = new LibraryDatabase(path, options);
  try {
    assertKnownVersion(db, options.migrations);
    // Opening set WAL mode; a backup stays one file.
    db.pragma('journal_mode = DELETE');
  } finally {
    db.close();
  }
  await assertSound(path, options);
}

async function copyWhole(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  await copyFile(from, to);
  await syncFile(to);
}
