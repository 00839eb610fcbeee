/**
 * "Reclaim space": first a plan that lists what could go and how much it would give back, then the removal of the items
 * chosen from it. Rows go first and files second, so that a stop in between leaves files for the sweep and never a row
 * without its file. What another project uses stays.
 */
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '@core/errors';
import type { ReclaimItem, ReclaimPlan, ReclaimReport, UpkeepProgress } from '@contracts/library';
import type { Clock } from '../../platform/clock';
import { fileErrorFrom, syncDir } from '../../platform/fs-atomic';
import { framePath, type LibraryPaths } from '../../platform/paths';
import { listBackups } from '../backups/backup-files';
import type { LibraryDatabase } from '../database/library-database';
import { hasDatabaseMovedAside } from '../database/open';
import { isMediaNamed, namedHashes } from '../library/sweep';
import { PEAKS_EXTENSION } from '../media/sound-files';
import { ONLY_IN_TAKES } from '../takes/prune-takes';
import { sizeOf, unnamedFiles } from './unnamed-files';

export interface ReclaimOptions {
  readonly clock: Clock;
  readonly onProgress?: (progress: UpkeepProgress) => void;
  /** Younger files are left alone: their row may be on its way. */
  readonly graceMs?: number;
  readonly signal?: AbortSignal;
}

const DEFAULT_GRACE_MS = 60 * 60 * 1000;
const PAGE = 500;
const ASIDE = /^library\.(corrupt|replaced)-.*\.sqlite(-wal|-shm)?$/;

const Trashed = z.object({ id: z.string(), name: z.string(), trashedAt: z.int(), takes: z.int() });
const Hash = z.object({ hash: z.string() });
const File = z.object({ file: z.string() });
const Shared = z.object({ name: z.string() });
const Id = z.object({ id: z.string() });
const WithTrash = z.object({ projectId: z.string(), name: z.string() });

/** Looks only. @throws AppError cancelled, library/io */
export async function planReclaim(
  db: LibraryDatabase,
  paths: LibraryPaths,
  { clock, graceMs = DEFAULT_GRACE_MS, signal }: ReclaimOptions,
): Promise<ReclaimPlan> {
  const items: ReclaimItem[] = [];
  let [files, bytes] = [0, 0];
  // A database that was put aside may still name them.
  if (!(await hasDatabaseMovedAside(paths)))
    for await (const file of unnamedFiles(db, paths, signal)) {
      if (clock.now() - file.modifiedMs <= graceMs) continue;
      files++;
      bytes += file.bytes;
    }
  if (files > 0) items.push({ kind: 'unreferenced', files, bytes });
  for (const project of trashedProjects(db)) {
    const own = await filesOnlyIn(db, paths, project.id, signal);
    const size = own.reduce((sum, file) => sum + file.bytes, 0);
    const { id: projectId, name, trashedAt, takes } = project;
    items.push({ kind: 'trashed-project', projectId, name, trashedAt, takes, files: own.length, bytes: size });
  }
  for (const { projectId, name } of projectsWithTrash(db)) {
    const takes = removableTakes(db, projectId);
    const own = await framesOnlyIn(db, paths, takes, signal);
    const size = own.reduce((sum, file) => sum + file.bytes, 0);
    if (takes.length > 0)
      items.push({ kind: 'trashed-takes', projectId, name, takes: takes.length, files: own.length, bytes: size });
  }
  for (const { name, createdAt, bytes: size } of await listBackups(paths))
    items.push({ kind: 'backup', name, createdAt, bytes: size });
  for (const name of (await readdir(paths.dir)).filter((candidate) => ASIDE.test(candidate)).sort())
    items.push({ kind: 'moved-aside', name, bytes: (await sizeOf(join(paths.dir, name)))?.bytes ?? 0 });
  return { items, bytes: items.reduce((sum, item) => sum + item.bytes, 0) };
}

/**
 * Removes the items of a plan; those that are gone, or were taken out of the trash since, are passed over.
 * The caller sees to it that no job runs meanwhile: an engine may be about to name a frame that lies there unnamed.
 * @throws AppError cancelled (what was removed until then stays removed), input/invalid, library/io
 */
export async function reclaim(
  db: LibraryDatabase,
  paths: LibraryPaths,
  plan: ReclaimPlan,
  options: ReclaimOptions,
): Promise<ReclaimReport> {
  const report = { filesRemoved: 0, bytesFreed: 0 };
  const total = plan.items.length;
  for (const [done, item] of plan.items.entries()) {
    if (options.signal?.aborted === true) throw new AppError('cancelled', 'Reclaiming space was stopped.');
    options.onProgress?.({ task: 'reclaim', done, total });
    await removeItem(db, paths, item, report, options);
  }
  options.onProgress?.({ task: 'reclaim', done: total, total });
  return report;
}

type Report = { filesRemoved: number; bytesFreed: number };

interface OwnFile {
  readonly path: string;
  readonly bytes: number;
  /** The frame's hash, null for media. */
  readonly frame: string | null;
}

