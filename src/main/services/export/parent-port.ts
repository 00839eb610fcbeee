/**
 * The line to the parent from inside a child process, whichever way the child was made: Electron's utilityProcess has
 * `process.parentPort`, a forked Node has `process.send`.
 */
import { assert } from '@core/errors';

export interface ParentPort {
  postMessage(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called when the parent is gone, at once when it is already. */
  onClose(listener: () => void): void;
}

/** The part of Electron's ParentPort that is used here, so that plain Node needs no Electron types. */
interface UtilityPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

export function parentPort(): ParentPort {
  // Only Electron's utilityProcess adds this property, and then it has this shape.
  const utility = (process as { readonly parentPort?: UtilityPort }).parentPort;
  if (utility !== undefined)
    return {
      postMessage: (message) => utility.postMessage(message),
      onMessage: (listener) => utility.on('message', ({ data }) => listener(data)),
      // Electron ends its utility processes itself when main goes.
      onClose: () => undefined,
    };
  assert(process.send !== undefined, 'this file runs as a child process');
  const send = process.send.bind(process);
  return {
    // A message to a parent that has just gone is lost; onClose says the rest.
    postMessage: (message) => void (process.connected && send(message, undefined, {}, () => undefined)),
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) => {
      if (process.connected) process.once('disconnect', listener);
      else listener();
    },
  };
}
