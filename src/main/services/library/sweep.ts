/**
 * The startup sweep: what a crash may have left. Removes old temporary files, and frame files, media files and folders of
 * jobs that no row names, and reports rows whose file is missing. Files are listed first and the rows are asked
 * afterwards, page by page, so a frame stored meanwhile is never taken for an orphan; between pages the event loop gets
 * its turn.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { Clock } from '../../platform/clock';
import { errnoOf } from '../../platform/fs-atomic';
import type { Log } from '../../platform/log';
import { framePath, type LibraryPaths } from '../../platform/paths';
import type { LibraryDatabase } from '../database/library-database';
import { hasDatabaseMovedAside } from '../database/open';
import { PEAKS_EXTENSION } from '../media/sound-files';

export interface SweepReport {
  readonly temporaryRemoved: number;
  readonly orphansRemoved: number;
  /** Hashes that rows name and that have no file, at most 1,000 of them. */
  readonly missing: readonly string[];
  /** Media files that rows name and that are not there, at most 1,000. */
  readonly missingMedia: readonly string[];
  /** True when nothing was deleted because a damaged database lies in the folder and may name the files. */
  readonly isHeldBack: boolean;
}

export interface SweepOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Younger files are left alone: their row may be on its way. */
  readonly graceMs?: number;
  readonly signal?: AbortSignal;
}

const DEFAULT_GRACE_MS = 24 * 60 * 60 * 1000;
const PAGE = 500;
const REPORTED_MAX = 1_000;
const FRAME_FILE = /^([0-9a-f]{64})\.png$/;
const MEDIA_FILE = /^[0-9a-f]{64}(\.[a-z0-9]{1,5})?$/;

const Hash = z.object({ hash: z.string() });
const Media = z.object({ file: z.string() });
const Job = z.object({ id: z.string() });

export async function sweepLibrary(
  db: LibraryDatabase,
  paths: LibraryPaths,
  options: SweepOptions,
): Promise<SweepReport> {
  const { clock, log, graceMs = DEFAULT_GRACE_MS, signal } = options;
  const isHeldBack = await hasDatabaseMovedAside(paths);
  const isOld = async (path: string) => {
    const info = await statOrNull(path);
    return info !== null && info.isFile() && clock.now() - info.mtimeMs > graceMs;
  };
  let temporaryRemoved = 0;
  let orphansRemoved = 0;

  for (const folder of [
    paths.dir,
    ...(await foldersOf(paths.media)),
    ...(await foldersOf(paths.frames)),
    paths.backups,
  ]) {
    signal?.throwIfAborted();
    const names = await namesOf(folder);
    for (const name of names.filter(isTemporary)) {
      if (isHeldBack || !(await isOld(join(folder, name)))) continue;
      await rm(join(folder, name), { force: true });
      temporaryRemoved++;
    }
    if (folder.startsWith(paths.media))
      orphansRemoved += isHeldBack ? 0 : await removeUnnamedMedia(db, folder, names, isOld);
    if (!folder.startsWith(paths.frames)) continue;
    const hashes = names.flatMap((name) => FRAME_FILE.exec(name)?.[1] ?? []);
    for (let at = 0; at < hashes.length; at += PAGE) {
      await nextTurn();
      signal?.throwIfAborted();
      const page = hashes.slice(at, at + PAGE);
      const named = namedHashes(db, page);
      for (const hash of page) {
        const path = join(folder, `${hash}.png`);
        if (named.has(hash) || isHeldBack || !(await isOld(path))) continue;
        // Asked again at the last moment: a job may have made the same picture since the page was read.
        if (namedHashes(db, [hash]).size > 0) continue;
        await rm(path, { force: true });
        db.transaction(() => {
          db.run('DELETE FROM job_frames WHERE hash = ?', hash);
          db.run('DELETE FROM frames WHERE hash = ?', hash);
        });
        orphansRemoved++;
      }
    }
  }
  if (!isHeldBack) orphansRemoved += await removeUnnamedJobs(db, paths, options);
  const missing = await missingFrames(db, paths, signal);
  const missingMedia = await missingMediaFiles(db, paths, signal);
  const report = { temporaryRemoved, orphansRemoved, missing, missingMedia, isHeldBack };
  const fields = {
    area: 'library',
    temporaryRemoved,
    orphansRemoved,
    missing: missing.length,
    missingMedia: missingMedia.length,
  };
  if (missing.length > 0 || missingMedia.length > 0) log.warn('library sweep found rows without files', fields);
  else log.debug('library swept', fields);
  return report;
}

