/**
 * Rounds of: start a process that works on a library, kill it with SIGKILL at a random moment, look at what it left.
 * Half of the kills take the whole process group (a power cut), half only the studio's own process (a crash), whose
 * engine and exporter then notice by themselves. Every BATCH rounds begin with a new library.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { probeFile } from '@main/services/ffmpeg/probe-file';
import { Ack, type TortureTask } from './acks';
import { checkLibrary, type Ledger } from './check-library';
import { randomFrom, type Random } from './random';

export interface TortureOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Built child.ts. */
  readonly childPath: string;
  /** out/main: engine.js and exporter.js. */
  readonly builtDir: string;
  readonly modelsDir: string;
  /** A folder for libraries; what is made in it is removed, unless a round fails. */
  readonly workDir: string;
  /** The real engine in every k-th round; 0 = never. */
  readonly realEvery: number;
  /** What is wrong with the machine in a round, as variables of the process's environment. */
  readonly faultsOf?: (round: number, dir: string) => Readonly<Record<string, string>>;
  /** With such faults a process may end by itself when it says this; without, never. */
  readonly mayEndSaying?: RegExp;
  readonly onRound?: (round: RoundReport) => void;
}

export interface RoundReport {
  readonly round: number;
  readonly seed: number;
  readonly engine: TortureTask['engine'];
  readonly kill: string;
  /** Milliseconds from the start of the process to its kill. */
  readonly livedMs: number;
  /** Said in this round, by kind. */
  readonly said: Readonly<Record<string, number>>;
  readonly library: { readonly commits: number; readonly takes: number; readonly frames: number };
  /** What the process said when it ended by itself; null = it was killed. */
  readonly ending: string | null;
  readonly faults: readonly string[];
}

interface Kill {
  /** Which lines count: edits are many, results few, exports rare. */
  readonly counts: keyof typeof COUNTED;
  readonly afterAcks: number;
  readonly delayMs: number;
  readonly isWholeGroup: boolean;
}

const COUNTED = {
  lines: new Set<Ack['type']>(['ready', 'project', 'commit', 'job', 'frames', 'take', 'ended', 'export', 'media']),
  results: new Set<Ack['type']>(['frames', 'take', 'ended', 'export', 'media']),
  exports: new Set<Ack['type']>(['export']),
};
const BATCH = 20;
const ROUND_LIMIT_MS = 120_000;
const ORPHANS_LIMIT_MS = 20_000;

/** Stops after the first round with a fault and leaves its library where it is. */
export async function runTorture(options: TortureOptions): Promise<RoundReport[]> {
  const random = randomFrom(options.seed);
  const reports: RoundReport[] = [];
  mkdirSync(options.workDir, { recursive: true });
  let dir = '';
  let ledger: Ledger = { acks: [], hashed: new Set() };
  for (let round = 0; round < options.rounds; round++) {
    if (round % BATCH === 0) {
      if (dir !== '') rmSync(dir, { recursive: true, force: true });
      dir = mkdtempSync(join(options.workDir, 'library-'));
      ledger = { acks: [], hashed: new Set() };
    }
    const report = await runRound(round, dir, ledger, random, options);
    reports.push(report);
    options.onRound?.(report);
    if (report.faults.length > 0) return reports;
  }
  if (dir !== '') rmSync(dir, { recursive: true, force: true });
  return reports;
}

