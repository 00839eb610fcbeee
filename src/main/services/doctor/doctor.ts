/**
 * The doctor: everything the studio stands on, looked at one part at a time.
 * A line says what was found, what is wanted and how to mend it. A part that is broken, missing or throws becomes a line
 * that says so; the doctor itself never fails. It opens nothing for writing except one small file in the library folder.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { totalmem, freemem } from 'node:os';
import { basename, join } from 'node:path';
import type { DoctorLine } from '@contracts/ipc';
import { ModelManifest } from '@contracts/model-manifest';
import { AppError } from '@core/errors';
import { ENCODER_OF_PRESET } from '../export/presets';
import { findFfmpeg, findFfprobe } from '../ffmpeg/find-ffmpeg';
import { readFfmpeg } from '../ffmpeg/run-ffmpeg';

/** Tries one execution provider in a process of its own: null when it works, otherwise why it does not. */
export type ProbeProvider = (provider: string) => Promise<string | null>;

export interface DoctorOptions {
  readonly libraryDir: string;
  readonly appVersion: string;
  /** Folders of model packages: the embedded ones and those the user added. */
  readonly modelDirs: readonly string[];
  readonly probeProvider: ProbeProvider;
  /** Build of better-sqlite3 to load, where it is not the default one. */
  readonly nativeBinding?: string | undefined;
}

const MIN_NODE: readonly [number, number] = [22, 14];
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const MIN_FREE_DISK = GIB;
const MIN_RAM = 2 * GIB;
/** In the order in which the engine would prefer them. */
const PROVIDERS = ['cuda', 'tensorrt', 'dml', 'coreml', 'webgpu', 'cpu'] as const;

export async function runDoctor(options: DoctorOptions): Promise<DoctorLine[]> {
  const checks: readonly (readonly [area: string, check: () => Promise<DoctorLine[]>])[] = [
    ['versions', () => checkVersions(options.appVersion)],
    ['better-sqlite3', () => checkSqlite(options.nativeBinding)],
    ['onnxruntime', () => checkOnnxRuntime()],
    ['providers', () => checkProviders(options.probeProvider)],
    ['ffmpeg', () => checkFfmpeg()],
    ['ffprobe', () => checkFfprobe()],
    ...options.modelDirs.map((dir) => [`model ${basename(dir)}`, () => checkModel(dir)] as const),
    ['memory', () => checkMemory()],
    ['library disk', () => checkDisk(options.libraryDir)],
    ['library folder', () => checkFolder(options.libraryDir)],
    ['library database', () => checkDatabase(options.libraryDir, options.nativeBinding)],
  ];
  const lines: DoctorLine[] = [];
  for (const [area, check] of checks) {
    try {
      lines.push(...(await check()));
    } catch (error) {
      lines.push(brokenLine(area, error));
    }
  }
  return lines;
}

/** The line for a part whose check threw. */
export function brokenLine(area: string, error: unknown): DoctorLine {
  const remedy = error instanceof AppError ? error.detail.remedy : undefined;
  return {
    area,
    ok: false,
    found: firstLine(messageOf(error)),
    wanted: 'works',
    fix: remedy ?? 'Run `npm run setup`, then the doctor again.',
  };
}

function good(area: string, found: string, wanted: string): DoctorLine {
  return { area, ok: true, found, wanted, fix: '' };
}

function bad(area: string, found: string, wanted: string, fix: string): DoctorLine {
  return { area, ok: false, found, wanted, fix };
}

async function checkVersions(appVersion: string): Promise<DoctorLine[]> {
  const lines = [
    good('onionskin', appVersion, 'any'),
    good('system', `${process.platform} ${process.arch}`, 'x64 or arm64'),
  ];
  const electron = process.versions['electron'];
  if (electron !== undefined) {
    // Electron brings its own Node, so Node's version is Electron's affair.
    return [...lines, good('electron', `${electron} (Node ${process.versions.node})`, 'any')];
  }
  const wanted = `≥ ${MIN_NODE.join('.')}`;
  return [
    ...lines,
    isNodeNew() ? good('node', process.versions.node, wanted) : bad('node', process.versions.node, wanted, NODE_REMEDY),
  ];
}

const NODE_REMEDY = 'Run it as `npm run onionskin -- …`, which brings a Node of its own.';

function isNodeNew(): boolean {
  if (process.versions['electron'] !== undefined) return true;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
}

/** better-sqlite3 ends an older Node without a word, so it must not be loaded there. @throws AppError library/io */
export function assertNodeIsNew(): void {
  if (isNodeNew()) return;
  const message = `Onionskin needs Node ${MIN_NODE.join('.')} or newer, and this is ${process.versions.node}`;
  throw new AppError('library/io', message, { field: 'node', value: process.versions.node, remedy: NODE_REMEDY });
}

async function checkSqlite(nativeBinding: string | undefined): Promise<DoctorLine[]> {
  assertNodeIsNew();
  const { default: Database } = await import('better-sqlite3');
  const db = new Database(':memory:', nativeBinding === undefined ? {} : { nativeBinding });
  try {
    const version = String(db.prepare('SELECT sqlite_version()').pluck().get());
    return [good('better-sqlite3', `SQLite ${version}`, 'loads')];
  } finally {
    db.close();
  }
}

async function checkOnnxRuntime(): Promise<DoctorLine[]> {
  const ort = await import('onnxruntime-node');
  return [good('onnxruntime', ort.env.versions.node ?? 'unknown version', 'loads')];
}

