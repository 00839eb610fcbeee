/**
 * A scene: the studio's own page in a state that takes long to reach by hand. Documents are made by the same edits as in
 * the studio; only main's answers are written down, and parsed by the contract like main's own.
 */
import type { ApiMethod, ApiOutput, EventName, EventPayload, StudioBridge } from '@contracts/ipc';
import type { Envelope } from '@contracts/wire-error';
import type { AppState } from '../state/app.svelte';

export type Answers = { readonly [M in ApiMethod]?: ApiOutput<M> };

export interface Scene {
  readonly answers: Answers;
  /** Once the page stands: selects, opens, sends events. */
  readonly then?: (stage: Stage) => void | Promise<void>;
}

export interface Stage {
  readonly app: AppState;
  send<E extends EventName>(event: E, payload: EventPayload<E>): void;
}

export interface SceneBridge extends StudioBridge {
  send<E extends EventName>(event: E, payload: EventPayload<E>): void;
}

/** A question that the scene has no answer to is answered like a failure in main: a named error. */
export function bridgeOf(scene: Scene): SceneBridge {
  const listeners = new Set<(event: string, payload: unknown) => void>();
  return {
    platform: 'linux',
    invoke: (method) => Promise.resolve(envelope(scene.answers[method as ApiMethod], method)),
    importFiles: () => Promise.resolve(envelope(undefined, 'importFiles')),
    readRecipes: () => Promise.resolve(envelope(undefined, 'readRecipes')),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    send(event, payload) {
      for (const listener of listeners) listener(event, payload);
    },
  };
}

function envelope(value: unknown, method: string): Envelope {
  if (value !== undefined) return { ok: true, value };
  return {
    ok: false,
    error: { code: 'input/not-found', message: `this scene has no answer to ${method}`, detail: {} },
  };
}
