/**
 * ffmpeg and ffprobe: where they are, and how they are run.
 * Looked for in this order: ONIONSKIN_FFMPEG / ONIONSKIN_FFPROBE, the PATH, ffmpeg-static, and the builds that npm brought
 * (2018's ffmpeg 4.1), so every argument used in this project must be known to ffmpeg 4 as well as to 8.
 * Children get an argv array, no shell, a short environment, and are stopped politely before they are killed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { once } from 'node:events';
import { AppError } from '@core/errors';
import { childEnvironment } from '../../platform/child-environment';

export interface FfmpegTool {
  readonly path: string;
  /** As the program prints it, e.g. `4.1`, `8.0`, `N-47683-g0e8eb07980-static`. */
  readonly version: string;
  readonly origin: 'environment' | 'system' | 'bundled';
}

type ToolName = 'ffmpeg' | 'ffprobe';

const found = new Map<string, Promise<FfmpegTool>>();

/** @throws AppError export/ffmpeg-missing */
export function findFfmpeg(): Promise<FfmpegTool> {
  return findTool('ffmpeg');
}

/** @throws AppError export/ffmpeg-missing */
export function findFfprobe(): Promise<FfmpegTool> {
  return findTool('ffprobe');
}

function findTool(name: ToolName): Promise<FfmpegTool> {
  const chosen = process.env[`ONIONSKIN_${name.toUpperCase()}`] ?? '';
  const key = `${name}\0${chosen}\0${process.env['PATH'] ?? ''}`;
  let search = found.get(key);
  if (search === undefined) {
    search = searchTool(name, chosen);
    // Only what was found is remembered: a person may install ffmpeg while the studio runs.
    search.catch(() => found.delete(key));
    if (found.size >= 16) found.clear();
    found.set(key, search);
  }
  return search;
}

async function searchTool(name: ToolName, chosen: string): Promise<FfmpegTool> {
  const variable = `ONIONSKIN_${name.toUpperCase()}`;
  if (chosen !== '') {
    const version = await versionOf(chosen);
    if (version !== null) return { path: chosen, version, origin: 'environment' };
    throw new AppError('export/ffmpeg-missing', `${variable} names ${chosen}, which does not run as ${name}`, {
      field: variable,
      value: chosen,
      remedy: `Point ${variable} to a working ${name}, or unset it to use the one that came with Onionskin.`,
    });
  }
  const candidates = [
    ...systemCandidates(name).map((path) => ({ path, origin: 'system' as const })),
    ...bundledCandidates(name).map((path) => ({ path, origin: 'bundled' as const })),
  ];
  for (const { path, origin } of candidates) {
    const runnable = await makeRunnable(path, name);
    const version = runnable === null ? null : await versionOf(runnable);
    if (runnable !== null && version !== null) return { path: runnable, version, origin };
  }
  throw new AppError('export/ffmpeg-missing', `${name} was not found on this machine`, {
    field: variable,
    remedy: `Install ffmpeg (it brings ${name}), or set ${variable} to its path.`,
  });
}

function executableName(name: ToolName): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}

function systemCandidates(name: ToolName): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, executableName(name)));
}

/**
 * The packages are resolved, never loaded: @ffmpeg-installer throws a string and ffprobe-static ends the whole process
 * on a platform they do not know.
 */
function bundledCandidates(name: ToolName): string[] {
  const require = createRequire(import.meta.url);
  const packageDir = (id: string): string | null => {
    try {
      // Inside a packaged app the natives lie beside the archive, since nothing in an archive can be executed.
      return dirname(require.resolve(`${id}/package.json`)).replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
    } catch {
      return null;
    }
  };
  const file = executableName(name);
  const platform = `${process.platform}-${process.arch}`;
  const paths: string[] = [];
  const add = (dir: string | null, ...rest: string[]): void => {
    if (dir !== null) paths.push(join(dir, ...rest));
  };
  if (name === 'ffmpeg') {
    add(packageDir('ffmpeg-static'), file);
    const installer = packageDir('@ffmpeg-installer/ffmpeg');
    add(installer, '..', platform, file);
    add(installer, 'node_modules', '@ffmpeg-installer', platform, file);
  } else {
    add(packageDir('ffprobe-static'), 'bin', process.platform, process.arch, file);
  }
  return paths;
}

