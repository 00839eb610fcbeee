/** Runs ffmpeg: to its end, for all it writes, or for what it writes as it comes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { AppError } from '@core/errors';
import { childEnv, collect, eachLine, exitOf, ffmpegFailure, tailOf, throwIfCancelled } from './child';
import { findFfmpeg } from './find-ffmpeg';

export interface FfmpegProgress {
  /** Frames written so far. */
  readonly frame: number;
}

export interface RunFfmpegOptions {
  /** Bytes for ffmpeg's standard input (`-i pipe:0`), pulled no faster than ffmpeg takes them. */
  readonly input?: AsyncIterable<Uint8Array>;
  readonly onProgress?: (progress: FfmpegProgress) => void;
  /** How long each of the three ways to stop (q or end of input, SIGTERM, SIGKILL) is given. */
  readonly graceMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs ffmpeg to its end; files named in `args` carry the prefix `file:` and each `-i` the option -protocol_whitelist.
 * @throws AppError cancelled · export/ffmpeg-missing · export/ffmpeg-failed with the end of what ffmpeg said
 * @throws whatever `input` throws
 */
export async function runFfmpeg(args: readonly string[], options: RunFfmpegOptions = {}): Promise<void> {
  const { input, onProgress, graceMs = 2_000, signal } = options;
  throwIfCancelled(signal);
  const { path } = await findFfmpeg();
  const argv = ['-hide_banner', '-nostats', '-loglevel', 'error', '-progress', 'pipe:1', ...args];
  const child = spawn(path, argv, { stdio: ['pipe', 'pipe', 'pipe'], env: childEnv(), windowsHide: true });
  const ended = exitOf(child);
  const stderr = tailOf(child.stderr, 4_000);
  readProgress(child.stdout, (progress) => onProgress?.(progress));
  // A pipe that breaks because ffmpeg died is told by ffmpeg's own exit, not by EPIPE.
  child.stdin.on('error', () => undefined);

  let isStopping = false;
  const timers: NodeJS.Timeout[] = [];
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    if (input === undefined) child.stdin.write('q');
    child.stdin.end();
    timers.push(
      setTimeout(() => child.kill('SIGTERM'), graceMs),
      setTimeout(() => child.kill('SIGKILL'), 2 * graceMs),
    );
  };
  signal?.addEventListener('abort', stop, { once: true });
  let inputError: unknown = null;
  try {
    if (input !== undefined) {
      const iterator = input[Symbol.asyncIterator]();
      try {
        for (;;) {
          const next = await iterator.next();
          if (next.done === true || isStopping || child.exitCode !== null || child.signalCode !== null) break;
          if (!child.stdin.write(next.value)) await Promise.race([once(child.stdin, 'drain'), ended]);
        }
      } catch (error) {
        inputError = error;
        stop();
      } finally {
        await iterator.return?.();
      }
      child.stdin.end();
    }
    const { code, signalName, spawnError } = await ended;
    if (inputError !== null) throw inputError;
    throwIfCancelled(signal);
    if (spawnError !== null)
      throw new AppError('export/ffmpeg-failed', `ffmpeg did not start: ${spawnError.message}`, {}, spawnError);
    if (code !== 0) throw ffmpegFailure(signalName ?? `exit ${code}`, stderr());
  } finally {
    signal?.removeEventListener('abort', stop);
    for (const timer of timers) clearTimeout(timer);
  }
}

/** Reads all of ffmpeg's standard output (a raw picture, say). @throws AppError cancelled · export/ffmpeg-failed */
export async function readFfmpeg(
  args: readonly string[],
  options: { readonly limitBytes: number; readonly signal?: AbortSignal },
): Promise<Uint8Array> {
  const { path } = await findFfmpeg();
  const { stdout } = await collect(path, ['-hide_banner', '-nostdin', '-loglevel', 'error', ...args], options);
  return stdout;
}

/**
 * The option by which every decoded frame is written exactly once, whatever its time: GIFs with uneven delays and films
 * of variable rate would be evened out by repeats and gaps otherwise. ffmpeg 5.1 gave it a new name and later dropped
 * the old one.
 */
export async function everyFrameOnce(options: { readonly signal?: AbortSignal } = {}): Promise<readonly string[]> {
  const help = new TextDecoder().decode(await readFfmpeg(['-h', 'long'], { limitBytes: 8 << 20, ...options }));
  return /^-fps_mode\b/m.test(help) ? ['-fps_mode', 'passthrough'] : ['-vsync', '0'];
}

/**
 * ffmpeg's standard output as it comes, held back while the reader is busy. Leaving the loop early ends ffmpeg.
 * @throws AppError cancelled · export/ffmpeg-failed
 */
export async function* streamFfmpeg(
  args: readonly string[],
  options: {
    readonly signal?: AbortSignal;
    /** Hears what ffmpeg says, down to `[info]`, each line with its level. */
    readonly onLine?: (line: string) => void;
  } = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  throwIfCancelled(options.signal);
  const { onLine } = options;
  const { path } = await findFfmpeg();
  const level = onLine === undefined ? ['-loglevel', 'error'] : ['-nostats', '-loglevel', 'level+info'];
  const argv = ['-hide_banner', '-nostdin', ...level, ...args];
  const child = spawn(path, argv, { stdio: ['ignore', 'pipe', 'pipe'], env: childEnv(), windowsHide: true });
  const ended = exitOf(child);
  if (onLine !== undefined) eachLine(child.stderr, onLine);
  const stderr = tailOf(child.stderr, 4_000);
  const stop = (): void => {
    child.kill('SIGKILL');
  };
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    // A stream without an encoding yields Buffers.
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const { code, signalName, spawnError } = await ended;
    throwIfCancelled(options.signal);
    if (spawnError !== null) throw spawnError;
    if (code !== 0) throw ffmpegFailure(signalName ?? `exit ${code}`, stderr());
  } finally {
    options.signal?.removeEventListener('abort', stop);
    stop();
  }
}

function readProgress(stream: NodeJS.ReadableStream, onProgress: (progress: FfmpegProgress) => void): void {
  eachLine(stream, (line) => {
    const frame = /^frame=\s*(\d+)/.exec(line)?.[1];
    if (frame !== undefined) onProgress({ frame: Number(frame) });
  });
}
