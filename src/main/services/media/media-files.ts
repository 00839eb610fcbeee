/**
 * Imported originals, by content: media/<first two hex digits>/<sha256>.<extension>. A file is copied to a temporary
 * name while it is hashed, checked there, and only then given its final name.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { AppError } from '@core/errors';
import { errnoOf, fileErrorFrom, syncDir } from '../../platform/fs-atomic';

export interface StagedFile {
  /** Where the copy lies now; its name holds nothing that ffmpeg could take for a pattern. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Its path below `media/` when it is kept. */
  readonly file: string;
  /** Gives it its final name and answers with its path below `media/`. The same content twice is one file. */
  keep(): Promise<string>;
  /** Removes the temporary copy; does nothing after keep(). */
  discard(): Promise<void>;
}

const BYTES_MAX = 512 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/**
 * Copies `source` into the media folder under a temporary name.
 * @throws AppError media/not-found, media/unsupported (not a file, empty, over 512 MiB), cancelled, library/*
 */
export async function stageFile(mediaDir: string, source: string, signal?: AbortSignal): Promise<StagedFile> {
  const name = basename(source);
  await assertImportable(source, name);
  const extension = /^\.[a-z0-9]{1,5}$/.exec(extname(source).toLowerCase())?.[0] ?? '';
  const path = join(mediaDir, `.tmp-${randomUUID()}${extension}`);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const from = await openSource(source, name);
    try {
      const to = await open(path, 'wx');
      try {
        const chunk = new Uint8Array(CHUNK_BYTES);
        for (;;) {
          if (signal?.aborted === true) throw new AppError('cancelled', 'The import was cancelled.');
          const { bytesRead } = await from.read(chunk, 0, CHUNK_BYTES);
          if (bytesRead === 0) break;
          bytes += bytesRead;
          if (bytes > BYTES_MAX) throw tooLarge(name, bytes);
          hash.update(chunk.subarray(0, bytesRead));
          await to.writeFile(chunk.subarray(0, bytesRead));
        }
        await to.sync();
      } finally {
        await to.close();
      }
    } finally {
      await from.close();
    }
  } catch (error) {
    await rm(path, { force: true });
    throw error instanceof AppError ? error : fileErrorFrom(error, path);
  }
  const sha256 = hash.digest('hex');
  const file = `${sha256.slice(0, 2)}/${sha256}${extension}`;
  return {
    path,
    sha256,
    bytes,
    file,
    keep: () => moveInto(path, join(mediaDir, file)).then(() => file),
    discard: () => rm(path, { force: true }),
  };
}

/** @throws AppError media/not-found, media/unreadable, cancelled */
export async function hashOfFile(path: string, name: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) {
      if (signal?.aborted === true) throw new AppError('cancelled', 'Reading the file was stopped.');
      hash.update(chunk as Uint8Array);
    }
  } catch (error) {
    throw error instanceof AppError ? error : sourceError(error, name);
  }
  return hash.digest('hex');
}

async function moveInto(temporary: string, target: string): Promise<void> {
  try {
    await mkdir(dirname(target), { recursive: true });
    await rename(temporary, target);
    await syncDir(dirname(target));
    await syncDir(dirname(dirname(target)));
  } catch (error) {
    throw fileErrorFrom(error, target);
  }
}

async function assertImportable(source: string, name: string): Promise<void> {
  let info;
  try {
    info = await stat(source);
  } catch (error) {
    throw sourceError(error, name);
  }
  if (!info.isFile())
    throw new AppError('media/unsupported', `${name} is not a file.`, {
      field: 'file',
      value: name,
      remedy: 'Choose an image or a sound file.',
    });
  if (info.size === 0)
    throw new AppError('media/unreadable', `${name} is empty.`, {
      field: 'file',
      value: name,
      remedy: 'Choose another file.',
    });
  if (info.size > BYTES_MAX) throw tooLarge(name, info.size);
}

async function openSource(source: string, name: string) {
  try {
    return await open(source, 'r');
  } catch (error) {
    throw sourceError(error, name);
  }
}

function sourceError(error: unknown, name: string): AppError {
  const code = errnoOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new AppError(
      'media/not-found',
      `${name} is not there.`,
      { field: 'file', value: name, remedy: 'Check the path.' },
      error,
    );
  return new AppError(
    'media/unreadable',
    `${name} cannot be opened (${code ?? String(error)}).`,
    { field: 'file', value: name, remedy: 'Check that you may read the file, or copy it elsewhere first.' },
    error,
  );
}

function tooLarge(name: string, bytes: number): AppError {
  return new AppError('media/unsupported', `${name} is larger than 512 MiB.`, {
    field: 'file',
    value: `${Math.ceil(bytes / (1024 * 1024))} MiB`,
    remedy: 'Save it in a smaller size first.',
  });
}
