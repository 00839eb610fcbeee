/**
 * Files of the library that no row names: frames and copies of imported media. Folder by folder, page by page, with a turn
 * for the event loop between pages.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { errnoOf, fileErrorFrom } from '../../platform/fs-atomic';
import type { LibraryPaths } from '../../platform/paths';
import type { LibraryDatabase } from '../database/library-database';
import { isMediaNamed, namedHashes } from '../library/sweep';

export interface UnnamedFile {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** The frame's hash, null for media. */
  readonly frame: string | null;
}

const PAGE = 500;
const FRAME_FILE = /^([0-9a-f]{64})\.png$/;
const MEDIA_FILE = /^[0-9a-f]{64}(\.[a-z0-9]{1,5})?$/;

export async function* unnamedFiles(
  db: LibraryDatabase,
  paths: LibraryPaths,
  signal?: AbortSignal,
): AsyncGenerator<UnnamedFile> {
  for (const folder of await subfolders(paths.frames)) {
    const hashes = (await readdir(folder)).flatMap((name) => FRAME_FILE.exec(name)?.[1] ?? []);
    for (let at = 0; at < hashes.length; at += PAGE) {
      await nextTurn();
      signal?.throwIfAborted();
      const page = hashes.slice(at, at + PAGE);
      const named = namedHashes(db, page);
      for (const hash of page) {
        const path = join(folder, `${hash}.png`);
        const info = named.has(hash) ? null : await sizeOf(path);
        if (info !== null) yield { path, frame: hash, ...info };
      }
    }
  }
  for (const folder of await subfolders(paths.media))
    for (const name of (await readdir(folder)).filter((candidate) => MEDIA_FILE.test(candidate))) {
      signal?.throwIfAborted();
      const path = join(folder, name);
      const info = isMediaNamed(db, name) ? null : await sizeOf(path);
      if (info !== null) yield { path, frame: null, ...info };
    }
}

/** null when it is not there. */
export async function sizeOf(path: string): Promise<{ bytes: number; modifiedMs: number } | null> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { bytes: size, modifiedMs: mtimeMs };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw fileErrorFrom(error, path);
  }
}

async function subfolders(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(dir, entry.name));
}
