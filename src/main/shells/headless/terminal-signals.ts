/**
 * Ctrl+C: the first one cancels and lets the command put its things away, a second one ends it at once.
 */
import { EXIT_CANCELLED } from './exit-code';

export interface Interrupts {
  readonly signal: AbortSignal;
  dispose(): void;
}

export function listenForInterrupts(): Interrupts {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_CANCELLED);
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    dispose: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  };
}
