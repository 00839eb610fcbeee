/**
 * Anything thrown, as the error a person is shown: an AppError keeps its code, everything else is our bug.
 */
import { AppError } from '@core/errors';

export function appErrorFrom(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError(
    'internal/bug',
    message,
    { remedy: 'Your work is saved. Restart the studio if it goes on.' },
    thrown,
  );
}