async function runRound(
  round: number,
  dir: string,
  ledger: Ledger,
  random: Random,
  options: TortureOptions,
): Promise<RoundReport> {
  const isReal = options.realEvery > 0 && round % options.realEvery === options.realEvery - 1;
  const task: TortureTask = {
    libraryDir: join(dir, 'library'),
    builtDir: options.builtDir,
    modelsDir: options.modelsDir,
    filesDir: join(dir, 'files'),
    engine: isReal ? 'real' : 'scripted',
    seed: random.below(2 ** 31),
  };
  const kill = aKill(random, isReal);
  const outcome = await liveAndDie(task, kill, options, options.faultsOf?.(round, dir) ?? {});
  ledger.acks.push(...outcome.acks);
  const faults = [...outcome.faults];
  const copyDir = join(dir, `copy-${round}`);
  let library = { commits: 0, takes: 0, frames: 0 };
  // Killed before the folder was made: there is nothing to look at, and nothing was said.
  if (existsSync(task.libraryDir)) {
    try {
      const { faults: found, ...counts } = await checkLibrary(task.libraryDir, copyDir, ledger);
      faults.push(...found);
      library = counts;
    } catch (error) {
      faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    if (faults.length === 0) rmSync(copyDir, { recursive: true, force: true });
  }
  faults.push(...(await checkExports(task.filesDir, outcome.acks)));
  const said: Record<string, number> = {};
  for (const { type } of outcome.acks) said[type] = (said[type] ?? 0) + 1;
  const how = `${kill.isWholeGroup ? 'group' : 'studio only'}, ${kill.delayMs} ms after ${kill.afterAcks} ${kill.counts}`;
  const { livedMs, ending } = outcome;
  return { round, seed: task.seed, engine: task.engine, kill: how, livedMs, said, library, ending, faults };
}

/** Some die while they open the library, most in the middle of their work. */
function aKill(random: Random, isReal: boolean): Kill {
  const isWholeGroup = random.chance(0.5);
  if (random.chance(0.15)) return { counts: 'lines', afterAcks: 0, delayMs: random.below(1_200), isWholeGroup };
  if (random.chance(0.12))
    return { counts: 'exports', afterAcks: 1 + random.below(2), delayMs: random.below(1_500), isWholeGroup };
  if (isReal) return { counts: 'results', afterAcks: 1 + random.below(6), delayMs: random.below(1_500), isWholeGroup };
  if (random.chance(0.5))
    return { counts: 'results', afterAcks: 1 + random.below(12), delayMs: random.below(120), isWholeGroup };
  return { counts: 'lines', afterAcks: 1 + random.below(150), delayMs: random.below(30), isWholeGroup };
}

interface Outcome {
  readonly acks: readonly Ack[];
  readonly faults: readonly string[];
  readonly livedMs: number;
  readonly ending: string | null;
}

async function liveAndDie(
  task: TortureTask,
  kill: Kill,
  { childPath, mayEndSaying }: TortureOptions,
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [childPath, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    // A process group of its own, so that engine, exporter and ffmpeg can be killed with it.
    detached: process.platform !== 'win32',
  });
  const acks: Ack[] = [];
  const faults: string[] = [];
  let stderr = '';
  let livedMs = 0;
  let counted = 0;
  let isKilled = false;
  const die = () => {
    if (isKilled) return;
    isKilled = true;
    livedMs = Math.round(performance.now() - startedMs);
    killNow(child, kill.isWholeGroup);
  };
  const dieSoon = () => void setTimeout(die, kill.delayMs);
  const limit = setTimeout(() => {
    faults.push(`after ${ROUND_LIMIT_MS} ms only ${counted} of ${kill.afterAcks} changes (${kill.counts}) were said`);
    die();
  }, ROUND_LIMIT_MS);
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-8_000)));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const ack = ackOf(line);
    // The last line may have been cut short by the kill: it was never said.
    if (ack === null) return isKilled ? undefined : void faults.push(`not a line of the contract: ${line}`);
    acks.push(ack);
    if (COUNTED[kill.counts].has(ack.type) && ++counted === kill.afterAcks) dieSoon();
  });
  if (kill.afterAcks === 0) dieSoon();
  const linesClosed = new Promise<void>((resolve) => void lines.once('close', () => resolve()));
  const exit = await new Promise<string>((resolve) => {
    child.once('close', (code, signal) => resolve(`${signal ?? ''}${code ?? ''}`));
  });
  await linesClosed;
  clearTimeout(limit);
  if (!isKilled && mayEndSaying?.test(stderr) !== true) faults.push(`the process ended by itself (${exit}): ${stderr}`);
  if (child.pid !== undefined) await orphansGone(child.pid);
  return { acks, faults, livedMs, ending: isKilled ? null : stderr };
}

function killNow(child: ChildProcess, isWholeGroup: boolean): void {
  if (child.pid === undefined) return;
  if (isWholeGroup && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
  else child.kill('SIGKILL');
}

/** Engine and exporter end by themselves when the studio is gone; those that do not are ended here. */
async function orphansGone(group: number): Promise<void> {
  if (process.platform === 'win32') return;
  const deadlineMs = performance.now() + ORPHANS_LIMIT_MS;
  while (hasLiving(group) && performance.now() < deadlineMs) await pause(20);
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nobody is left in the group.
  }
}

function hasLiving(group: number): boolean {
  if (!existsSync('/proc/self/stat')) return isInGroup(group);
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      // pid (name) state ppid pgrp …; a dead process that nobody has waited for yet is a Z.
      const [state, , pgrp] = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return Number(pgrp) === group && state !== 'Z' && state !== 'X';
    } catch {
      return false;
    }
  });
}

function isInGroup(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

function ackOf(line: string): Ack | null {
  try {
    return Ack.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

/** A film that was said to be written is what it was then; one under its final name is whole. */
async function checkExports(filesDir: string, acks: readonly Ack[]): Promise<string[]> {
  const faults: string[] = [];
  const said = acks.filter((ack) => ack.type === 'export');
  for (const { path, sha256 } of said)
    if (!existsSync(path)) faults.push(`the export ${path} is missing`);
    else if (contentHash(path) !== sha256) faults.push(`the export ${path} has changed since it was said`);
  for (const name of existsSync(filesDir) ? readdirSync(filesDir) : []) {
    const path = join(filesDir, name);
    if (name.startsWith('.') || name.includes('partial') || said.some((ack) => ack.path === path)) continue;
    const isWhole = statSync(path).isDirectory() ? readdirSync(path).length >= 3 : await isWholeFilm(path);
    if (!isWhole) faults.push(`half an export stands under its name: ${name}`);
    rmSync(path, { recursive: true, force: true });
  }
  for (const { path } of said) rmSync(path, { recursive: true, force: true });
  return faults;
}

async function isWholeFilm(path: string): Promise<boolean> {
  const { streams = [] } = await probeFile(path, { countPackets: true });
  return streams[0]?.nb_read_packets === '3';
}

function contentHash(path: string): string {
  const hash = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex');
  if (!statSync(path).isDirectory()) return hash(readFileSync(path));
  const names = readdirSync(path).sort();
  return hash(names.map((name) => `${name} ${hash(readFileSync(join(path, name)))}`).join('\n'));
}
