/**
 * Backups of the library's database: backups/library.<time>.<label>.sqlite, each a checked copy in one file. Kept are the
 * newest five daily ones and, for every schema version, the newest one made before the upgrade to it.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@core/errors';
import type { BackupView } from '@contracts/library';
import { errnoOf, fileErrorFrom, syncDir, syncFile } from '../../platform/fs-atomic';
import { fileTimestamp, type LibraryPaths } from '../../platform/paths';
import { LibraryDatabase, type LibraryDatabaseOptions } from '../database/library-database';
import { assertSound } from '../database/quick-check';

export const DAILY_LABEL = 'daily';
const DAILY_KEPT = 5;
const NAME = /^library\.(\d{8}T\d{9}Z)\.([a-z0-9-]{1,40})\.sqlite$/;

interface BackupFile {
  readonly name: string;
  readonly label: string;
  readonly createdAt: number;
}

/**
 * Writes a checked copy and removes what need not be kept. The file of an open WAL database is never copied as a file:
 * its newest commits are elsewhere.
 * @returns path of the backup
 * @throws AppError library/disk-full, library/io, library/corrupt (the copy is not sound), cancelled
 */
export async function backUp(
  db: LibraryDatabase,
  paths: LibraryPaths,
  options: LibraryDatabaseOptions & { readonly signal?: AbortSignal },
  label: string,
): Promise<string> {
  const name = `library.${fileTimestamp(options.clock.now())}.${label}.sqlite`;
  const target = join(paths.backups, name);
  const temporary = join(paths.backups, `.tmp-${name}`);
  try {
    await mkdir(paths.backups, { recursive: true });
    await db.backupTo(temporary, options.signal);
    // Flushed here, on another thread: otherwise SQLite does it below, all at once, on this one.
    await syncFile(temporary);
    const copy = new LibraryDatabase(temporary, options);
    try {
      // A copy in WAL mode would leave side files; a backup is one file.
      copy.pragma('journal_mode = DELETE');
    } finally {
      copy.close();
    }
    await assertSound(temporary, options);
    await syncFile(temporary);
    await rename(temporary, target);
    await syncDir(paths.backups);
    for (const old of superseded(await backupFiles(paths))) await rm(join(paths.backups, old.name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileErrorFrom(error, target);
  }
  options.log.info('library backed up', { area: 'database', file: name });
  return target;
}

/** Newest first. */
export async function listBackups(paths: LibraryPaths): Promise<BackupView[]> {
  const views: BackupView[] = [];
  for (const { name, label, createdAt } of (await backupFiles(paths)).reverse()) {
    const bytes = await bytesOf(join(paths.backups, name));
    if (bytes !== null) views.push({ name, createdAt, bytes, kind: isOfSchema(label) ? 'schema' : 'daily' });
  }
  return views;
}

/** @throws AppError input/not-found when there is no backup of this name */
export async function backupPath(paths: LibraryPaths, name: string): Promise<string> {
  if ((await backupFiles(paths)).some((file) => file.name === name)) return join(paths.backups, name);
  throw new AppError('input/not-found', 'This backup is not in the library.', {
    field: 'backup',
    value: name,
    remedy: 'Look at the list of backups again.',
  });
}

/** Oldest first. */
async function backupFiles(paths: LibraryPaths): Promise<BackupFile[]> {
  if (!existsSync(paths.backups)) return [];
  return (await readdir(paths.backups)).sort().flatMap((name) => {
    const [, stamp, label] = NAME.exec(name) ?? [];
    return stamp === undefined || label === undefined ? [] : [{ name, label, createdAt: timeOf(stamp) }];
  });
}

/** @param files oldest first */
function superseded(files: readonly BackupFile[]): BackupFile[] {
  const daily = files.filter(({ label }) => !isOfSchema(label));
  const ofSchema = files.filter(
    ({ label }, i) => isOfSchema(label) && files.slice(i + 1).some((later) => later.label === label),
  );
  return [...daily.slice(0, -DAILY_KEPT), ...ofSchema];
}

function isOfSchema(label: string): boolean {
  return label.startsWith('before-v');
}

/** 20260131T235959123Z → milliseconds since 1970. */
function timeOf(stamp: string): number {
  return Date.parse(stamp.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})Z$/, '$1-$2-$3T$4:$5:$6.$7Z'));
}

async function bytesOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw fileErrorFrom(error, path);
  }
}
