/**
 * "Verify library": reads every frame and every imported file and compares it with the hash it is named by, asks SQLite
 * about every table, and lists what has no row or no file. Changes nothing; whoever asked decides.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '@core/errors';
import type { UpkeepProgress, VerifyReport } from '@contracts/library';
import { errnoOf, fileErrorFrom } from '../../platform/fs-atomic';
import { framePath, type LibraryPaths } from '../../platform/paths';
import type { LibraryDatabase } from '../database/library-database';
import { unnamedFiles } from './unnamed-files';

export interface VerifyOptions {
  readonly onProgress?: (progress: UpkeepProgress) => void;
  readonly signal?: AbortSignal;
}

const PAGE = 200;
const LISTED_MAX = 1_000;
const CHUNKS_AT_ONCE = 4;

const Count = z.object({ count: z.int() });
const Frame = z.object({ hash: z.string() });
const Media = z.object({ file: z.string(), sha256: z.string() });
const Table = z.object({ name: z.string() });
const Line = z.object({ line: z.string() });
const KeyFault = z.object({ table: z.string(), parent: z.string() });
const Affected = z.object({ takeId: z.string(), projectId: z.string().nullable() });

type Finding = 'sound' | 'missing' | 'damaged';

/** @throws AppError cancelled, library/io (a file that is there and cannot be read) */
export async function verifyLibrary(
  db: LibraryDatabase,
  paths: LibraryPaths,
  { onProgress, signal }: VerifyOptions = {},
): Promise<VerifyReport> {
  const total =
    (db.get(Count, 'SELECT count(*) AS count FROM frames')?.count ?? 0) +
    (db.get(Count, 'SELECT count(DISTINCT file) AS count FROM media WHERE place IS NULL')?.count ?? 0);
  const tally = { framesChecked: 0, mediaChecked: 0, bytesRead: 0 };
  const lists = { missingFrames: [], damagedFrames: [], missingMedia: [], damagedMedia: [] } as Record<
    'missingFrames' | 'damagedFrames' | 'missingMedia' | 'damagedMedia',
    string[]
  >; // an empty list has no type of its own
  const affected = new Map<string, z.infer<typeof Affected>>();
  const note = (list: string[], name: string) => void (list.length < LISTED_MAX && list.push(name));
  const tell = () => onProgress?.({ task: 'verify', done: tally.framesChecked + tally.mediaChecked, total });

  const database = await checkDatabase(db, signal);
  for (let after = ''; ;) {
    const page = db.all(Frame, 'SELECT hash FROM frames WHERE hash > ? ORDER BY hash LIMIT ?', after, PAGE);
    const found = await inParallel(page, async ({ hash }) => {
      assertGoingOn(signal);
      const finding = await compare(framePath(paths.frames, hash), hash, tally);
      tally.framesChecked++;
      return { hash, finding };
    });
    for (const { hash, finding } of found) {
      if (finding === 'sound') continue;
      note(finding === 'missing' ? lists.missingFrames : lists.damagedFrames, hash);
      for (const take of takesShowing(db, hash)) if (affected.size < LISTED_MAX) affected.set(take.takeId, take);
    }
    tell();
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.hash;
    await nextTurn();
  }
  for (let after = ''; ;) {
    const sql = 'SELECT DISTINCT file, sha256 FROM media WHERE place IS NULL AND file > ? ORDER BY file LIMIT ?';
    const page = db.all(Media, sql, after, PAGE);
    for (const { file, sha256 } of page) {
      assertGoingOn(signal);
      const finding = await compare(join(paths.media, ...file.split('/')), sha256, tally);
      tally.mediaChecked++;
      if (finding !== 'sound') note(finding === 'missing' ? lists.missingMedia : lists.damagedMedia, file);
    }
    tell();
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.file;
  }
  const unnamed = { unnamedFiles: 0, unnamedBytes: 0 };
  for await (const { bytes } of unnamedFiles(db, paths)) {
    assertGoingOn(signal);
    unnamed.unnamedFiles++;
    unnamed.unnamedBytes += bytes;
  }
  const isSound = database.length === 0 && Object.values(lists).every((list) => list.length === 0);
  return { isSound, ...tally, ...lists, ...unnamed, database, affectedTakes: [...affected.values()] };
}

/** Table by table, so that the event loop gets its turn between them. */
async function checkDatabase(db: LibraryDatabase, signal: AbortSignal | undefined): Promise<string[]> {
  const said: string[] = [];
  const sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow') ORDER BY name";
  for (const { name } of db.all(Table, sql)) {
    await nextTurn();
    assertGoingOn(signal);
    const lines = db.all(Line, 'SELECT integrity_check AS line FROM pragma_integrity_check(?)', name);
    said.push(...lines.map(({ line }) => line).filter((line) => line !== 'ok'));
    const keys = db.all(KeyFault, 'SELECT "table", parent FROM pragma_foreign_key_check(?)', name);
    if (keys.length > 0)
      said.push(`${keys.length} rows of ${name} name rows of ${keys[0]?.parent ?? ''} that are gone`);
  }
  return said.slice(0, LISTED_MAX);
}

async function compare(path: string, sha256: string, tally: { bytesRead: number }): Promise<Finding> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'missing';
    // A failing disk gives EIO for one file and goes on with the next.
    if (errnoOf(error) === 'EIO') return 'damaged';
    throw fileErrorFrom(error, path);
  }
  tally.bytesRead += bytes.length;
  return createHash('sha256').update(bytes).digest('hex') === sha256 ? 'sound' : 'damaged';
}

function takesShowing(db: LibraryDatabase, hash: string): z.infer<typeof Affected>[] {
  return db.all(
    Affected,
    `SELECT DISTINCT t.id AS takeId, t.project_id AS projectId FROM take_frames f JOIN takes t ON t.id = f.take_id
     WHERE f.hash = ? LIMIT ${LISTED_MAX}`,
    hash,
  );
}

/** A few reads at once keep the disk busy while a file is hashed. Answers in the order of `items`. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += CHUNKS_AT_ONCE)
    results.push(...(await Promise.all(items.slice(at, at + CHUNKS_AT_ONCE).map(work))));
  return results;
}

function assertGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AppError('cancelled', 'The check was stopped. Nothing was changed.');
}