async function removeItem(
  db: LibraryDatabase,
  paths: LibraryPaths,
  item: ReclaimItem,
  report: Report,
  options: ReclaimOptions,
): Promise<void> {
  switch (item.kind) {
    case 'unreferenced':
      return removeUnreferenced(db, paths, report, options);
    case 'trashed-project':
      return removeProject(db, paths, item.projectId, report);
    case 'trashed-takes':
      return removeTakes(db, paths, item.projectId, report);
    case 'backup':
      if ((await listBackups(paths)).every(({ name }) => name !== item.name)) return;
      await remove(join(paths.backups, item.name), report);
      return syncDir(paths.backups);
    case 'moved-aside':
      // A name from outside must not lead out of the folder.
      if (basename(item.name) !== item.name || !ASIDE.test(item.name)) return;
      await remove(join(paths.dir, item.name), report);
      return syncDir(paths.dir);
    default:
      item satisfies never;
  }
}

async function removeUnreferenced(
  db: LibraryDatabase,
  paths: LibraryPaths,
  report: Report,
  { clock, graceMs = DEFAULT_GRACE_MS, signal }: ReclaimOptions,
): Promise<void> {
  if (await hasDatabaseMovedAside(paths)) return;
  for await (const { path, frame, modifiedMs } of unnamedFiles(db, paths, signal)) {
    if (clock.now() - modifiedMs <= graceMs) continue;
    if (frame === null ? isMediaNamed(db, basename(path)) : !forgetFrames(db, [frame]).includes(frame)) continue;
    await remove(path, report);
  }
}

async function removeProject(
  db: LibraryDatabase,
  paths: LibraryPaths,
  projectId: string,
  report: Report,
): Promise<void> {
  if (!trashedProjects(db).some(({ id }) => id === projectId)) return;
  const [user] = db.all(
    Shared,
    `SELECT p.name FROM takes t JOIN takes parent ON parent.id = t.parent_take_id JOIN projects p ON p.id = t.project_id
     WHERE parent.project_id = ? AND t.project_id IS NOT ? LIMIT 1`,
    ...[projectId, projectId],
  );
  if (user !== undefined)
    throw new AppError('input/invalid', `The project “${user.name}” goes on from takes of this one.`, {
      field: 'projectId',
      value: projectId,
      remedy: 'Keep it in the trash, or remove the other project first.',
    });
  const own = await filesOnlyIn(db, paths, projectId);
  const media = db.all(File, 'SELECT file FROM media WHERE project_id = ?', projectId).map(({ file }) => file);
  db.transaction(() => {
    db.run('DELETE FROM projects WHERE id = ? AND trashed_at IS NOT NULL', projectId);
    // Fitted frames outlive the picture they were made from only until nobody has the picture.
    db.run('DELETE FROM fitted_frames WHERE media_sha256 NOT IN (SELECT sha256 FROM media)');
  });
  await removeFrames(db, own, report);
  for (const file of media)
    for (const path of withWaveform(join(paths.media, ...file.split('/'))))
      if (!isMediaNamed(db, basename(path))) await remove(path, report);
}

/** Those that nothing names meanwhile; other files are passed over. */
async function removeFrames(db: LibraryDatabase, own: readonly OwnFile[], report: Report): Promise<void> {
  for (let at = 0; at < own.length; at += PAGE) {
    await nextTurn();
    const page = own.slice(at, at + PAGE);
    const frames = page.flatMap(({ frame }) => frame ?? []);
    const forgotten = new Set(forgetFrames(db, frames));
    for (const { path, frame } of page) if (frame !== null && forgotten.has(frame)) await remove(path, report);
  }
}

async function removeTakes(db: LibraryDatabase, paths: LibraryPaths, projectId: string, report: Report): Promise<void> {
  const takes = removableTakes(db, projectId);
  const own = await framesOnlyIn(db, paths, takes);
  db.transaction(() => {
    const ids = JSON.stringify(takes);
    db.run('UPDATE jobs SET take_id = NULL WHERE take_id IN (SELECT value FROM json_each(?))', ids);
    // Children have gone before their parents.
    for (const id of takes) db.run('DELETE FROM takes WHERE id = ?', id);
  });
  await removeFrames(db, own, report);
}

/**
 * Takes of the trash that can go, children before their parents: none that the film names again since, none that a take
 * which stays grew from.
 */
function removableTakes(db: LibraryDatabase, projectId: string): string[] {
  const sql = `SELECT t.id FROM takes t JOIN trashed_takes d ON d.take_id = t.id
    WHERE t.project_id = ? AND NOT EXISTS (SELECT 1 FROM records r WHERE r.project_id = t.project_id
      AND r.kind = 'segment' AND json_extract(r.json, '$.activeTakeId') = t.id)
    ORDER BY t.created_at DESC, t.rowid DESC`;
  const children = 'SELECT id FROM takes WHERE parent_take_id = ?';
  const going = new Set<string>();
  // A take is younger than the one it grew from.
  for (const { id } of db.all(Id, sql, projectId))
    if (db.all(Id, children, id).every((child) => going.has(child.id))) going.add(id);
  return [...going];
}

