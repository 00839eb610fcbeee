import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { tempDir } from '../../../../test/support/temp-dir';
import { createLog, silentLog } from '../../platform/log';
import { libraryPaths, type LibraryPaths } from '../../platform/paths';
import { LibraryDatabase } from './library-database';
import { migrate, schemaVersion, type Migration } from './migration';
import { releasedMigrations } from './migrations/released';
import { backUp } from '../backups/backup-files';
import { openDatabase } from './open';
import { assertSound } from './quick-check';

const Row = z.object({ name: z.string() });
const noClean = { wasUnclean: false };

function aFolder(): LibraryPaths {
  const paths = libraryPaths(tempDir());
  mkdirSync(paths.frames);
  return paths;
}

async function open(paths: LibraryPaths, more: { wasUnclean?: boolean; migrations?: readonly Migration[] } = {}) {
  const options = { clock: new FakeClock(), log: silentLog, migrations: releasedMigrations, ...noClean, ...more };
  const db = await openDatabase(paths, options);
  onTestFinished(() => db.close());
  return db;
}

function addProject(db: LibraryDatabase, id: string, name: string): void {
  db.run('INSERT INTO projects (id, name, version, created_at, updated_at) VALUES (?, ?, 0, 1, 1)', id, name);
}

describe('settings', () => {
  test('every connection is WAL with full sync, foreign keys and an untrusted schema', async () => {
    const db = await open(aFolder());
    const names = [
      'journal_mode',
      'synchronous',
      'foreign_keys',
      'trusted_schema',
      'busy_timeout',
      'user_version',
      'application_id',
    ];
    expect(Object.fromEntries(names.map((name) => [name, db.pragma(name)]))).toEqual({
      journal_mode: 'wal',
      synchronous: 2,
      foreign_keys: 1,
      trusted_schema: 0,
      busy_timeout: 5000,
      user_version: releasedMigrations.length,
      application_id: 0x4f6e696f,
    });
  });

  test('all tables are STRICT', async () => {
    const db = await open(aFolder());
    const sql =
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'";
    expect(db.all(Row, sql)).toEqual([]);
  });

  test('a statement slower than 20 ms is logged with its text and without its values', async () => {
    const lines: string[] = [];
    const clock = new FakeClock();
    let elapsedMs = 0;
    const slow = { now: () => clock.now(), monotonicMs: () => (elapsedMs += 21) };
    const log = createLog({ write: (line) => lines.push(line), level: 'warn', clock });
    const db = new LibraryDatabase(join(tempDir(), 'x.sqlite'), { clock: slow, log });
    onTestFinished(() => db.close());
    db.get(Row, 'SELECT ? AS name', 'a secret prompt');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'warn', sql: 'SELECT ? AS name', ms: 21 }]);
    expect(lines.join()).not.toContain('secret');
  });

  test('a transaction that throws leaves nothing, and one inside another is part of it', async () => {
    const db = await open(aFolder());
    expect(() =>
      db.transaction(() => {
        addProject(db, 'a', 'outer');
        db.transaction(() => addProject(db, 'b', 'inner'));
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(db.all(Row, 'SELECT name FROM projects')).toEqual([]);
  });

  test('a row of the wrong form is named library/corrupt, not passed on', async () => {
    const db = await open(aFolder());
    expect(() => db.get(Row, 'SELECT 1 AS name')).toThrow(expect.objectContaining({ code: 'library/corrupt' }));
  });
});

describe('migrations', () => {
  test('the released ones have not changed since their release', () => {
    const hashes = releasedMigrations.map(({ version, name, sql }) => {
      const hash = createHash('sha256').update(sql).digest('hex').slice(0, 16);
      return `${version} ${name} ${hash}`;
    });
    // Append only. A hash that differs here means that libraries in the field have another schema than new ones.
    expect(hashes).toEqual(RELEASED_HASHES);
  });

  test.each(releasedMigrations.slice(1).map(({ version }) => version))(
    'rows of version %i − 1 are there after it',
    async (version) => {
      const paths = aFolder();
      const before = await openDatabase(paths, {
        clock: new FakeClock(),
        log: silentLog,
        migrations: releasedMigrations.slice(0, version - 1),
        ...noClean,
      });
      addProject(before, 'p', 'Größe 1');
      before.run("INSERT INTO records VALUES ('p', 'project', 'project', '{}')");
      before.run("INSERT INTO journal VALUES ('p', 1, 'Create project', 'session', '{}', 5)");
      before.close();
      const after = await open(paths, { migrations: releasedMigrations.slice(0, version) });
      expect(schemaVersion(after)).toBe(version);
      expect(after.all(Row, 'SELECT name FROM projects')).toEqual([{ name: 'Größe 1' }]);
      expect(after.all(Row, 'SELECT label AS name FROM journal')).toEqual([{ name: 'Create project' }]);
      const [backup] = readdirSync(paths.backups);
      expect(backup).toMatch(/^library\.\d{8}T\d{9}Z\.before-v\d+\.sqlite$/);
      const copy = new Database(join(paths.backups, backup ?? ''), { readonly: true });
      expect([copy.pragma('user_version', { simple: true }), copy.prepare('SELECT name FROM projects').get()]).toEqual([
        version - 1,
        { name: 'Größe 1' },
      ]);
      copy.close();
    },
  );

  test('version 4 rebuilds the jobs and keeps their rows, order, frames and ties; then a job can be paused', async () => {
    const paths = aFolder();
    const clock = new FakeClock();
    const migrations = releasedMigrations.slice(0, 3);
    const before = await openDatabase(paths, { clock, log: silentLog, migrations, ...noClean });
    addProject(before, 'p', 'Film');
    const hash = 'a'.repeat(64);
    before.run('INSERT INTO frames VALUES (?, 1)', hash);
    before.run("INSERT INTO takes VALUES ('t', 'p', 's', 'g', NULL, 7, '{}', ?, 1)", hash);
    for (const [rowid, id, state, takeId] of [
      [9, 'late', 'interrupted', 't'],
      [2, 'early', 'queued', null],
    ] as const)
      before.run(
        `INSERT INTO jobs (rowid, id, project_id, kind, state, title, shot_id, segment_id, seed, frame_count, payload,
                           error, take_id, seconds, is_hidden, queue_place, created_at, started_at, finished_at)
         VALUES (?, ?, 'p', 'generate', ?, 'a title', 's', 'g', 7, 5, '{"k":1}', '{"e":1}', ?, '{"s":1}', 1, -3, 4, 5, 6)`,
        ...[rowid, id, state, takeId],
      );
    before.run("INSERT INTO job_frames VALUES ('late', 2, ?)", hash);
    before.close();

    const db = await open(paths);
    const All = z.record(z.string(), z.unknown());
    const same = { project_id: 'p', kind: 'generate', title: 'a title', shot_id: 's', segment_id: 'g', seed: 7 };
    const rest = {
      frame_count: 5,
      payload: '{"k":1}',
      error: '{"e":1}',
      seconds: '{"s":1}',
      resume_step: null,
      report: null,
    };
    const times = { is_hidden: 1, queue_place: -3, created_at: 4, started_at: 5, finished_at: 6 };
    expect(db.all(All, 'SELECT rowid, * FROM jobs ORDER BY rowid')).toEqual([
      { rowid: 2, id: 'early', state: 'queued', take_id: null, ...same, ...rest, ...times },
      { rowid: 9, id: 'late', state: 'interrupted', take_id: 't', ...same, ...rest, ...times },
    ]);
    expect(db.all(All, 'SELECT * FROM job_frames')).toEqual([{ job_id: 'late', frame_index: 2, hash }]);
    db.run("UPDATE jobs SET state = 'paused' WHERE id = 'early'");
    expect(() => db.run("UPDATE jobs SET state = 'asleep'")).toThrow('CHECK');
    expect(() => db.run("INSERT INTO job_frames VALUES ('nobody', 1, ?)", hash)).toThrow('FOREIGN KEY');
    db.run("DELETE FROM projects WHERE id = 'p'");
    expect([db.all(All, 'SELECT * FROM jobs'), db.all(All, 'SELECT * FROM job_frames')]).toEqual([[], []]);
    const names = "SELECT name FROM sqlite_schema WHERE name LIKE 'job%' ORDER BY name";
    expect(db.all(Row, names).map(({ name }) => name)).toEqual([
      'job_frames',
      'job_frames_by_hash',
      'jobs',
      'jobs_by_project',
      'jobs_by_state',
      'jobs_by_take',
    ]);
  });

  test('version 8 rebuilds the media and keeps the pictures and their order; then there may be sounds', async () => {
    const paths = aFolder();
    const migrations = releasedMigrations.slice(0, 7);
    const options = { clock: new FakeClock(), log: silentLog, migrations, ...noClean };
    const before = await openDatabase(paths, options);
    addProject(before, 'p', 'Film');
    const hash = 'a'.repeat(64);
    for (const [rowid, id] of [
      [9, 'late'],
      [2, 'early'],
    ] as const)
      before.run(
        "INSERT INTO media (rowid, id, project_id, name, file, width, height, bytes, sha256, created_at) VALUES (?, ?, 'p', 'n', 'f', 3, 4, 5, ?, 6)",
        ...[rowid, id, id.padEnd(64, 'b')],
      );
    before.close();
    const db = await open(paths);
    const All = z.record(z.string(), z.unknown());
    const same = { project_id: 'p', name: 'n', file: 'f', width: 3, height: 4, bytes: 5, created_at: 6 };
    const none = { sample_rate: null, channels: null, samples: null, place: null };
    expect(db.all(All, 'SELECT rowid, * FROM media ORDER BY rowid')).toEqual([
      { rowid: 2, id: 'early', sha256: 'early'.padEnd(64, 'b'), ...same, ...none },
      { rowid: 9, id: 'late', sha256: 'late'.padEnd(64, 'b'), ...same, ...none },
    ]);
    const insert = (values: string) =>
      db.run(
        `INSERT INTO media (id, project_id, name, file, width, height, sample_rate, channels, samples, bytes, sha256, created_at)
         VALUES ('s', 'p', 'n', 'f', ${values}, 5, ?, 6)`,
        hash,
      );
    for (const values of ['NULL, NULL, NULL, NULL, NULL', '3, 4, 48000, 2, 9', '3, NULL, NULL, NULL, NULL'])
      expect(() => insert(values), values).toThrow('CHECK');
    insert('NULL, NULL, 48000, 2, 9');
    db.run("DELETE FROM projects WHERE id = 'p'");
    expect(db.all(All, 'SELECT * FROM media')).toEqual([]);
  });

  test('version 11 keeps jobs with their frames and what the history hears of them, and lets films in', async () => {
    const paths = aFolder();
    const options = { clock: new FakeClock(), log: silentLog, migrations: releasedMigrations.slice(0, 10), ...noClean };
    const before = await openDatabase(paths, options);
    addProject(before, 'p', 'Film');
    const hash = 'a'.repeat(64);
    before.run('INSERT INTO frames VALUES (?, 1)', hash);
    const job = (db: LibraryDatabase, id: string, kind: string) =>
      db.run(
        `INSERT INTO jobs (id, project_id, kind, state, title, frame_count, payload, queue_place, created_at)
         VALUES (?, 'p', ?, 'running', 't', 3, '{}', 1, 2)`,
        ...[id, kind],
      );
    job(before, 'old', 'generate');
    before.run("INSERT INTO job_frames VALUES ('old', 0, ?)", hash);
    expect(() => job(before, 'x', 'conform')).toThrow('CHECK');
    before.close();
    const db = await open(paths);
    job(db, 'new', 'conform');
    const All = z.record(z.string(), z.unknown());
    expect(db.all(All, 'SELECT id, kind, state FROM jobs ORDER BY rowid')).toEqual([
      { id: 'old', kind: 'generate', state: 'running' },
      { id: 'new', kind: 'conform', state: 'running' },
    ]);
    expect(db.all(All, 'SELECT * FROM job_frames')).toEqual([{ job_id: 'old', frame_index: 0, hash }]);
    db.run("UPDATE jobs SET state = 'failed'");
    expect(db.all(All, 'SELECT job_id FROM runs')).toEqual([{ job_id: 'old' }]);
    const take = (id: string, recipe: string) =>
      db.run(
        `INSERT INTO takes (id, project_id, shot_id, segment_id, seed, recipe, recipe_hash, created_at)
         VALUES (?, 'p', 's', 'g', 0, ?, ?, 3)`,
        ...[id, recipe, hash],
      );
    take('footage', '{"family":"footage"}');
    take('made', '{"family":"ltx"}');
    expect(db.all(All, 'SELECT take_id FROM runs WHERE take_id IS NOT NULL')).toEqual([{ take_id: 'made' }]);
    db.run("DELETE FROM projects WHERE id = 'p'");
    expect(db.all(All, 'SELECT * FROM runs')).toEqual([]);
  });

  test('version 10 says nothing of jobs and measurements from before, and keeps them', async () => {
    const paths = aFolder();
    const options = { clock: new FakeClock(), log: silentLog, migrations: releasedMigrations.slice(0, 9), ...noClean };
    const before = await openDatabase(paths, options);
    before.run(
      `INSERT INTO calibration (model_id, model_version, step_units, step_ms, pixels, decode_ms, overhead_ms, created_at)
       VALUES ('pocket', '1', 288, 67, 147456, 122, 900, 5)`,
    );
    before.close();
    const db = await open(paths);
    const All = z.record(z.string(), z.unknown());
    expect(db.all(All, 'SELECT * FROM calibration')).toEqual([
      expect.objectContaining({
        model_id: 'pocket',
        step_ms: 67,
        provider: null,
        peak_bytes: null,
        reused_share: null,
      }),
    ]);
    expect(() => db.run('UPDATE calibration SET reused_share = 2')).toThrow('CHECK');
  });

  test('a new library makes no backup, and five are kept of many', async () => {
    const paths = aFolder();
    const clock = new FakeClock();
    const db = await open(paths);
    expect(readdirSync(paths.dir)).not.toContain('backups');
    for (let i = 0; i < 7; i++) await backUp(db, paths, { clock, log: silentLog }, `n${i}`);
    expect(readdirSync(paths.backups).map((name) => name.split('.')[2])).toEqual(['n2', 'n3', 'n4', 'n5', 'n6']);
  });

  test('one that fails leaves the version before it, whole', async () => {
    const paths = aFolder();
    const bad: Migration = {
      version: releasedMigrations.length + 1,
      name: 'bad',
      sql: 'CREATE TABLE half (a TEXT) STRICT; CREATE TABLE half (a TEXT) STRICT;',
    };
    (
      await openDatabase(paths, { clock: new FakeClock(), log: silentLog, migrations: releasedMigrations, ...noClean })
    ).close();
    await expect(open(paths, { migrations: [...releasedMigrations, bad] })).rejects.toThrow('already exists');
    const db = await open(paths);
    expect(schemaVersion(db)).toBe(releasedMigrations.length);
    expect(db.all(Row, "SELECT name FROM sqlite_schema WHERE name = 'half'")).toEqual([]);
  });

  test('numbers that skip are a bug', () => {
    const db = new LibraryDatabase(join(tempDir(), 'x.sqlite'), { clock: new FakeClock(), log: silentLog });
    onTestFinished(() => db.close());
    expect(() => migrate(db, [{ version: 2, name: 'x', sql: '' }])).toThrow('expected 1');
  });

  test('a library of a newer app is refused in a sentence and left as it is', async () => {
    const paths = aFolder();
    const version = releasedMigrations.length + 1;
    const future: Migration = { version, name: 'future', sql: 'CREATE TABLE future (a TEXT) STRICT;' };
    (await open(paths, { migrations: [...releasedMigrations, future] })).checkpoint();
    await expect(open(paths)).rejects.toMatchObject({
      code: 'library/newer-than-app',
      message: expect.stringContaining('newer Onionskin'),
    });
    expect(readdirSync(paths.dir)).toContain('library.sqlite');
  });
});

describe('damage', () => {
  async function aClosedLibrary(): Promise<LibraryPaths> {
    const paths = aFolder();
    const options = { clock: new FakeClock(), log: silentLog, migrations: releasedMigrations, ...noClean };
    const db = await openDatabase(paths, options);
    db.transaction(() => {
      for (let i = 0; i < 2_000; i++) addProject(db, `project-${i}`, 'x'.repeat(200));
    });
    db.checkpoint();
    db.close();
    return paths;
  }

  test('a database whose header is overwritten is moved aside and named, never deleted', async () => {
    const paths = await aClosedLibrary();
    const damaged = Buffer.alloc(4096, 0x41);
    writeFileSync(paths.database, damaged);
    await expect(open(paths)).rejects.toMatchObject({
      code: 'library/corrupt',
      message: expect.stringMatching(/moved aside as library\.corrupt-\d{8}T\d{9}Z\.sqlite/),
    });
    const moved = readdirSync(paths.dir).filter((name) => name.startsWith('library.corrupt-'));
    expect(moved).toHaveLength(1);
    expect(readFileSync(join(paths.dir, moved[0] ?? '')).equals(damaged)).toBe(true);
    expect(readdirSync(paths.dir)).not.toContain('library.sqlite');
    await open(paths);
  });

  test('after an unclean stop a cut-off database is found before it is used', async () => {
    const paths = await aClosedLibrary();
    truncateSync(paths.database, 100 * 4096);
    await expect(open(paths, { wasUnclean: true })).rejects.toMatchObject({ code: 'library/corrupt' });
  });

  test('a page that was overwritten is found as well, while the event loop goes on', async () => {
    const paths = await aClosedLibrary();
    let turns = 0;
    const turn = () => void (turns++, (next = setImmediate(turn)));
    let next = setImmediate(turn);
    await assertSound(paths.database);
    clearImmediate(next);
    expect(turns).toBeGreaterThan(10);
    const bytes = readFileSync(paths.database);
    bytes.fill(0x41, 60 * 4096, 61 * 4096);
    writeFileSync(paths.database, bytes);
    await expect(assertSound(paths.database)).rejects.toMatchObject({ code: 'library/corrupt' });
    await expect(assertSound(paths.database, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await expect(assertSound(join(paths.dir, 'none.sqlite'))).rejects.toMatchObject({ code: 'library/io' });
  });

  test('the remedy names the newest backup that is good', async () => {
    const paths = await aClosedLibrary();
    const db = await openDatabase(paths, {
      clock: new FakeClock(),
      log: silentLog,
      migrations: releasedMigrations,
      ...noClean,
    });
    await backUp(db, paths, { clock: new FakeClock(), log: silentLog }, 'daily');
    const [good = ''] = readdirSync(paths.backups);
    const later = new FakeClock();
    later.wallMs += 1_000;
    const broken = await backUp(db, paths, { clock: later, log: silentLog }, 'daily');
    db.close();
    truncateSync(broken, 3 * 4096);
    writeFileSync(paths.database, Buffer.alloc(8192, 0x42));
    await expect(open(paths)).rejects.toMatchObject({
      detail: { remedy: expect.stringContaining(`onionskin library restore ${good}`) },
    });
  });

  test("another program's database is refused and stays where it is", async () => {
    const paths = aFolder();
    const other = new Database(paths.database);
    other.exec('PRAGMA application_id = 42; CREATE TABLE t (a); PRAGMA user_version = 11');
    other.close();
    await expect(open(paths)).rejects.toMatchObject({
      code: 'library/corrupt',
      message: expect.stringContaining('not made by Onionskin'),
    });
    expect(readdirSync(paths.dir)).toContain('library.sqlite');
  });
});

const RELEASED_HASHES = [
  '1 projects-and-journal 681761e362469ab1',
  '2 frames-takes-media 734a63a07d40fc50',
  '3 jobs-and-calibration 5b45ceeaa2efaba3',
  '4 paused-jobs 9b3ffdd9a305f369',
  '5 run-history e4c49c369052951f',
  '6 app-settings e9c3d474dd3131ae',
  '7 draft-keys 3a305d1ed2d995e6',
  '8 sounds 399c5238091de584',
  '9 versions-and-archive 057a5055e392ab75',
  '10 run-reports c55ed7bd981ea041',
  '11 footage 21143a844a4f0841',
  '12 linked-media 8511556f0ab9a86d',
  '13 trashed-takes b8ab752a0b10b0c3',
];
