/**
 * Content-addressed frames: <dir>/<first two hex digits>/<sha256>.png, 8-bit RGB, named by the hash of the file's bytes.
 * A frame that is there is complete (files appear whole) and never changes, so branches of takes share their past.
 * Used by the engine, which writes frames, and by the main process, which serves them.
 */
import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { AppError, assert } from '@core/errors';
import { errnoOf, fileErrorFrom, writeFileAtomic } from '../../platform/fs-atomic';
import { decodePng, encodeRgbPng, type RgbImage } from '../../platform/png';
import { framePath } from '../../platform/paths';

export class FrameStore {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** @throws AssertionError when `hash` is not a sha256, so that no other path can be built from it */
  pathOf(hash: string): string {
    assert(/^[0-9a-f]{64}$/.test(hash), `not a frame hash: ${hash}`);
    return framePath(this.dir, hash);
  }

  async has(hash: string): Promise<boolean> {
    try {
      await access(this.pathOf(hash));
      return true;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return false;
      throw fileErrorFrom(error, this.pathOf(hash));
    }
  }

  /**
   * Stores a frame; when it returns, the frame is safely on disk. The same pixels twice are one file.
   * @param rgb bytes, [height, width, 3]
   * @returns the frame's hash and the size of its file
   * @throws AppError library/disk-full, library/read-only, library/io
   */
  async put(rgb: Uint8Array, width: number, height: number): Promise<{ hash: string; bytes: number }> {
    const file = encodeRgbPng(rgb, width, height);
    const hash = createHash('sha256').update(file).digest('hex');
    if (!(await this.has(hash))) await writeFileAtomic(this.pathOf(hash), file);
    return { hash, bytes: file.length };
  }

  /** @throws AppError media/not-found, media/unreadable, library/io */
  async read(hash: string): Promise<RgbImage> {
    const path = this.pathOf(hash);
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw fileErrorFrom(error, path);
      throw new AppError(
        'media/not-found',
        `frame ${hash.slice(0, 12)}… is not in the library`,
        {
          field: 'frame',
          value: hash,
          remedy: 'Generate the take again, or restore the library folder from a backup.',
        },
        error,
      );
    }
    return decodePng(bytes, `frame ${hash.slice(0, 12)}…`);
  }
}
