/**
 * A library as it is after years: 100,000 takes, 2,000,000 frame rows, 1,000 projects. How long it takes to open, to
 * search, to commit, and how much the event loop lags while the sweep and the daily backup run. The rows are all there;
 * files lie only behind the first 20,000 frames, so the sweep walks those and then finds a thousand without one.
 */
import { linkSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { DocumentRecord } from '@core/document/records';
import { openStudio } from '@main/compose';
import { systemClock } from '@main/platform/clock';
import { silentLog } from '@main/platform/log';
import { libraryPaths } from '@main/platform/paths';
import { backUp } from '@main/services/backups/backup-files';
import type { LibraryDatabase } from '@main/services/database/library-database';
import { openLibrary, type Library } from '@main/services/library/library';
import { sweepLibrary } from '@main/services/library/sweep';
import { watchLag } from './lag';
import { percentile, round, summary, timesMs } from './statistics';

const SCALE = Number(process.env['ONIONSKIN_BENCH_SCALE'] ?? '1');
const PROJECTS = Math.ceil(1_000 * SCALE);
const TAKES = Math.ceil(100_000 * SCALE);
const FRAMES_PER_TAKE = 20;
const FILES = Math.ceil(20_000 * SCALE);
const things = ['ball', 'kite', 'house', 'river', 'horse', 'lamp', 'forest', 'boat', 'train', 'cloud', 'dancer', 'fox'];
const colours = ['red', 'blue', 'green', 'yellow', 'white', 'black', 'orange', 'violet'];
const ways = ['bouncing', 'turning slowly', 'in the rain', 'at night', 'seen from above', 'falling', 'in a mirror'];

export async function benchLibrary(): Promise<unknown> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'onionskin-bench-library-'));
  try {
    const fillMs = await timed(() => fill(dir));
    const databaseMiB = Math.round(statSync(path.join(dir, 'library.sqlite')).size / 2 ** 20);
    const noChild = () => {
      throw new Error('this bench starts no child');
    };
    const startMs = performance.now();
    const studio = await openStudio({
      libraryDir: dir,
      embeddedModelsDir: path.resolve(import.meta.dirname, '../../resources/models'),
      ...{ spawnEngine: noChild, spawnExporter: noChild, spawnProbe: noChild, appVersion: 'bench', log: silentLog },
    });
    const openMs = performance.now() - startMs;
    const figures = { list: NaN, openProject: NaN };
    figures.list = await timed(() => void studio.projects.list());
    figures.openProject = await timed(() => void studio.projects.open('project-7'));
    const search = summary(timesMs(() => void studio.history.search(aQuery()), { runs: 400, warmUp: 20 }));
    const common = summary(timesMs(() => void studio.history.search({ text: 'red' }), { runs: 100, warmUp: 5 }));
    const rare = summary(
      timesMs(() => void studio.history.search({ text: 'red fox mirror', projectId: 'project-7', isStarred: true }), {
        runs: 100,
        warmUp: 5,
      }),
    );
    let version = studio.projects.open('project-7').version;
    const commit = summary(
      timesMs(
        () => {
          const marker: DocumentRecord = { kind: 'marker', id: `m${version}`, frame: version, name: 'here' };
          const diff = { added: [marker], updated: [], removed: [] };
          const change = {
            projectId: 'project-7',
            baseVersion: version,
            label: 'Add marker',
            source: 'edit' as const,
            diff,
          };
          version = studio.projects.commit(change).version;
        },
        { runs: 300, warmUp: 20 },
      ),
    );
    await studio.close();
    return {
      library: {
        takes: TAKES,
        frameRows: TAKES * FRAMES_PER_TAKE,
        projects: PROJECTS,
        databaseMiB,
        fillSeconds: round(fillMs / 1000, 1),
      },
      openMs: round(openMs, 1),
      listProjectsMs: round(figures.list, 1),
      openProjectMs: round(figures.openProject, 1),
      search: { mixed: search, commonWord: common, threeWordsAndFilters: rare },
      commitFullSync: commit,
      afterUncleanStop: await checkedOpen(dir),
      ...(await background(dir)),
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The library was not closed: its database is checked before it is opened. Not bound by a figure; the loop must go on. */
async function checkedOpen(dir: string): Promise<Record<string, unknown>> {
  writeFileSync(libraryPaths(dir).openMarker, '');
  return whileLagIsWatched(async () => (await openLibrary(dir, { clock: systemClock, log: silentLog })).close());
}

/** The event loop's lag while the library looks after itself. */
async function background(dir: string): Promise<Record<string, unknown>> {
  const library = await openLibrary(dir, { clock: systemClock, log: silentLog });
  try {
    const { db, paths } = library;
    const sweep = await whileLagIsWatched(() => sweepLibrary(db, paths, { clock: systemClock, log: silentLog }));
    const backup = await whileLagIsWatched(() => backUp(db, paths, { clock: systemClock, log: silentLog }, 'daily'));
    return { sweep, dailyBackup: backup };
  } finally {
    await library.close();
  }
}

async function whileLagIsWatched(work: () => Promise<unknown>): Promise<Record<string, unknown>> {
  const stop = watchLag();
  const ms = await timed(work);
  const lag = stop();
  return {
    seconds: round(ms / 1000, 1),
    lagMs: {
      p50: round(percentile(lag, 0.5)),
      p99: round(percentile(lag, 0.99)),
      max: round(Math.max(...lag)),
      samples: lag.length,
    },
  };
}

function aQuery() {
  const any = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!;
  const text = any([
    any(things),
    any(colours),
    `${any(colours)} ${any(things)}`,
    any(ways),
    any(things).slice(0, 2),
    `${any(colours).slice(0, 3)} ${any(ways)}`,
  ]);
  const before = Math.random() < 0.3 ? Math.ceil(Math.random() * TAKES) : null;
  return any([
    { text },
    { text, before },
    { text, projectId: `project-${Math.floor(Math.random() * PROJECTS)}` },
    { text, isStarred: true },
    { text, modelId: 'pocket', from: TAKES / 2 },
    { seed: Math.floor(Math.random() * TAKES) },
    { before },
    { text: '', from: 1_000, to: 2_000 },
    { text, from: 1_000, to: 2_000 },
  ]);
}

async function fill(dir: string): Promise<void> {
  const library = await openLibrary(dir, { clock: systemClock, log: silentLog });
  const { db } = library;
  db.pragma('synchronous = OFF');
  db.execute('DROP INDEX take_frames_by_hash');
  db.transaction(() => {
    fillProjects(db);
    fillTakes(db);
  });
  const rows = TAKES * FRAMES_PER_TAKE;
  db.execute(`
    INSERT INTO frames SELECT lower(hex(randomblob(32))) AS hash, 1 FROM
      (WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${rows}) SELECT i FROM c) ORDER BY hash;
    INSERT INTO take_frames SELECT t.id, n % ${FRAMES_PER_TAKE}, hash FROM
      (SELECT hash, row_number() OVER () - 1 AS n FROM frames) JOIN takes t ON t.rowid = n / ${FRAMES_PER_TAKE} + 1
      ORDER BY 1, 2;
    CREATE INDEX take_frames_by_hash ON take_frames (hash);
  `);
  layFiles(library);
  db.pragma('synchronous = FULL');
  await library.close();
}

function fillProjects(db: LibraryDatabase): void {
  for (let i = 0; i < PROJECTS; i++) {
    const id = `project-${i}`;
    const project: DocumentRecord = {
      ...{ kind: 'project', id: 'project', name: `Film ${i}`, rate: { num: 24, den: 1 }, width: 128, height: 128 },
      ...{ modelId: 'pocket', inPoint: null, outPoint: null },
    };
    const diff = JSON.stringify({ added: [project], updated: [], removed: [] });
    db.run(
      'INSERT INTO projects (id, name, version, created_at, updated_at) VALUES (?, ?, 1, ?, ?)',
      id,
      project.name,
      i,
      i,
    );
    db.run('INSERT INTO records VALUES (?, ?, ?, ?)', id, 'project', 'project', JSON.stringify(project));
    db.run("INSERT INTO journal VALUES (?, 1, 'Create project', 'session', ?, ?)", id, diff, i);
  }
}

function fillTakes(db: LibraryDatabase): void {
  const columns = 'id, project_id, shot_id, segment_id, seed, recipe, recipe_hash, created_at';
  for (let i = 0; i < TAKES; i++) {
    const prompt = `a ${colours[i % colours.length]!} ${things[(i >> 3) % things.length]!} ${ways[(i * 7) % ways.length]!}, take ${i}`;
    const recipe = JSON.stringify({ model: { id: 'pocket', files: {} }, windows: [{ prompt, negative: '', seed: i }] });
    db.run(
      `INSERT INTO takes (${columns}) VALUES (?, ?, 'shot', 'segment', ?, ?, ?, ?)`,
      ...[`take-${i}`, `project-${i % PROJECTS}`, i, recipe, i.toString(16).padStart(64, '0'), i],
    );
    if (i % 50 === 0) db.run('UPDATE runs SET is_starred = 1 WHERE take_id = ?', `take-${i}`);
  }
}

function layFiles({ db, paths }: Library): void {
  const file = path.join(paths.dir, 'one-frame');
  writeFileSync(file, 'frame');
  const hashes = db.all(z.object({ hash: z.string() }), 'SELECT hash FROM frames ORDER BY hash LIMIT ?', FILES);
  for (const { hash } of hashes) {
    const folder = path.join(paths.frames, hash.slice(0, 2));
    mkdirSync(folder, { recursive: true });
    linkSync(file, path.join(folder, `${hash}.png`));
  }
}

async function timed(work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}
