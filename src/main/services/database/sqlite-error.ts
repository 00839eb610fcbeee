/**
 * What a failure of SQLite means to the person whose library it is (for files see platform/fs-atomic).
 * Anything not listed here is a bug in the caller and is passed on as it is.
 */
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '@core/errors';
import { errnoOf } from '../../platform/fs-atomic';

const MIB = 1024 * 1024;
/** Below this a failed write is put down to a full disk, whatever SQLite calls it. */
const FULL_BELOW_BYTES = MIB;

const remedies = {
  full: 'Free some space on this disk, or move the library to a larger one, then try again. Nothing stored was lost.',
  readOnly: 'Make the folder writable for your user, or choose another library folder.',
  inUse: 'Close the other Onionskin window or command, then try again.',
  io: 'Check that the disk is connected and healthy, then try again.',
} as const;

/** The AppError for an error thrown by better-sqlite3 while working on `path`; other errors unchanged. */
export function sqliteErrorFrom(error: unknown, path: string): unknown {
  const code = errnoOf(error);
  if (error instanceof AppError || code === null) return error;
  const at = { field: 'library', value: path } as const;
  const message = error instanceof Error ? error.message : code;
  if (code === 'SQLITE_FULL' || (isWriteFailure(code) && isDiskFull(path)))
    return new AppError(
      'library/disk-full',
      'The disk of the library is full.',
      { ...at, remedy: remedies.full },
      error,
    );
  if (code === 'SQLITE_CORRUPT' || code.startsWith('SQLITE_CORRUPT_') || code === 'SQLITE_NOTADB')
    return new AppError(
      'library/corrupt',
      `The library's database is damaged: ${message}.`,
      { ...at, remedy: 'Close Onionskin and open the library again; it will check the database and say what to do.' },
      error,
    );
  if (code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM' || code === 'SQLITE_AUTH')
    return new AppError(
      'library/read-only',
      'The library folder cannot be written.',
      { ...at, remedy: remedies.readOnly },
      error,
    );
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return new AppError(
      'library/in-use',
      'The library is open in another Onionskin.',
      { ...at, remedy: remedies.inUse },
      error,
    );
  if (code.startsWith('SQLITE_IOERR') || code === 'SQLITE_CANTOPEN' || code.startsWith('SQLITE_CANTOPEN_'))
    return new AppError(
      'library/io',
      `The library could not be read or written: ${message}.`,
      { ...at, remedy: remedies.io },
      error,
    );
  return error;
}

/** SQLite reports a failed growth of the shared-memory or WAL file as an I/O error, not as FULL. */
function isWriteFailure(code: string): boolean {
  return code.startsWith('SQLITE_IOERR') || code === 'SQLITE_CANTOPEN' || code === 'SQLITE_PROTOCOL';
}

function isDiskFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < FULL_BELOW_BYTES;
  } catch {
    // The folder itself is gone: the caller's own error says more than this one.
    return false;
  }
}
