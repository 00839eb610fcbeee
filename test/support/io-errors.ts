/** Builds io-errors.c, where there is a C compiler and a libc that can be preloaded. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

/** @returns the library to preload, null where this machine cannot build one */
export function buildIoErrors(dir: string): string | null {
  if (process.platform !== 'linux') return null;
  const built = join(dir, 'io-errors.so');
  const source = resolve('test/support/io-errors.c');
  const { status } = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', built, source, '-ldl'], { stdio: 'ignore' });
  return status === 0 ? built : null;
}