async function checkProviders(probe: ProbeProvider): Promise<DoctorLine[]> {
  const lines: DoctorLine[] = [];
  for (const provider of PROVIDERS) {
    const reason = await probe(provider).catch((error: unknown) => messageOf(error));
    const area = `provider ${provider}`;
    if (reason === null) lines.push(good(area, 'on', provider === 'cpu' ? 'on' : 'optional'));
    else if (provider === 'cpu') lines.push(bad(area, `off: ${firstLine(reason)}`, 'on', 'Run `npm run setup`.'));
    else lines.push(good(area, `off: ${firstLine(reason)}`, 'optional'));
  }
  return lines;
}

async function checkFfmpeg(): Promise<DoctorLine[]> {
  const tool = await findFfmpeg();
  const lines = [good('ffmpeg', `${tool.version} (${tool.origin})`, 'runs')];
  const listing = new TextDecoder().decode(await readFfmpeg(['-encoders'], { limitBytes: MIB }));
  const wanted = new Set(Object.values(ENCODER_OF_PRESET).filter((encoder) => encoder !== null));
  const missing = [...wanted].filter((encoder) => !new RegExp(`^ V\\S+ ${encoder}\\s`, 'm').test(listing));
  const names = [...wanted].join(', ');
  lines.push(
    missing.length === 0
      ? good('ffmpeg encoders', names, names)
      : bad(
          'ffmpeg encoders',
          `without ${missing.join(', ')}`,
          names,
          'Install a full build of ffmpeg, or name one in ONIONSKIN_FFMPEG.',
        ),
  );
  return lines;
}

async function checkFfprobe(): Promise<DoctorLine[]> {
  const tool = await findFfprobe();
  return [good('ffprobe', `${tool.version} (${tool.origin})`, 'runs')];
}

async function checkModel(dir: string): Promise<DoctorLine[]> {
  const manifest = ModelManifest.parse(JSON.parse(await readFile(join(dir, 'onionskin.json'), 'utf8')));
  const area = `model ${manifest.id}`;
  const wanted = `${manifest.files.length} files with the sha256 of the manifest`;
  const faults: string[] = [];
  for (const file of manifest.files) {
    const path = join(dir, ...file.path.split('/'));
    const info = await stat(path).catch(() => null);
    if (info === null) faults.push(`${file.path} is missing`);
    else if (info.size !== file.bytes) faults.push(`${file.path} has ${info.size} bytes, not ${file.bytes}`);
    else if ((await sha256Of(path)) !== file.sha256) faults.push(`${file.path} has another sha256`);
  }
  if (faults.length === 0) return [good(area, `all ${manifest.files.length} files as in the manifest`, wanted)];
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return [bad(area, `${faults[0] ?? ''}${more}`, wanted, 'Copy the model package again from where it came from.')];
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  // A stream without an encoding yields Buffers.
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function checkMemory(): Promise<DoctorLine[]> {
  const found = `${gib(totalmem())} GiB, ${gib(freemem())} GiB free`;
  const wanted = `≥ ${gib(MIN_RAM)} GiB`;
  if (totalmem() >= MIN_RAM) return [good('memory', found, wanted)];
  return [bad('memory', found, wanted, 'Close other programs; keep to small sizes and few frames.')];
}

async function checkDisk(libraryDir: string): Promise<DoctorLine[]> {
  await mkdir(libraryDir, { recursive: true });
  const { bavail, bsize } = await statfs(libraryDir);
  const free = bavail * bsize;
  const wanted = `≥ ${gib(MIN_FREE_DISK)} GiB free`;
  if (free >= MIN_FREE_DISK) return [good('library disk', `${gib(free)} GiB free`, wanted)];
  return [
    bad('library disk', `${gib(free)} GiB free`, wanted, 'Free some space, or choose a library on another disk.'),
  ];
}

/** Does what every atomic write does, and reads it back. */
async function checkFolder(libraryDir: string): Promise<DoctorLine[]> {
  const wanted = 'write, fsync and rename';
  const fix = 'Give yourself write permission for the folder, or choose another one with --library.';
  const partial = join(libraryDir, `.doctor-${process.pid}.partial`);
  const final = join(libraryDir, `.doctor-${process.pid}`);
  try {
    await mkdir(libraryDir, { recursive: true });
    const file = await open(partial, 'wx');
    try {
      await file.writeFile('onionskin');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, final);
    const text = await readFile(final, 'utf8');
    if (text !== 'onionskin') return [bad('library folder', 'what was written did not come back', wanted, fix)];
    return [good('library folder', 'works', wanted)];
  } catch (error) {
    return [bad('library folder', firstLine(messageOf(error)), wanted, fix)];
  } finally {
    for (const path of [partial, final]) await rm(path, { force: true }).catch(() => undefined);
  }
}

async function checkDatabase(libraryDir: string, nativeBinding: string | undefined): Promise<DoctorLine[]> {
  const path = join(libraryDir, 'library.sqlite');
  if ((await stat(path).catch(() => null)) === null) return [good('library database', 'none yet', 'quick_check: ok')];
  assertNodeIsNew();
  const { default: Database } = await import('better-sqlite3');
  const db = new Database(path, { readonly: true, ...(nativeBinding !== undefined && { nativeBinding }) });
  try {
    const answer = String(db.pragma('quick_check', { simple: true }));
    if (answer === 'ok') return [good('library database', 'quick_check: ok', 'quick_check: ok')];
    const fix = 'Restore the newest file from the folder `backups` of the library.';
    return [bad('library database', firstLine(answer), 'quick_check: ok', fix)];
  } finally {
    db.close();
  }
}

function gib(bytes: number): string {
  return (bytes / GIB).toFixed(1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function firstLine(text: string): string {
  return (text.split('\n').find((line) => line.trim() !== '') ?? text).trim().slice(0, 300);
}