/** The path itself, or of an executable copy: packages unpacked without their scripts lack the executable bit. */
async function makeRunnable(path: string, name: ToolName): Promise<string | null> {
  const info = await stat(path).catch(() => null);
  if (info === null || !info.isFile()) return null;
  if (process.platform === 'win32' || (await isExecutable(path))) return path;
  const isOurs = path.includes('node_modules') || path.includes('app.asar.unpacked');
  if (!isOurs) return null;
  try {
    await chmod(path, 0o755);
    return path;
  } catch {
    // A read-only installation: go on with a copy.
  }
  const cacheDir = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'onionskin');
  for (const folder of [cacheDir, join(tmpdir(), `onionskin-${process.getuid?.() ?? 0}`)]) {
    const copy = join(folder, `${name}-${info.size}-${Math.trunc(info.mtimeMs)}`);
    if (await isExecutable(copy)) return copy;
    const partial = `${copy}.${process.pid}`;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await copyFile(path, partial, constants.COPYFILE_EXCL);
      await chmod(partial, 0o755);
      await rename(partial, copy);
      return copy;
    } catch {
      await rm(partial, { force: true }).catch(() => undefined);
    }
  }
  return null;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function versionOf(path: string): Promise<string | null> {
  try {
    const { stdout } = await collect(path, ['-hide_banner', '-version'], { limitBytes: 1 << 16 });
    return /^ff(?:mpeg|probe) version (\S+)/.exec(stdout.toString('utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
}

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

/** ffprobe's JSON for a file: streams and format. @throws AppError media/unreadable */
export async function probeFile(
  path: string,
  options: { readonly countPackets?: boolean; readonly formats?: string; readonly signal?: AbortSignal } = {},
): Promise<ProbeResult> {
  const { path: ffprobe } = await findFfprobe();
  const count = options.countPackets === true ? ['-count_packets'] : [];
  const formats = options.formats === undefined ? [] : ['-format_whitelist', options.formats];
  const args = [
    ...['-hide_banner', '-loglevel', 'error', '-protocol_whitelist', 'file,pipe', ...formats, ...count],
    ...['-show_streams', '-show_format', '-of', 'json', `file:${path}`],
  ];
  try {
    const { stdout } = await collect(ffprobe, args, {
      limitBytes: 16 << 20,
      ...(options.signal && { signal: options.signal }),
    });
    // ffprobe's own output: absent fields stay undefined and are checked where they are used.
    return JSON.parse(stdout.toString('utf8')) as ProbeResult;
  } catch (error) {
    if (error instanceof AppError && error.code === 'cancelled') throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'media/unreadable',
      `${path} cannot be read as film or picture: ${message}`,
      { value: path, remedy: 'Check that the file plays elsewhere.' },
      error,
    );
  }
}

export interface ProbePacket {
  readonly pts: number;
  /** 0 = not said. */
  readonly duration: number;
}

/** Every packet, with a time, of the first picture stream that is no cover; the file is read from end to end. @throws AppError media/unreadable */
export async function probePackets(
  path: string,
  options: { readonly formats: string; readonly signal?: AbortSignal },
): Promise<ProbePacket[]> {
  const { path: ffprobe } = await findFfprobe();
  const args = [
    ...['-hide_banner', '-loglevel', 'error', '-protocol_whitelist', 'file,pipe', '-format_whitelist', options.formats],
    ...['-select_streams', 'V:0', '-show_entries', 'packet=pts,duration', '-of', 'csv=p=0', `file:${path}`],
  ];
  const { stdout } = await collect(ffprobe, args, {
    limitBytes: 256 << 20,
    ...(options.signal && { signal: options.signal }),
  });
  return stdout
    .toString('latin1')
    .split('\n')
    .map((line) => line.split(','))
    .filter(([pts]) => /^-?\d+$/.test(pts ?? ''))
    .map(([pts, duration]) => ({ pts: Number(pts), duration: Number(duration) || 0 }));
}

export interface ProbeStream {
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly pix_fmt?: string;
  readonly sample_aspect_ratio?: string;
  readonly field_order?: string;
  readonly time_base?: string;
  readonly start_pts?: number;
  readonly duration_ts?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly side_data_list?: readonly { readonly rotation?: number }[];
  /** 1 for a cover picture. */
  readonly disposition?: { readonly attached_pic?: number };
  readonly width?: number;
  readonly height?: number;
  readonly r_frame_rate?: string;
  readonly avg_frame_rate?: string;
  readonly sample_rate?: string;
  readonly channels?: number;
  readonly nb_frames?: string;
  readonly nb_read_packets?: string;
  readonly duration?: string;
  readonly color_range?: string;
  readonly color_space?: string;
  readonly color_transfer?: string;
  readonly color_primaries?: string;
}

export interface ProbeResult {
  readonly streams?: readonly ProbeStream[];
  readonly format?: {
    readonly format_name?: string;
    readonly start_time?: string;
    readonly duration?: string;
    readonly tags?: Readonly<Record<string, string>>;
  };
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

async function collect(
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
function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', (spawnError) => {
      if (child.pid === undefined) resolve({ code: null, signalName: null, spawnError });
    });
    child.once('close', (code, signalName) => resolve({ code, signalName, spawnError: null }));
  });
}

function tailOf(stream: NodeJS.ReadableStream, limit: number): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-limit);
  });
  return () => text.trim();
}

function readProgress(stream: NodeJS.ReadableStream, onProgress: (progress: FfmpegProgress) => void): void {
  eachLine(stream, (line) => {
    const frame = /^frame=\s*(\d+)/.exec(line)?.[1];
    if (frame !== undefined) onProgress({ frame: Number(frame) });
  });
}

function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let pending = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (pending + chunk.toString('utf8')).split('\n');
    pending = (lines.pop() ?? '').slice(-1_000);
    for (const line of lines) onLine(line);
  });
}

const DISK_FULL = /no space left on device|disk quota exceeded/i;

function ffmpegFailure(how: string, stderr: string): AppError {
  const lastLines = stderr.split('\n').slice(-6).join('\n');
  if (DISK_FULL.test(stderr))
    return new AppError('export/write-failed', `ffmpeg could not write: ${lastLines}`, {
      remedy: 'Free some space on that disk, or export to another one.',
    });
  return new AppError('export/ffmpeg-failed', `ffmpeg failed (${how}): ${lastLines || 'it said nothing'}`, {
    remedy: 'Run `onionskin doctor`; another ffmpeg can be named in ONIONSKIN_FFMPEG.',
  });
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AppError('cancelled', 'cancelled');
}

function childEnv(): NodeJS.ProcessEnv {
  return { ...childEnvironment(), AV_LOG_FORCE_NOCOLOR: '1', LC_ALL: 'C' };
}
