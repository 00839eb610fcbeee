/**
 * A child process of the studio in the shape the engine's host and the exporter expect: Electron's utilityProcess, which
 * outlives the window, can be killed, and takes no part in main's event loop.
 */
import { utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';
import type { EngineProcess } from '@main/engine/engine-process';
import { childEnvironment } from '@main/platform/child-environment';

const stderrTailChars = 4_000;

export interface UtilityChild extends EngineProcess {
  readonly utility: UtilityProcess;
}

/** @param serviceName shown in task managers and crash reports */
export function spawnUtility(entry: string, serviceName: string): UtilityChild {
  const utility = utilityProcess.fork(entry, [], {
    serviceName,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: childEnvironment(),
  });
  let tail = '';
  utility.stderr?.on('data', (data: Buffer) => (tail = (tail + data.toString()).slice(-stderrTailChars)));
  return {
    utility,
    get pid() {
      return utility.pid;
    },
    // The only things ever transferred are MessagePortMain; EngineProcess cannot say so, because it knows no Electron.
    postMessage: (message, transfer = []) => utility.postMessage(message, transfer as MessagePortMain[]),
    onMessage: (listener) => void utility.on('message', listener),
    onExit: (listener) => void utility.once('exit', (code) => listener({ code, signal: null })),
    kill: () => killNow(utility),
    stderrTail: () => tail,
  };
}

/** utility.kill() asks with SIGTERM, which a process inside session.run does not hear. */
function killNow(utility: UtilityProcess): void {
  if (utility.pid === undefined) return;
  try {
    process.kill(utility.pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
