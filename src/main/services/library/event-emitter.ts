/**
 * Typed events of the studio. A listener that throws is logged and does not stop the others, or the work that told them.
 */
import type { StudioEvents } from '@main/studio';
import type { Log } from '../../platform/log';

type Listener<E extends keyof StudioEvents> = (payload: StudioEvents[E]) => void;
type Listeners = { [E in keyof StudioEvents]: Set<Listener<E>> };

export class StudioEmitter {
  readonly #log: Log;
  readonly #listeners: Listeners = {
    'jobs.changed': new Set(),
    'jobs.progress': new Set(),
    'jobs.frames': new Set(),
    'export.progress': new Set(),
    'conform.progress': new Set(),
    'takes.added': new Set(),
    'media.added': new Set(),
    'bundle.progress': new Set(),
    'library.progress': new Set(),
  };

  constructor(log: Log) {
    this.#log = log;
  }

  /** @returns a function that ends the subscription */
  on<E extends keyof StudioEvents>(event: E, listener: Listener<E>): () => void {
    const listeners: Set<Listener<E>> = this.#listeners[event];
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  emit<E extends keyof StudioEvents>(event: E, payload: StudioEvents[E]): void {
    const listeners: Set<Listener<E>> = this.#listeners[event];
    for (const listener of [...listeners])
      try {
        listener(payload);
      } catch (error) {
        this.#log.error('an event listener failed', { area: 'events', event, error });
      }
  }
}
