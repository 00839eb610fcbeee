/**
 * Where things lie inside a library. One folder holds everything; a library is moved by moving its folder.
 */
import { join } from 'node:path';

export interface LibraryPaths {
  readonly dir: string;
  readonly database: string;
  /** Held by an exclusive SQLite transaction while a process has the library open. */
  readonly lock: string;
  /** Lies here while the library is open; found at start-up it means the last stop was unclean. */
  readonly openMarker: string;
  readonly frames: string;
  readonly media: string;
  readonly jobs: string;
  readonly backups: string;
  /** Registered model packages outside the app. */
  readonly modelsFile: string;
}

export function libraryPaths(dir: string): LibraryPaths {
  return {
    dir,
    database: join(dir, 'library.sqlite'),
    lock: join(dir, 'library.lock'),
    openMarker: join(dir, 'library.open'),
    frames: join(dir, 'frames'),
    media: join(dir, 'media'),
    jobs: join(dir, 'jobs'),
    backups: join(dir, 'backups'),
    modelsFile: join(dir, 'models.json'),
  };
}

/** Where a frame lies in the folder of frames. */
export function framePath(framesDir: string, hash: string): string {
  return join(framesDir, hash.slice(0, 2), `${hash}.png`);
}

/** A timestamp that every file system takes in a name: 20260131T235959123Z. */
export function fileTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:.]/g, '');
}
