import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { aTempDir } from '../../../test/support/pocket';
import { fileErrorFrom, writeFileAtomic } from './fs-atomic';

const temp = aTempDir();
const mounts: string[] = [];
afterAll(() => {
  for (const dir of mounts) execFileSync('umount', [dir]);
  temp.remove();
});

/** A tiny tmpfs, or null where mounting is not allowed (no root, not Linux). */
function tmpfs(name: string, options: string): string | null {
  const dir = join(temp.dir, name);
  mkdirSync(dir);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir], { stdio: 'ignore' });
  } catch {
    return null;
  }
  mounts.push(dir);
  return dir;
}

const appError = (code: string): Error => expect.objectContaining({ name: 'AppError', code }) as Error;
const full = tmpfs('full', 'size=64k');
const readOnly = tmpfs('read-only', 'ro,size=64k');

describe('writeFileAtomic', () => {
  test('makes the folder, replaces what is there and leaves nothing else behind', async () => {
    const path = join(temp.dir, 'a/b/file.bin');
    await writeFileAtomic(path, 'first');
    await writeFileAtomic(path, Uint8Array.of(1, 2, 3));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    expect(readdirSync(join(temp.dir, 'a/b'))).toEqual(['file.bin']);
  });

  test('many writers of one file leave one whole file', async () => {
    const path = join(temp.dir, 'many/file');
    const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(5_000));
    await Promise.all(texts.map((text) => writeFileAtomic(path, text)));
    expect(texts).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(join(temp.dir, 'many'))).toEqual(['file']);
  });

  test('a folder in the way is an error that says so, and the temporary file is gone', async () => {
    mkdirSync(join(temp.dir, 'way/file'), { recursive: true });
    writeFileSync(join(temp.dir, 'way/file/child'), '');
    await expect(writeFileAtomic(join(temp.dir, 'way/file'), 'x')).rejects.toThrow(appError('library/io'));
    expect(readdirSync(join(temp.dir, 'way'))).toEqual(['file']);
  });

  test.skipIf(full === null)('a full disk is named, the old file stays whole and no rest is left', async () => {
    const path = join(full ?? '', 'file');
    await writeFileAtomic(path, 'old');
    await expect(writeFileAtomic(path, new Uint8Array(200_000))).rejects.toThrow(appError('library/disk-full'));
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(full ?? '')).toEqual(['file']);
  });

  test.skipIf(readOnly === null)('a read-only disk is named', async () => {
    await expect(writeFileAtomic(join(readOnly ?? '', 'file'), 'x')).rejects.toThrow(appError('library/read-only'));
  });

  test.each([
    ['ENOSPC', 'library/disk-full'],
    ['EDQUOT', 'library/disk-full'],
    ['EACCES', 'library/read-only'],
    ['EPERM', 'library/read-only'],
    ['EROFS', 'library/read-only'],
    ['EIO', 'library/io'],
  ])('%s becomes %s with a remedy and without the path', (errno, code) => {
    const error = fileErrorFrom(Object.assign(new Error('x'), { code: errno }), '/secret/folder/name.png');
    expect(error).toMatchObject({ code, detail: { value: 'name.png' } });
    expect(error.detail.remedy).toBeTruthy();
    expect(error.message).not.toContain('/secret');
  });
});
