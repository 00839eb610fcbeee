/**
 * ffmpeg and ffprobe as child processes: an argv array, no shell, a short environment, output held to a limit, and failures
 * that carry the end of what the program said.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { AppError } from '@core/errors';
import { childEnvironment } from '../../platform/child-environment';

export async function collect(
  path: string,
  args: readonly string[],
  options: { readonly limitBytes: number; readonly signal?: AbortSignal },
): Promise<{ stdout: Buffer }> {
  throwIfCancelled(options.signal);
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], env: childEnv(), windowsHide: true });
  const stop = (): void => {
    child.kill('SIGKILL');
  };
  options.signal?.addEventListener('abort', stop, { once: true });
  const ended = exitOf(child);
  const stderr = tailOf(child.stderr, 4_000);
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > options.limitBytes) child.kill('SIGKILL');
    else chunks.push(chunk);
  });
  const { code, signalName, spawnError } = await ended;
  options.signal?.removeEventListener('abort', stop);
  throwIfCancelled(options.signal);
  if (spawnError !== null) throw spawnError;
  if (bytes > options.limitBytes)
    throw new AppError('export/ffmpeg-failed', `more than ${options.limitBytes} bytes came out of ${path}`);
  if (code !== 0) throw ffmpegFailure(signalName ?? `exit ${code}`, stderr());
  return { stdout: Buffer.concat(chunks) };
}

interface Exit {
  readonly code: number | null;
  readonly signalName: string | null;
  readonly spawnError: Error | null;
}

/** Settles when the child is gone and its pipes are drained. */
export function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', (spawnError) => {
      if (child.pid === undefined) resolve({ code: null, signalName: null, spawnError });
    });
    child.once('close', (code, signalName) => resolve({ code, signalName, spawnError: null }));
  });
}

export function tailOf(stream: NodeJS.ReadableStream, limit: number): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-limit);
  });
  return () => text.trim();
}

export function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let pending = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (pending + chunk.toString('utf8')).split('\n');
    pending = (lines.pop() ?? '').slice(-1_000);
    for (const line of lines) onLine(line);
  });
}

const DISK_FULL = /no space left on device|disk quota exceeded/i;

export function ffmpegFailure(how: string, stderr: string): AppError {
  const lastLines = stderr.split('\n').slice(-6).join('\n');
  if (DISK_FULL.test(stderr))
    return new AppError('export/write-failed', `ffmpeg could not write: ${lastLines}`, {
      remedy: 'Free some space on that disk, or export to another one.',
    });
  return new AppError('export/ffmpeg-failed', `ffmpeg failed (${how}): ${lastLines || 'it said nothing'}`, {
    remedy: 'Run `onionskin doctor`; another ffmpeg can be named in ONIONSKIN_FFMPEG.',
  });
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AppError('cancelled', 'cancelled');
}

export function childEnv(): NodeJS.ProcessEnv {
  return { ...childEnvironment(), AV_LOG_FORCE_NOCOLOR: '1', LC_ALL: 'C' };
}
