/**
 * Every failure a person can meet, as a closed union of codes `area/what`.
 * An AppError names what happened, which field or value caused it, and what to do about it. It is the only error
 * that crosses a process (see contracts/wire-error.ts); anything else that is thrown is a bug and is shown as one.
 */
export const errorCodes = [
  'input/invalid',
  'input/not-found',
  'cancelled',
  'internal/bug',
  'project/not-found',
  'project/stale-version',
  'timeline/invalid-edit',
  'timeline/overlap',
  'timeline/locked-track',
  'library/in-use',
  'library/read-only',
  'library/newer-than-app',
  'library/corrupt',
  'library/disk-full',
  'library/io',
  'media/not-found',
  'media/unreadable',
  'media/unsupported',
  'model/not-found',
  'model/missing-file',
  'model/wrong-hash',
  'model/invalid-manifest',
  'model/unsupported',
  'engine/crashed',
  'engine/out-of-memory',
  'engine/not-finite',
  'engine/unresponsive',
  'engine/load-failed',
  'device/unavailable',
  'device/fetch-failed',
  'job/not-found',
  'job/invalid-state',
  'queue/full',
  'export/empty',
  'export/no-encoder',
  'export/ffmpeg-failed',
  'export/ffmpeg-missing',
  'export/write-failed',
  'export/missing-frames',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface AppErrorDetail {
  /** The option or record field at fault, as the user knows it: `--frames`, `clip.duration`. */
  readonly field?: string;
  /** The offending value, printed. */
  readonly value?: string;
  /** One sentence that says what to do next. */
  readonly remedy?: string;
}

export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly detail: AppErrorDetail;

  constructor(code: ErrorCode, message: string, detail: AppErrorDetail = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }
}

/** Bad input by a person or a caller across a process: names the field, the value and the remedy. */
export function invalidInput(field: string, value: unknown, message: string, remedy: string): AppError {
  return new AppError('input/invalid', message, { field, value: String(value), remedy });
}

/** A programming error: the sentence is for us, not for the user. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
