/**
 * By what an original is known again wherever it lies: sha256 over its length and its bytes, or, of a large one, over
 * slices spread evenly through it. Reading a hundred gigabytes would take minutes before the first frame; two films of
 * one length that agree in every slice do not happen by accident.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '@core/errors';
import { errnoOf } from '../../platform/fs-atomic';
import { filesOf, type FootagePlace } from './footage-file';

const SLICE_BYTES = 256 * 1024;
/** Read at most from all files of a place together, at least one slice of each. */
const BYTES_MAX = 64 * 1024 * 1024;

export interface Fingerprint {
  readonly sha256: string;
  /** Of all its files. */
  readonly bytes: number;
}

/** @throws AppError media/not-found, media/unreadable, cancelled */
export async function fingerprintOf(place: FootagePlace, signal?: AbortSignal): Promise<Fingerprint> {
  const files = filesOf(place);
  const slices = Math.max(1, Math.floor(BYTES_MAX / SLICE_BYTES / files.length));
  const hash = createHash('sha256');
  let bytes = 0;
  for (const path of files) {
    if (signal?.aborted === true) throw new AppError('cancelled', 'The import was cancelled.');
    bytes += await addFile(hash, path, slices);
  }
  return { sha256: hash.digest('hex'), bytes };
}

async function addFile(hash: ReturnType<typeof createHash>, path: string, slices: number): Promise<number> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size === 0) throw unreadable(path, 'it is empty');
      hash.update(`${size}\n`);
      const count = Math.min(slices, Math.ceil(size / SLICE_BYTES));
      const chunk = new Uint8Array(SLICE_BYTES);
      for (let i = 0; i < count; i++) {
        const isWhole = count * SLICE_BYTES >= size;
        const at = isWhole ? i * SLICE_BYTES : Math.floor((i * (size - SLICE_BYTES)) / Math.max(1, count - 1));
        const { bytesRead } = await file.read(chunk, 0, SLICE_BYTES, at);
        hash.update(chunk.subarray(0, bytesRead));
      }
      return size;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new AppError(
        'media/not-found',
        `${basename(path)} is not there.`,
        { field: 'file', value: basename(path), remedy: 'Check the path.' },
        error,
      );
    throw unreadable(path, `it cannot be opened (${code ?? String(error)})`, error);
  }
}

function unreadable(path: string, why: string, cause?: unknown): AppError {
  const value = basename(path);
  const remedy = 'Check that you may read the file, or copy it elsewhere first.';
  return new AppError('media/unreadable', `${value} cannot be read: ${why}.`, { field: 'file', value, remedy }, cause);
}
