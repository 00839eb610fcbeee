/**
 * A look at the disk before work that writes: better a sentence now than a film that stops half way.
 */
import { statfs } from 'node:fs/promises';
import { AppError } from '@core/errors';
import { fileErrorFrom } from '../../platform/fs-atomic';

/** Kept free on top of what a job needs, so that the database can still write what happened. */
const RESERVE_BYTES = 64 * 1024 * 1024;

/** @throws AppError library/io when the folder cannot be asked */
export async function freeDiskBytes(dir: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(dir);
    return bavail * bsize;
  } catch (error) {
    throw fileErrorFrom(error, dir);
  }
}

/** @throws AppError library/disk-full, naming what is needed and what is there */
export async function assertFreeSpace(dir: string, neededBytes: number): Promise<void> {
  const freeBytes = await freeDiskBytes(dir);
  const wantedBytes = neededBytes + RESERVE_BYTES;
  if (freeBytes >= wantedBytes) return;
  throw new AppError(
    'library/disk-full',
    `This needs about ${mebibytes(wantedBytes)} free, and there is ${mebibytes(freeBytes)}.`,
    {
      field: 'library',
      value: dir,
      remedy: 'Free some space on this disk, then try again.',
    },
  );
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / (1024 * 1024))} MiB`;
}
