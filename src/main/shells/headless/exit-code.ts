/**
 * How a failure is told on a terminal, and which exit code it gives:
 * 0 done · 1 failed · 2 bad input · 130 cancelled.
 */
import { CommanderError } from 'commander';
import { AppError, type ErrorCode } from '@core/errors';
import { wireErrorFrom } from '@contracts/wire-error';

export const EXIT_DONE = 0;
export const EXIT_FAILED = 1;
export const EXIT_BAD_INPUT = 2;
export const EXIT_CANCELLED = 130;

/** What the person can put right by typing something else. */
const BAD_INPUT = new Set<ErrorCode>([
  'input/invalid',
  'input/not-found',
  'project/not-found',
  'media/not-found',
  'media/unreadable',
  'media/unsupported',
  'model/not-found',
]);

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_DONE : EXIT_BAD_INPUT;
  const { code } = wireErrorFrom(error);
  if (code === 'cancelled') return EXIT_CANCELLED;
  return BAD_INPUT.has(code) ? EXIT_BAD_INPUT : EXIT_FAILED;
}

/** One sentence for stderr: the option and its value first, the remedy last. */
export function describeError(error: unknown): string {
  if (error instanceof CommanderError) return `onionskin: ${error.message.replace(/^error: /, '')}`;
  const { code, message, detail } = wireErrorFrom(error);
  if (code === 'cancelled') return 'onionskin: cancelled';
  const remedy = detail.remedy ?? '';
  const isOption = detail.field?.startsWith('-') === true || /^[A-Z|]+$/.test(detail.field ?? '');
  if (isOption) {
    const value = detail.value === undefined || detail.value === '' ? '' : ` ${detail.value}`;
    return `onionskin: ${detail.field}${value}: ${message}${remedy === '' ? '' : `; ${remedy}`}`;
  }
  return `onionskin: ${message}${remedy === '' ? '' : `\n  ${remedy}`}`;
}

/** What stands behind a bug, for the one place that prints it. */
export function stackOf(error: unknown): string | null {
  if (error instanceof AppError || error instanceof CommanderError || !(error instanceof Error)) return null;
  return error.stack ?? null;
}
