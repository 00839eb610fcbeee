/**
 * How much a project takes on disk: the frames of its takes and its imported files that were copied. What it shares with another one counts
 * in both. Asked of the files, some at a time, because no row says how large a frame is.
 */
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { framePath, type LibraryPaths } from '../../platform/paths';
import type { LibraryDatabase } from '../database/library-database';

const AT_ONCE = 64;
const Hash = z.object({ hash: z.string() });
const Bytes = z.object({ bytes: z.int() });

export interface ProjectSize {
  readonly frames: number;
  readonly bytes: number;
}

export async function sizeOfProject(db: LibraryDatabase, paths: LibraryPaths, projectId: string): Promise<ProjectSize> {
  const imported = `SELECT ifnull(sum(bytes), 0) AS bytes FROM
                    (SELECT DISTINCT file, bytes FROM media WHERE project_id = ? AND place IS NULL)`;
  let bytes = db.get(Bytes, imported, projectId)?.bytes ?? 0;
  let frames = 0;
  for (let after = ''; ;) {
    const page = db.all(
      Hash,
      `SELECT DISTINCT f.hash FROM takes t JOIN take_frames f ON f.take_id = t.id
       WHERE t.project_id = ? AND f.hash > ? ORDER BY f.hash LIMIT ${AT_ONCE}`,
      ...[projectId, after],
    );
    const sizes = await Promise.all(page.map(({ hash }) => bytesOf(framePath(paths.frames, hash))));
    frames += page.length;
    bytes += sizes.reduce((sum, size) => sum + size, 0);
    const last = page.at(-1);
    if (last === undefined) return { frames, bytes };
    after = last.hash;
  }
}

/** 0 for a missing file: saying so is the affair of "Check the library". */
async function bytesOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
