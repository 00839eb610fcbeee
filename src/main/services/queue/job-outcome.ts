/**
 * What becomes of a job when its run ends: the state, the sentence beside it, and the take it names. A stop that somebody
 * asked for decides the state, whatever the run says on its way out.
 */
import { AppError } from '@core/errors';
import { wireErrorFrom, type WireError } from '@contracts/wire-error';
import type { StopReason } from '../../engine/engine-host';
import type { Kept } from './job-queue';
import type { JobEnd } from './job-store';

const stateAfterStop = {
  cancel: 'cancelled',
  shutdown: 'interrupted',
  pause: 'paused',
} as const satisfies Record<StopReason, JobEnd['state']>;

/** The take a job names when it stops. */
export function takeIdOf({ take, earlierTakeId }: Kept): string | null {
  return take?.id ?? earlierTakeId ?? null;
}

/** @param signal the one its run was given: aborted when somebody stopped it */
export function stateAfter(error: unknown, signal: AbortSignal): JobEnd['state'] {
  if (error === null) return 'done';
  if (signal.aborted) return stateAfterStop[signal.reason as StopReason]; // the queue alone aborts it
  if (error instanceof AppError && (error.code === 'engine/crashed' || error.code === 'engine/unresponsive'))
    return 'interrupted';
  return error instanceof AppError && error.code === 'cancelled' ? 'cancelled' : 'failed';
}

/** A plain cancel is an outcome, not an error; when frames were kept, or the app stopped, the row says so. */
export function errorOf(state: JobEnd['state'], error: unknown, message: string | undefined): WireError | null {
  const note = message === undefined ? '' : ` ${message}`;
  switch (state) {
    case 'done':
    case 'paused':
      return null;
    case 'cancelled':
      return message === undefined ? null : { code: 'cancelled', message: `Cancelled.${note}`, detail: {} };
    case 'failed':
    case 'interrupted': {
      const wire = wireErrorFrom(error);
      const shown =
        wire.code === 'cancelled' ? { ...wire, message: 'Onionskin was closed while this job was running.' } : wire;
      return { ...shown, message: `${shown.message}${note}`.slice(0, 4_000) };
    }
    default:
      return state satisfies never;
  }
}
