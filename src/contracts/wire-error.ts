/**
 * How a failure crosses a process. Nothing throws across: a handler answers with an envelope, the client revives it.
 * (structuredClone keeps an Error's message and drops its class and fields, and Electron keeps only the message.)
 */
import { z } from 'zod';
import { AppError, AssertionError, errorCodes } from '@core/errors';

export const WireError = z.object({
  code: z.enum(errorCodes),
  message: z.string().max(4_000),
  detail: z.object({
    field: z.string().max(200).optional(),
    value: z.string().max(1_000).optional(),
    remedy: z.string().max(1_000).optional(),
  }),
});
export type WireError = z.infer<typeof WireError>;

export const Envelope = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    value: z.unknown(),
    /** The value as JSON, in its place: see `sentAsText` in ipc.ts. */
    text: z.string().optional(),
  }),
  z.object({ ok: z.literal(false), error: WireError }),
]);
export type Envelope = z.infer<typeof Envelope>;

/** An AppError keeps its code; a schema failure becomes input/invalid with its path; anything else is our bug. */
export function wireErrorFrom(error: unknown): WireError {
  if (error instanceof AppError) {
    const { field, value, remedy } = error.detail;
    return {
      code: error.code,
      message: error.message.slice(0, 4_000),
      detail: {
        ...(field !== undefined && { field: field.slice(0, 200) }),
        ...(value !== undefined && { value: value.slice(0, 1_000) }),
        ...(remedy !== undefined && { remedy: remedy.slice(0, 1_000) }),
      },
    };
  }
  if (error instanceof z.ZodError) {
    const issue = error.issues[0];
    return {
      code: 'input/invalid',
      message: issue?.message ?? 'invalid input',
      detail: { field: issue?.path.map(String).join('.').slice(0, 200) ?? '' },
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  const prefix = error instanceof AssertionError ? 'assertion failed: ' : '';
  return {
    code: 'internal/bug',
    message: (prefix + message).slice(0, 4_000),
    detail: { remedy: 'This is a bug in Onionskin. Your work is saved; the log has the details.' },
  };
}

export function appErrorFromWire(wire: WireError): AppError {
  const { field, value, remedy } = wire.detail;
  return new AppError(wire.code, wire.message, {
    ...(field !== undefined && { field }),
    ...(value !== undefined && { value }),
    ...(remedy !== undefined && { remedy }),
  });
}
