/**
 * The exporter's (and the doctor's) child as a plain Node process, for the command line and for tests. The studio wraps
 * Electron's utilityProcess in the same shape.
 */
import { fork } from 'node:child_process';
import { childEnvironment } from '../../platform/child-environment';
import type { ExporterProcess } from './run-in-child';

/** @param entryPath built JavaScript of export/entry.ts or doctor/probe-entry.ts */
export function forkExporter(entryPath: string): ExporterProcess {
  const child = fork(entryPath, [], {
    env: childEnvironment(),
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let isGone = false;
  const listeners: ((exit: { code: number | null; signal: string | null }) => void)[] = [];
  const gone = (code: number | null, signal: string | null): void => {
    if (isGone) return;
    isGone = true;
    for (const listener of listeners) listener({ code, signal });
  };
  child.on('exit', gone);
  child.on('error', () => {
    if (child.pid === undefined) gone(null, null);
  });
  return {
    // A message to a process that has just died is lost; its exit says the rest. Only structured data is sent here.
    postMessage: (message) => void (child.connected && child.send(message as object, () => undefined)),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void listeners.push(listener),
    kill: () => void child.kill('SIGKILL'),
  };
}
