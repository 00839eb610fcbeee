/**
 * Files that appear whole or not at all: a temporary file in the same folder, written, flushed to the disk, renamed, and
 * the folder flushed. A reader never sees half a file, and after a power cut the name is either absent or complete.
 * Failures a person can meet come out as library/disk-full, library/read-only or library/io, each with a remedy.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '@core/errors';

/**
 * Writes `data` to `path`, replacing what is there. The folder is made when missing.
 * Two writers of one path are safe: each has its own temporary file and the last rename wins.
 * @throws AppError library/disk-full, library/read-only, library/io
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  const dir = dirname(path);
  const temporary = join(dir, `.${basename(path)}.${randomUUID()}.tmp`);
  let isOurs = false;
  try {
    const file = await openInNewFolder(temporary, dir);
    isOurs = true;
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    isOurs = false;
    await syncDir(dir);
  } catch (error) {
    // The write's own failure is what the caller must hear of; a temporary file left behind carries a .tmp name.
    if (isOurs) await rm(temporary, { force: true }).catch(() => undefined);
    throw fileErrorFrom(error, path);
  }
}

async function openInNewFolder(path: string, dir: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    await mkdir(dir, { recursive: true });
    await syncDir(dirname(dir));
    return open(path, 'wx');
  }
}

/** Flushes what is in a file. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Flushes a folder's entries. Windows cannot open a folder for this and does not need it. */
export async function syncDir(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Turns a file system failure into the AppError a person can act on. Only the file's name is shown, since errors reach the
 * window and paths do not; the cause has the whole path.
 */
export function fileErrorFrom(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error;
  const name = basename(path);
  switch (errnoOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError(
        'library/disk-full',
        `there is no space left to write ${name}`,
        { field: 'file', value: name, remedy: 'Free some space on that disk, then run it again. Nothing was damaged.' },
        error,
      );
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return new AppError(
        'library/read-only',
        `${name} cannot be written: the folder is read-only or belongs to somebody else`,
        {
          field: 'file',
          value: name,
          remedy: 'Give yourself write permission for the folder, or choose another library.',
        },
        error,
      );
    default:
      return new AppError(
        'library/io',
        `${name} could not be read or written (${errnoOf(error) ?? String(error)})`,
        { field: 'file', value: name, remedy: 'Check that the disk is connected and healthy, then try again.' },
        error,
      );
  }
}

/** The `code` of a Node system error, or null for anything else. */
export function errnoOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
