/** `npm run torture`: reads --rounds and --seed, writes a line per round to the terminal and to the log, sums up. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runTorture, type RoundReport } from './run-torture';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '25' },
    seed: { type: 'string', default: '1' },
    /** The real engine in every k-th round. */
    real: { type: 'string', default: '8' },
  },
});

function count(option: 'rounds' | 'seed' | 'real', min: number): number {
  const value = Number(values[option]);
  if (Number.isInteger(value) && value >= min && value < 2 ** 31) return value;
  process.stderr.write(`onionskin: --${option} ${values[option]}: must be a whole number of at least ${min}\n`);
  process.exit(2);
}

const [rounds, seed, realEvery] = [count('rounds', 1), count('seed', 0), count('real', 0)];
const root = resolve(import.meta.dirname, '../..');
const logFile = join(root, 'test-results', 'torture.log');
mkdirSync(dirname(logFile), { recursive: true });
writeFileSync(logFile, '');
const log = (line: string) => {
  process.stdout.write(`${line}\n`);
  appendFileSync(logFile, `${line}\n`);
};

function lineOf({ round, engine, kill, livedMs, said, library, faults }: RoundReport): string {
  const heard = Object.entries(said).map(([type, times]) => `${times} ${type}`);
  const found = `${library.commits} commits, ${library.takes} takes, ${library.frames} frames`;
  const verdict = faults.length === 0 ? 'ok' : `FAULTS\n  ${faults.join('\n  ')}`;
  return `${round + 1}/${rounds} ${engine} | ${livedMs} ms, killed ${kill} | ${heard.join(', ')} | ${found} | ${verdict}`;
}

const workDir = mkdtempSync(join(tmpdir(), 'onionskin-torture-'));
const startedMs = Date.now();
log(`torture: ${rounds} rounds, seed ${seed}, the real engine every ${realEvery} rounds`);
const reports = await runTorture({
  ...{ rounds, seed, realEvery, workDir },
  childPath: join(import.meta.dirname, 'child.js'),
  builtDir: join(root, 'out/main'),
  modelsDir: join(root, 'resources/models'),
  onRound: (report) => log(lineOf(report)),
});
const total: Record<string, number> = {};
for (const { said } of reports)
  for (const [type, times] of Object.entries(said)) total[type] = (total[type] ?? 0) + times;
const faults = reports.flatMap((report) => report.faults);
const sum = Object.entries(total).map(([type, times]) => `${times} ${type}`);
log(`said in all: ${sum.join(', ')}`);
log(
  `${reports.length} of ${rounds} rounds in ${Math.round((Date.now() - startedMs) / 1000)} s: ${faults.length} faults`,
);
if (faults.length === 0) rmSync(workDir, { recursive: true, force: true });
else log(`the library is kept in ${workDir}`);
process.exitCode = faults.length === 0 ? 0 : 1;
