/**
 * The short form of `npm run torture`: a working studio is killed eight times, once while the real engine runs, and
 * nothing it had said to be done is lost.
 */
import { cpSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build } from 'vite';
import { systemClock } from '@main/platform/clock';
import { silentLog } from '@main/platform/log';
import { openLibrary } from '@main/services/library/library';
import { buildIoErrors } from '../support/io-errors';
import { buildMain } from '../support/build-main';
import { tempDir } from '../support/temp-dir';
import { checkLibrary } from '../torture/check-library';
import { runTorture } from '../torture/run-torture';

let built: Awaited<ReturnType<typeof buildMain>>;
let childPath: string;

beforeAll(async () => {
  built = await buildMain();
  const outDir = join(built.builtDir, '../torture');
  await build({
    configFile: resolve('test/torture/vite.config.ts'),
    logLevel: 'error',
    build: { outDir, rollupOptions: { input: { child: resolve('test/torture/child.ts') } } },
  });
  childPath = join(outDir, 'child.js');
}, 120_000);
afterAll(() => built.remove());

test('a studio killed at any moment has lost nothing that it had said was done', async () => {
  const dir = tempDir();
  const reports = await runTorture({
    ...{ rounds: 8, seed: 20, realEvery: 4, childPath, builtDir: built.builtDir, workDir: dir },
    modelsDir: resolve('resources/models'),
  });
  expect(reports.flatMap(({ faults }) => faults)).toEqual([]);
  expect(reports).toHaveLength(8);
  const said = (type: string) => reports.reduce((sum, report) => sum + (report.said[type] ?? 0), 0);
  expect(Math.min(said('commit'), said('frames'), said('ready'))).toBeGreaterThan(0);
});

test('a disk that fails ends in a named error, and costs nothing that was said to be done', async ({ skip }) => {
  const dir = tempDir();
  const preload = buildIoErrors(dir);
  if (preload === null) return skip('no C compiler, or no libc that can be preloaded');
  // The first call that fails, and how many do: for good, or once in passing.
  const failing = [
    [5, 1],
    [9, 1_000_000],
    [40, 1_000_000],
    [120, 1],
    [250, 1_000_000],
    [600, 1],
    [900, 1_000_000],
    [1_500, 1],
  ] as const;
  const reports = await runTorture({
    ...{ rounds: failing.length, seed: 21, realEvery: 0, childPath, builtDir: built.builtDir, workDir: dir },
    modelsDir: resolve('resources/models'),
    faultsOf: (round, library) => ({
      ...{ LD_PRELOAD: preload, IO_ERRORS_DIR: join(library, 'library') },
      ...{ IO_ERRORS_FROM: String(failing[round]?.[0]), IO_ERRORS_COUNT: String(failing[round]?.[1]) },
    }),
    mayEndSaying: /code: '(library\/io|media\/unreadable)'/,
  });
  expect(reports.flatMap(({ faults }) => faults)).toEqual([]);
  expect(reports).toHaveLength(failing.length);
  expect(reports.filter(({ ending }) => ending !== null).length).toBeGreaterThan(3);
  expect(reports.reduce((sum, { said }) => sum + (said['commit'] ?? 0), 0)).toBeGreaterThan(20);
}, 180_000);

test('the checks see a lost commit, a lost frame file, an orphan and a damaged frame', async () => {
  const dir = tempDir();
  const libraryDir = join(dir, 'library');
  const library = await openLibrary(libraryDir, { clock: systemClock, log: silentLog });
  const hash = 'ab'.repeat(32);
  library.db.run('INSERT INTO frames (hash, created_at) VALUES (?, 1)', hash);
  await library.close();
  const commit = { type: 'commit' as const, projectId: 'p', version: 4, diffHash: hash };
  const lost = await checkLibrary(libraryDir, join(dir, 'copy-1'), { acks: [commit], hashed: new Set() });
  expect(lost.faults).toEqual(
    expect.arrayContaining([
      expect.stringContaining('a row without its file'),
      'version 4 of p is missing',
      `the sweep misses frame ${hash}`,
      `frame ${hash} is named by nothing and was not swept`,
    ]),
  );
  cpSync(resolve('package.json'), join(libraryDir, 'frames', 'ab', `${hash}.png`));
  const other = await checkLibrary(libraryDir, join(dir, 'copy-2'), { acks: [], hashed: new Set() });
  expect(other.faults).toEqual([expect.stringContaining('not what its name says')]);
  renameSync(join(libraryDir, 'frames', 'ab', `${hash}.png`), join(libraryDir, 'jobs', 'nobody'));
  rmSync(join(libraryDir, 'frames', 'ab'), { recursive: true });
  expect(readdirSync(join(libraryDir, 'frames'))).toEqual([]);
  const orphan = await checkLibrary(libraryDir, join(dir, 'copy-3'), { acks: [], hashed: new Set() });
  expect(orphan.faults).toContain("a job's folder without a row: nobody");
});
