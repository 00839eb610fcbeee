/**
 * JSON in a TEXT column, parsed into what it must be wherever it is read.
 */
import type { z } from 'zod';
import { AppError } from '@core/errors';

/** @throws AppError library/corrupt naming the column when the text is not JSON of the schema's form */
export function parseJson<T>(schema: z.ZodType<T>, text: string, column: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notOfForm(column, 'it is not JSON', error);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw notOfForm(column, `${issue?.path.map(String).join('.') ?? ''} ${issue?.message ?? ''}`.trim(), parsed.error);
}

function notOfForm(column: string, why: string, cause: unknown): AppError {
  return new AppError(
    'library/corrupt',
    `A row of the library cannot be read (${column}: ${why}).`,
    { field: column, remedy: 'Restore the newest backup from the folder backups/ of the library.' },
    cause,
  );
}
