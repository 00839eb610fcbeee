/** The files at and below places an artist points at; hidden ones and links are passed over. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '@core/errors';

export interface FoundFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
}

const FILES_MAX = 50_000;
const DEPTH_MAX = 12;

/** @throws AppError media/not-found, input/invalid (too many files), cancelled */
export async function filesUnder(paths: readonly string[], signal?: AbortSignal): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const add = async (path: string) => {
    assertGoingOn(signal);
    const info = await stat(path).catch(() => null);
    if (info === null || !info.isFile()) return;
    if (found.length >= FILES_MAX)
      throw new AppError('input/invalid', `There are more than ${FILES_MAX.toLocaleString('en')} files in there.`, {
        field: 'folder',
        value: basename(path),
        remedy: 'Choose a folder nearer to the files.',
      });
    found.push({ path, name: basename(path), bytes: info.size });
  };
  const walk = async (dir: string, depth: number): Promise<void> => {
    // A folder that may not be read holds nothing for us; the others may.
    const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.filter(({ name }) => !name.startsWith('.'))) {
      if (entry.isFile()) await add(join(dir, entry.name));
      else if (entry.isDirectory() && depth < DEPTH_MAX) await walk(join(dir, entry.name), depth + 1);
    }
  };
  for (const path of paths) {
    const info = await stat(path).catch(() => null);
    if (info === null)
      throw new AppError('media/not-found', `${basename(path)} is not there.`, {
        field: 'file',
        value: basename(path),
        remedy: 'Choose it again.',
      });
    if (info.isDirectory()) await walk(path, 0);
    else await add(path);
  }
  return found;
}

export function assertGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AppError('cancelled', 'Looking for the files was stopped.');
}
