/**
 * The engine process. Runs as an Electron utilityProcess in the studio and as a forked Node process in tests and on the
 * command line; all it knows comes in messages, each parsed. It reads the package folder and the frame store it is
 * given, writes to the frame store and to the folder of the job it runs, nowhere else.
 */
import { AppError } from '@core/errors';
import { EngineRequest, type EngineMessage, type StepPreview } from '@contracts/engine';
import { wireErrorFrom } from '@contracts/wire-error';
import { leaveOutMaglev } from './node-compiler';
import { keepYoungGenerationSmall } from './small-heap';
import { DROP_STATE, Runner, runtimeInfo } from './runner';

/** The part of a MessagePort that previews need; Electron's MessagePortMain has it. */
interface PreviewPort {
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
  on(event: 'close', listener: () => void): unknown;
}

interface Transport {
  send(message: EngineMessage): void;
  onMessage(listener: (message: unknown, ports: readonly PreviewPort[]) => void): void;
}

/** `process.parentPort` of a utilityProcess, as far as it is used here. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown; ports: PreviewPort[] }) => void): unknown;
}

function connectToParent(): Transport {
  const { parentPort } = process as { parentPort?: ParentPort }; // typed by Electron only, which is not imported here
  if (parentPort)
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => void parentPort.on('message', ({ data, ports }) => listener(data, ports)),
    };
  leaveOutMaglev();
  // Ctrl+C in a terminal goes to the whole group; the parent decides what becomes of a run.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  return {
    send: (message) => void process.send?.(message),
    onMessage: (listener) => void process.on('message', (message) => listener(message, [])),
  };
}

/** As the contract has it. */
const NOTE_CHARS_MAX = 2_000;

keepYoungGenerationSmall();
const transport = connectToParent();
const runner = new Runner();
let current: { readonly jobId: string; readonly abort: AbortController; readonly finished: Promise<void> } | null =
  null;
let previewPort: PreviewPort | null = null;

transport.onMessage((message, ports) => {
  const [port] = ports;
  if (port !== undefined) return attachPreviewPort(port);
  const parsed = EngineRequest.safeParse(message);
  if (!parsed.success) {
    const jobId = jobIdOf(message);
    if (jobId === null) return log(`a message off the contract: ${parsed.error.message}`);
    return transport.send({ type: 'failed', jobId, error: wireErrorFrom(parsed.error) });
  }
  const request = parsed.data;
  switch (request.type) {
    case 'run':
      return startRun(request);
    case 'cancel':
      if (current?.jobId === request.jobId) current.abort.abort(request.keepState ? undefined : DROP_STATE);
      return;
    case 'shutdown':
      return shutDown();
    default:
      request satisfies never;
  }
});

transport.send({ type: 'ready', ...runtimeInfo() });

function startRun(request: Extract<EngineRequest, { type: 'run' }>): void {
  const { jobId } = request;
  if (current !== null) {
    const error = wireErrorFrom(new Error(`run ${jobId} came while ${current.jobId} was running`));
    return transport.send({ type: 'failed', jobId, error });
  }
  const abort = new AbortController();
  current = { jobId, abort, finished: run(request, abort.signal) };
}

/** Never rejects: every outcome is a message. */
async function run(request: Extract<EngineRequest, { type: 'run' }>, signal: AbortSignal): Promise<void> {
  const { jobId } = request;
  let outcome: EngineMessage;
  try {
    const { frames, seconds, report } = await runner.run(request, {
      signal,
      onProgress: (progress) => transport.send({ type: 'progress', progress }),
      onFrames: (frames) => transport.send({ type: 'frames', jobId, frames: [...frames] }),
      onNote: (sentence) => transport.send({ type: 'note', jobId, message: sentence.slice(0, NOTE_CHARS_MAX) }),
      previewListener: () => (previewPort === null ? null : sendPreview),
    });
    outcome = { type: 'done', jobId, frames, seconds, report };
  } catch (error) {
    if (error instanceof AppError && error.code === 'cancelled') outcome = { type: 'cancelled', jobId };
    else {
      if (!(error instanceof AppError)) log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      outcome = { type: 'failed', jobId, error: wireErrorFrom(error) };
    }
  }
  current = null;
  transport.send(outcome);
}

function sendPreview(preview: StepPreview): void {
  previewPort?.postMessage(preview);
}

function attachPreviewPort(port: PreviewPort): void {
  previewPort?.close();
  previewPort = port;
  port.on('close', () => {
    if (previewPort === port) previewPort = null;
  });
  port.start();
}

function shutDown(): void {
  current?.abort.abort();
  void Promise.resolve(current?.finished)
    .then(() => runner.close())
    .finally(() => process.exit(0));
}

/** The host keeps the end of stderr and shows it when the engine dies. */
function log(text: string): void {
  process.stderr.write(`engine: ${text}\n`);
}

function jobIdOf(message: unknown): string | null {
  if (typeof message !== 'object' || message === null || !('jobId' in message)) return null;
  return typeof message.jobId === 'string' ? message.jobId : null;
}
