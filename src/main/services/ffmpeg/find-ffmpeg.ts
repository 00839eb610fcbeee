/**
 * Where ffmpeg and ffprobe are. Looked for in this order: ONIONSKIN_FFMPEG / ONIONSKIN_FFPROBE, the PATH, ffmpeg-static, and
 * the builds that npm brought (2018's ffmpeg 4.1), so every argument used in this project must be known to ffmpeg 4 as well as to 8.
 */
import { constants } from 'node:fs';
import { access, chmod, copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { AppError } from '@core/errors';
import { collect } from './child';

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