/** Copies of imported files whose row was never written: the import was cut short after the copy. */
async function removeUnnamedMedia(
  db: LibraryDatabase,
  folder: string,
  names: readonly string[],
  isOld: (path: string) => Promise<boolean>,
): Promise<number> {
  let removed = 0;
  for (const name of names.filter((candidate) => MEDIA_FILE.test(candidate))) {
    if (isMediaNamed(db, name) || !(await isOld(join(folder, name))) || isMediaNamed(db, name)) continue;
    await rm(join(folder, name), { force: true });
    removed++;
  }
  return removed;
}

/** Folders of jobs whose row was never written: a plan is laid down before its job is queued. */
async function removeUnnamedJobs(db: LibraryDatabase, paths: LibraryPaths, options: SweepOptions): Promise<number> {
  const { clock, graceMs = DEFAULT_GRACE_MS, signal } = options;
  let removed = 0;
  for (const name of await namesOf(paths.jobs)) {
    signal?.throwIfAborted();
    if (db.get(Job, 'SELECT id FROM jobs WHERE id = ?', name) !== null) continue;
    const info = await statOrNull(join(paths.jobs, name));
    if (info === null || !info.isDirectory() || clock.now() - info.mtimeMs <= graceMs) continue;
    await rm(join(paths.jobs, name), { recursive: true, force: true });
    removed++;
  }
  return removed;
}

function isTemporary(name: string): boolean {
  return name.endsWith('.tmp') || name.startsWith('.tmp-');
}

/** @param name of a file below `media/`: `<sha256>.<extension>`. A waveform (`.peaks`) belongs to the sound of its hash. */
export function isMediaNamed(db: LibraryDatabase, name: string): boolean {
  const [sql, value] = name.endsWith(PEAKS_EXTENSION)
    ? ['SELECT file FROM media WHERE sha256 = ? LIMIT 1', name.slice(0, 64)]
    : ['SELECT file FROM media WHERE file = ? AND place IS NULL LIMIT 1', `${name.slice(0, 2)}/${name}`];
  return db.get(Media, sql, value) !== null;
}

/** Which of the hashes a take, a fitted image or a job still names. Rows of `frames` alone do not keep a file. */
export function namedHashes(db: LibraryDatabase, hashes: readonly string[]): Set<string> {
  const rows = db.all(
    Hash,
    `SELECT value AS hash FROM json_each(?) AS wanted
     WHERE EXISTS (SELECT 1 FROM take_frames WHERE hash = wanted.value)
        OR EXISTS (SELECT 1 FROM fitted_frames WHERE hash = wanted.value)
        OR EXISTS (SELECT 1 FROM job_frames JOIN jobs ON jobs.id = job_frames.job_id
                   WHERE job_frames.hash = wanted.value
                     AND jobs.state IN ('queued', 'running', 'interrupted', 'paused', 'failed'))`,
    JSON.stringify(hashes),
  );
  return new Set(rows.map((row) => row.hash));
}

async function missingFrames(
  db: LibraryDatabase,
  paths: LibraryPaths,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const missing: string[] = [];
  let after = '';
  while (missing.length < REPORTED_MAX) {
    await nextTurn();
    signal?.throwIfAborted();
    const page = db.all(Hash, 'SELECT hash FROM frames WHERE hash > ? ORDER BY hash LIMIT ?', after, PAGE);
    for (const { hash } of page) if ((await statOrNull(framePath(paths.frames, hash))) === null) missing.push(hash);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.hash;
  }
  return missing.slice(0, REPORTED_MAX);
}

async function missingMediaFiles(
  db: LibraryDatabase,
  paths: LibraryPaths,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const missing: string[] = [];
  let after = '';
  while (missing.length < REPORTED_MAX) {
    await nextTurn();
    signal?.throwIfAborted();
    const sql = 'SELECT DISTINCT file FROM media WHERE place IS NULL AND file > ? ORDER BY file LIMIT ?';
    const page = db.all(Media, sql, after, PAGE);
    for (const { file } of page) if ((await statOrNull(join(paths.media, file))) === null) missing.push(file);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.file;
  }
  return missing.slice(0, REPORTED_MAX);
}

async function foldersOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  return [dir, ...entries.filter((entry) => entry.isDirectory()).map((entry) => join(dir, entry.name))];
}

async function namesOf(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function statOrNull(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}
