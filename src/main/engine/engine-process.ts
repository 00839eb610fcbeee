/**
 * The engine's process as its host sees it: something that takes messages, gives messages, and can be killed. The studio
 * wraps Electron's utilityProcess in this shape (shells/electron); tests and the command line fork Node.
 */
import { fork } from 'node:child_process';
import { childEnvironment } from '../platform/child-environment';

export interface EngineExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface EngineProcess {
  readonly pid: number | undefined;
  /** @param transfer ports to hand over, in Electron only */
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when the process is gone or could not be started. */
  onExit(listener: (exit: EngineExit) => void): void;
  /** Ends it at once, mid-computation. */
  kill(): void;
  /** The last of what it wrote to stderr; native aborts explain themselves only there. */
  stderrTail(): string;
}

const STDERR_TAIL_CHARS = 4_000;

/**
 * Starts the engine as a plain Node process, without arguments and with the small environment of child processes: all it
 * works on comes in messages.
 * @param entryPath built JavaScript of entry.ts
 */
export function forkEngine(entryPath: string, options: { readonly execPath?: string } = {}): EngineProcess {
  const child = fork(entryPath, [], {
    serialization: 'advanced',
    env: childEnvironment(),
    execArgv: [],
    execPath: options.execPath ?? process.execPath,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let tail = '';
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (text: string) => (tail = (tail + text).slice(-STDERR_TAIL_CHARS)));

  let isGone = false;
  const exitListeners: ((exit: EngineExit) => void)[] = [];
  const gone = (exit: EngineExit): void => {
    if (isGone) return;
    isGone = true;
    for (const listener of exitListeners) listener(exit);
  };
  // `close` comes after the last of stderr, `exit` may come before it.
  child.on('close', (code, signal) => gone({ code, signal }));
  // Could not be started, or a message could not be sent because it is dying: the exit says the rest.
  child.on('error', (error) => {
    tail = (tail + String(error)).slice(-STDERR_TAIL_CHARS);
    if (child.pid === undefined) gone({ code: null, signal: null });
  });
  return {
    pid: child.pid,
    postMessage: (message) => {
      // A message to a process that has just died is lost; its exit settles the run. Only structured data is sent here.
      if (child.connected) child.send(message as object, () => undefined);
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void exitListeners.push(listener),
    kill: () => void child.kill('SIGKILL'),
    stderrTail: () => tail,
  };
}
