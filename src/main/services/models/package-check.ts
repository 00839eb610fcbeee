/**
 * Are a package's files the ones its manifest names? Sizes are cheap and asked often; hashes read every byte and are
 * remembered per file, size and modification time for the life of the process.
 */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '@core/errors';
import type { ModelManifest } from '@contracts/model-manifest';
import { missingFile } from '../../engine/package-files';
import { errnoOf, fileErrorFrom } from '../../platform/fs-atomic';

type ManifestFile = ModelManifest['files'][number];

/** What is wrong with the files' presence and sizes, or null. Reads no contents. */
export function sizeProblem(dir: string, manifest: ModelManifest): AppError | null {
  for (const file of manifest.files) {
    try {
      const { size } = statSync(join(dir, file.path));
      if (size !== file.bytes) return wrongSize(file, size);
    } catch (error) {
      return fileProblem(error, dir, file.path);
    }
  }
  return null;
}

/** Remembers which files have been hashed. */
export class HashChecker {
  /** Key: path, size and mtime. A package has some 15 files; packages number in the tens. */
  readonly #hashes = new Map<string, string>();

  /**
   * Hashes every file that has not been hashed in this state before.
   * @param onFile told after each file, good or bad; all files are looked at before the first problem is thrown
   * @throws AppError model/missing-file, model/wrong-hash
   */
  async check(
    dir: string,
    manifest: ModelManifest,
    options: { readonly isFresh?: boolean; readonly onFile?: (path: string, ok: boolean) => void } = {},
  ): Promise<void> {
    if (options.isFresh) this.#hashes.clear();
    let first: AppError | null = null;
    for (const file of manifest.files) {
      const problem = await this.#checkFile(dir, file);
      options.onFile?.(file.path, problem === null);
      first ??= problem;
    }
    if (first !== null) throw first;
  }

  async #checkFile(dir: string, file: ManifestFile): Promise<AppError | null> {
    const path = join(dir, file.path);
    try {
      const { size, mtimeMs } = await stat(path);
      if (size !== file.bytes) return wrongSize(file, size);
      const key = `${path}\n${size}\n${mtimeMs}`;
      let hash = this.#hashes.get(key);
      if (hash === undefined) {
        hash = await hashFile(path);
        this.#hashes.set(key, hash);
      }
      return hash === file.sha256 ? null : wrongHash(file, hash);
    } catch (error) {
      return fileProblem(error, dir, file.path);
    }
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

function fileProblem(error: unknown, dir: string, path: string): AppError {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR' ? missingFile(dir, path, error) : fileErrorFrom(error, join(dir, path));
}

function wrongSize(file: ManifestFile, size: number): AppError {
  return new AppError(
    'model/wrong-hash',
    `${file.path} of the model package has ${size} bytes, the manifest says ${file.bytes}`,
    { field: file.path, value: `${size} bytes`, remedy: `Copy ${basename(file.path)} again: it is incomplete or another version.` },
  );
}

function wrongHash(file: ManifestFile, hash: string): AppError {
  return new AppError('model/wrong-hash', `${file.path} of the model package is not the file its manifest names`, {
    field: file.path,
    value: `sha256 ${hash.slice(0, 12)}…, expected ${file.sha256.slice(0, 12)}…`,
    remedy: 'Copy the whole model package again: the file is damaged or another version.',
  });
}