/** Frame files that nothing would name if these takes were gone. */
async function framesOnlyIn(
  db: LibraryDatabase,
  paths: LibraryPaths,
  takeIds: readonly string[],
  signal?: AbortSignal,
): Promise<OwnFile[]> {
  const ids = JSON.stringify(takeIds);
  return frameFiles(paths, (after) => db.all(Hash, ONLY_IN_TAKES, ids, ids, after, PAGE), signal);
}

/** Takes the rows of frames that nothing names out of the library. @returns those that were taken out */
function forgetFrames(db: LibraryDatabase, hashes: readonly string[]): string[] {
  return db.transaction(() => {
    const named = namedHashes(db, hashes);
    const unnamed = hashes.filter((hash) => !named.has(hash));
    for (const hash of unnamed) {
      db.run('DELETE FROM job_frames WHERE hash = ?', hash);
      db.run('DELETE FROM frames WHERE hash = ?', hash);
    }
    return unnamed;
  });
}

/** Not those in the trash: there the takes go with the project. */
function projectsWithTrash(db: LibraryDatabase): z.infer<typeof WithTrash>[] {
  return db.all(
    WithTrash,
    `SELECT p.id AS projectId, p.name FROM projects p WHERE p.trashed_at IS NULL AND EXISTS
       (SELECT 1 FROM takes t JOIN trashed_takes d ON d.take_id = t.id WHERE t.project_id = p.id) ORDER BY p.rowid LIMIT 5000`,
  );
}

function trashedProjects(db: LibraryDatabase): z.infer<typeof Trashed>[] {
  return db.all(
    Trashed,
    `SELECT p.id, p.name, p.trashed_at AS trashedAt, (SELECT count(*) FROM takes t WHERE t.project_id = p.id) AS takes
     FROM projects p WHERE p.trashed_at IS NOT NULL ORDER BY p.trashed_at, p.rowid LIMIT 5000`,
  );
}

/** Files that would be named by nothing if the project were gone: frames of its takes, its media, and what was fitted from them. */
async function filesOnlyIn(
  db: LibraryDatabase,
  paths: LibraryPaths,
  projectId: string,
  signal?: AbortSignal,
): Promise<OwnFile[]> {
  const found = await frameFiles(
    paths,
    (after) => db.all(Hash, OWN_FRAMES, projectId, projectId, projectId, projectId, after, PAGE),
    signal,
  );
  const media = `SELECT file FROM media m WHERE project_id = ? AND place IS NULL AND NOT EXISTS
    (SELECT 1 FROM media o WHERE o.file = m.file AND o.place IS NULL AND o.project_id IS NOT m.project_id)`;
  for (const { file } of db.all(File, media, projectId)) {
    for (const path of withWaveform(join(paths.media, ...file.split('/')))) {
      const info = await sizeOf(path);
      if (info !== null) found.push({ path, bytes: info.bytes, frame: null });
    }
  }
  return found;
}

async function frameFiles(
  paths: LibraryPaths,
  pageAfter: (hash: string) => readonly { readonly hash: string }[],
  signal?: AbortSignal,
): Promise<OwnFile[]> {
  const found: OwnFile[] = [];
  for (let after = ''; ;) {
    await nextTurn();
    signal?.throwIfAborted();
    const page = pageAfter(after);
    for (const { hash } of page) {
      const path = framePath(paths.frames, hash);
      const info = await sizeOf(path);
      if (info !== null) found.push({ path, bytes: info.bytes, frame: hash });
    }
    const last = page.at(-1);
    if (last === undefined) return found;
    after = last.hash;
  }
}

/** A media file and the waveform that may lie beside it. */
function withWaveform(path: string): string[] {
  return [path, join(dirname(path), `${basename(path).slice(0, 64)}${PEAKS_EXTENSION}`)];
}

const OWN_FRAMES = `SELECT hash FROM (
    SELECT f.hash FROM takes t JOIN take_frames f ON f.take_id = t.id WHERE t.project_id = ?
    UNION
    SELECT x.hash FROM media m JOIN fitted_frames x ON x.media_sha256 = m.sha256 WHERE m.project_id = ?
  ) AS own
  WHERE NOT EXISTS (SELECT 1 FROM take_frames f JOIN takes t ON t.id = f.take_id
                    WHERE f.hash = own.hash AND t.project_id IS NOT ?)
    AND NOT EXISTS (SELECT 1 FROM fitted_frames x JOIN media m ON m.sha256 = x.media_sha256
                    WHERE x.hash = own.hash AND m.project_id IS NOT ?)
    AND hash > ? ORDER BY hash LIMIT ?`;

async function remove(path: string, report: Report): Promise<void> {
  const info = await sizeOf(path);
  if (info === null) return;
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw fileErrorFrom(error, path);
  }
  report.filesRemoved++;
  report.bytesFreed += info.bytes;
}
