/**
 * Opens a library's database: checks it after an unclean stop, backs it up before a migration, moves a damaged file
 * aside. Never deletes a database and never goes on with an empty one in silence.
 */
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@core/errors';
import { fileErrorFrom, syncDir } from '../../platform/fs-atomic';
import { fileTimestamp, type LibraryPaths } from '../../platform/paths';
import { LibraryDatabase, type LibraryDatabaseOptions } from './library-database';
import { assertKnownVersion, migrate, schemaVersion, type Migration } from './migration';

export interface OpenDatabaseOptions extends LibraryDatabaseOptions {
  readonly migrations: readonly Migration[];
  /** The last process did not close the library: check the database before anyone trusts it. */
  readonly wasUnclean: boolean;
}

const BACKUPS_KEPT = 5;

/** @throws AppError library/corrupt (file moved aside and named), newer-than-app, disk-full, read-only, io */
export async function openDatabase(paths: LibraryPaths, options: OpenDatabaseOptions): Promise<LibraryDatabase> {
  const existed = existsSync(paths.database);
  let db: LibraryDatabase | null = null;
  try {
    db = new LibraryDatabase(paths.database, options);
    assertKnownVersion(db, options.migrations);
    if (existed && options.wasUnclean) assertSound(db);
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

/** quick_check finds torn and overwritten pages without reading every index. @throws AppError library/corrupt */
function assertSound(db: LibraryDatabase): void {
  const answer = db.pragma('quick_check(1)');
  if (answer === 'ok') return;
  throw new AppError('library/corrupt', 'The database is damaged.', {}, new DamageFound(String(answer)));
}

class DamageFound extends Error {
  override readonly name = 'DamageFound';
}

/** Told apart from another program's healthy database, which is left where it is. */
function isDamage(error: AppError): boolean {
  return error.cause !== undefined;
}

async function moveAside(paths: LibraryPaths, options: LibraryDatabaseOptions, cause: AppError): Promise<AppError> {
  const name = `library.corrupt-${fileTimestamp(options.clock.now())}.sqlite`;
  for (const suffix of ['', '-wal', '-shm']) {
    const from = paths.database + suffix;
    if (existsSync(from)) await rename(from, join(paths.dir, name + suffix));
  }
  const newest = (await listBackups(paths)).at(-1);
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
          : `To go back to the newest backup, copy backups/${newest} to library.sqlite and open the library again.`,
    },
    cause,
  );
}

/** True while a damaged database lies in the folder: files that no row names may still be named by it. */
export async function hasDatabaseMovedAside(paths: LibraryPaths): Promise<boolean> {
  return (await readdir(paths.dir)).some((name) => /^library\.corrupt-.*\.sqlite$/.test(name));
}

/**
 * Writes a checked copy to backups/ and keeps the newest five. The file of an open WAL database is never copied as a
 * file: its newest commits are elsewhere.
 */
export async function backUp(
  db: LibraryDatabase,
  paths: LibraryPaths,
  options: LibraryDatabaseOptions,
  label: string,
): Promise<string> {
  const name = `library.${fileTimestamp(options.clock.now())}.${label}.sqlite`;
  const target = join(paths.backups, name);
  const temporary = join(paths.backups, `.tmp-${name}`);
  try {
    await mkdir(paths.backups, { recursive: true });
    await db.backupTo(temporary);
    const copy = new LibraryDatabase(temporary, options);
    try {
      assertSound(copy);
      // A copy in WAL mode would leave side files; a backup is one file.
      copy.pragma('journal_mode = DELETE');
    } finally {
      copy.close();
    }
    await syncFile(temporary);
    await rename(temporary, target);
    await syncDir(paths.backups);
    for (const old of (await listBackups(paths)).slice(0, -BACKUPS_KEPT)) await rm(join(paths.backups, old));
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileErrorFrom(error, target);
  }
  options.log.info('library backed up', { area: 'database', file: name });
  return target;
}

/** Names of backups, oldest first. */
async function listBackups(paths: LibraryPaths): Promise<string[]> {
  if (!existsSync(paths.backups)) return [];
  return (await readdir(paths.backups))
    .filter((name) => name.startsWith('library.') && name.endsWith('.sqlite'))
    .sort();
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
