/**
 * Opens a library's database: checks it after an unclean stop, backs it up before a migration, moves a damaged file
 * aside. Never deletes a database and never goes on with an empty one in silence.
 */
import { existsSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@core/errors';
import { fileTimestamp, type LibraryPaths } from '../../platform/paths';
import { backUp } from '../backups/backup-files';
import { newestGoodBackup } from '../backups/restore';
import { LibraryDatabase, type LibraryDatabaseOptions } from './library-database';
import { assertKnownVersion, migrate, schemaVersion, type Migration } from './migration';
import { assertSound } from './quick-check';

export interface OpenDatabaseOptions extends LibraryDatabaseOptions {
  readonly migrations: readonly Migration[];
  /** The last process did not close the library: check the database before anyone trusts it. */
  readonly wasUnclean: boolean;
}

/** @throws AppError library/corrupt (file moved aside and named), newer-than-app, disk-full, read-only, io */
export async function openDatabase(paths: LibraryPaths, options: OpenDatabaseOptions): Promise<LibraryDatabase> {
  const existed = existsSync(paths.database);
  let db: LibraryDatabase | null = null;
  try {
    db = new LibraryDatabase(paths.database, options);
    assertKnownVersion(db, options.migrations);
    if (existed && options.wasUnclean) await assertSound(paths.database, options);
  } catch (error) {
    db?.close();
    if (error instanceof AppError && error.code === 'library/corrupt' && isDamage(error))
      throw await moveAside(paths, options, error);
    throw error;
  }
  try {
    const version = schemaVersion(db);
    if (version > 0 && version < options.migrations.length) await backUp(db, paths, options, `before-v${version + 1}`);
    migrate(db, options.migrations);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Told apart from another program's healthy database, which is left where it is. */
function isDamage(error: AppError): boolean {
  return error.cause !== undefined;
}

async function moveAside(paths: LibraryPaths, options: OpenDatabaseOptions, cause: AppError): Promise<AppError> {
  const name = `library.corrupt-${fileTimestamp(options.clock.now())}.sqlite`;
  for (const suffix of ['', '-wal', '-shm']) {
    const from = paths.database + suffix;
    if (existsSync(from)) await rename(from, join(paths.dir, name + suffix));
  }
  const newest = (await newestGoodBackup(paths, options))?.name;
  options.log.error('damaged database moved aside', { area: 'database', movedTo: name, cause });
  return new AppError(
    'library/corrupt',
    `The library's database was damaged. It was moved aside as ${name}; nothing was deleted.`,
    {
      field: 'library',
      value: paths.database,
      remedy:
        newest === undefined
          ? 'Open the library again to start with an empty list of projects; frames and media stay in the folder.'
          : `Open the studio, which offers the newest good backup; or run: onionskin library restore ${newest}`,
    },
    cause,
  );
}

/**
 * True while a damaged database, or one that a backup took the place of, lies in the folder: files that no row names may
 * still be named by it.
 */
export async function hasDatabaseMovedAside(paths: LibraryPaths): Promise<boolean> {
  return (await readdir(paths.dir)).some((name) => /^library\.(corrupt|replaced)-.*\.sqlite$/.test(name));
}
