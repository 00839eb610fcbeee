import { copyFileSync, mkdirSync, readdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { tempDir } from '../../../../test/support/temp-dir';
import { createLog, silentLog } from '../../platform/log';
import { libraryPaths } from '../../platform/paths';
import { LibraryDatabase } from '../database/library-database';
import { releasedMigrations } from '../database/migrations/released';
import { openLibrary, type Library } from '../library/library';
import { backUp, listBackups } from './backup-files';
import { DailyBackups } from './daily-backups';
import { requestRestore } from './restore';

const DAY_MS = 24 * 60 * 60 * 1000;
const Name = z.object({ name: z.string() });

async function open(dir: string, clock = new FakeClock()): Promise<Library> {
  const library = await openLibrary(dir, { clock, log: silentLog });
  onTestFinished(() => library.close());
  return library;
}

function addProject(db: LibraryDatabase, name: string): void {
  db.run('INSERT INTO projects (id, name, version, created_at, updated_at) VALUES (?, ?, 0, 1, 1)', name, name);
}

function projectNames(db: LibraryDatabase): string[] {
  return db.all(Name, 'SELECT name FROM projects ORDER BY name').map(({ name }) => name);
}

/** A library with project `old` in a backup, and `old` and `new` now. */
async function aLibraryWithBackup(clock = new FakeClock()) {
  const dir = join(tempDir(), 'library');
  const library = await open(dir, clock);
  addProject(library.db, 'old');
  await backUp(library.db, library.paths, { clock, log: silentLog }, 'daily');
  addProject(library.db, 'new');
  const [backup] = await listBackups(library.paths);
  const options = { clock, log: silentLog, migrations: releasedMigrations };
  return { dir, library, backup: backup?.name ?? '', options };
}

const untilSwept = (): Promise<void> => Promise.resolve();

describe('the daily backup', () => {
  test('is made once a day when nothing runs, also after the clock was set back; five are kept', async () => {
    const clock = new FakeClock();
    const { db, paths } = await open(join(tempDir(), 'library'), clock);
    let isIdle = true;
    const daily = new DailyBackups(db, paths, { clock, log: silentLog, isIdle: () => isIdle, untilSwept });
    expect(await daily.runIfDue()).toBe(false);
    addProject(db, 'a');
    expect([await daily.runIfDue(), await daily.runIfDue()]).toEqual([true, false]);
    clock.wallMs += DAY_MS;
    isIdle = false;
    expect(await daily.runIfDue()).toBe(false);
    isIdle = true;
    expect(await daily.runIfDue()).toBe(true);
    clock.wallMs -= 400 * DAY_MS;
    expect(await daily.runIfDue()).toBe(true);
    clock.wallMs += 401 * DAY_MS;
    await backUp(db, paths, { clock, log: silentLog }, 'before-v4');
    await backUp(db, paths, { clock, log: silentLog }, 'before-v5');
    await backUp(db, paths, { clock, log: silentLog }, 'before-v5');
    for (let day = 0; day < 7; day++) {
      clock.wallMs += DAY_MS;
      expect(await daily.runIfDue()).toBe(true);
    }
    const kinds = (await listBackups(paths)).map(({ name, kind }) => `${kind} ${name.split('.')[2] ?? ''}`);
    expect(kinds).toEqual([...Array<string>(5).fill('daily daily'), 'schema before-v5', 'schema before-v4']);
  });

  test('lists what is there with size and time, newest first, and nothing else', async () => {
    const { library, backup } = await aLibraryWithBackup();
    writeFileSync(join(library.paths.backups, 'notes.txt'), 'mine');
    writeFileSync(join(library.paths.backups, '.tmp-library.x.sqlite'), 'half');
    const [only, ...others] = await listBackups(library.paths);
    expect([only?.name, others]).toEqual([backup, []]);
    expect(only?.bytes).toBeGreaterThan(10_000);
    expect(Math.abs((only?.createdAt ?? 0) - 1_800_000_000_000)).toBeLessThan(1_000);
  });

  test('that fails is a line in the log, leaves no half file, and is tried again', async () => {
    const clock = new FakeClock();
    const { db, paths } = await open(join(tempDir(), 'library'), clock);
    addProject(db, 'a');
    writeFileSync(paths.backups, 'a file where the folder should be');
    const lines: string[] = [];
    const log = createLog({ write: (line) => lines.push(line), level: 'warn', clock });
    const daily = new DailyBackups(db, paths, { clock, log, isIdle: () => true, untilSwept });
    expect(await daily.runIfDue()).toBe(false);
    expect(lines.filter((line) => line.includes('the daily backup failed'))).toHaveLength(1);
    renameSync(paths.backups, `${paths.backups}.bak`);
    expect(await daily.runIfDue()).toBe(true);
  });

  test('is stopped by closing, and its half is removed', async () => {
    const clock = new FakeClock();
    const { db, paths } = await open(join(tempDir(), 'library'), clock);
    db.transaction(() => {
      for (let i = 0; i < 3_000; i++) addProject(db, `project ${i} ${'x'.repeat(300)}`);
    });
    const daily = new DailyBackups(db, paths, { clock, log: silentLog, isIdle: () => true, untilSwept });
    const run = daily.runIfDue();
    await daily.close();
    expect([await run, readdirSync(paths.backups)]).toEqual([false, []]);
  });
});

describe('restoring', () => {
  test('brings the library back when it is next opened; the database of before is moved aside whole', async () => {
    const { dir, library, backup, options } = await aLibraryWithBackup();
    await requestRestore(library.paths, backup, options);
    addProject(library.db, 'after the request');
    expect(projectNames(library.db)).toEqual(['after the request', 'new', 'old']);
    await library.close();
    const restored = await open(dir);
    expect(projectNames(restored.db)).toEqual(['old']);
    const aside = readdirSync(dir).filter((name) => name.startsWith('library.replaced-'));
    expect(aside).toHaveLength(1);
    const before = new LibraryDatabase(join(dir, aside[0] ?? ''), options);
    onTestFinished(() => before.close());
    expect(projectNames(before)).toEqual(['after the request', 'new', 'old']);
    await restored.close();
    expect(projectNames((await open(dir)).db)).toEqual(['old']);
    expect((await listBackups(libraryPaths(dir))).map(({ name }) => name)).toEqual([backup]);
  });

  test('takes the write-ahead log along when the last stop was unclean', async () => {
    const { dir, library, backup, options } = await aLibraryWithBackup();
    await requestRestore(library.paths, backup, options);
    // As a kill leaves it: the newest rows are only in the log.
    const killed = join(tempDir(), 'killed');
    mkdirSync(killed);
    for (const name of readdirSync(dir).filter((entry) => /sqlite|restore|open/.test(entry)))
      copyFileSync(join(dir, name), join(killed, name));
    mkdirSync(join(killed, 'backups'));
    copyFileSync(join(dir, 'backups', backup), join(killed, 'backups', backup));
    expect(projectNames((await open(killed)).db)).toEqual(['old']);
    const aside = readdirSync(killed).find((name) => /^library\.replaced-.*\.sqlite$/.test(name)) ?? '';
    const before = new LibraryDatabase(join(killed, aside), options);
    onTestFinished(() => before.close());
    expect(projectNames(before)).toEqual(['new', 'old']);
  });

  test('that was cut short at any step is finished at the next start', async () => {
    for (const step of ['moved aside', 'put in place'] as const) {
      const { dir, library, backup, options } = await aLibraryWithBackup();
      await requestRestore(library.paths, backup, options);
      await library.close();
      renameSync(join(dir, 'library.sqlite'), join(dir, 'library.replaced-20260101T000000000Z.sqlite'));
      writeFileSync(join(dir, '.tmp-restored.sqlite'), 'half a copy');
      if (step === 'put in place') copyFileSync(join(dir, 'backups', backup), join(dir, 'library.sqlite'));
      expect(projectNames((await open(dir)).db)).toEqual(['old']);
      const names = readdirSync(dir);
      expect(names).toContain('library.replaced-20260101T000000000Z.sqlite');
      expect([names.includes('library.restore'), names.includes('.tmp-restored.sqlite')]).toEqual([false, false]);
    }
  });

  test('a damaged backup is refused when it is asked for, and passed over when it was damaged since', async () => {
    const { dir, library, backup, options } = await aLibraryWithBackup();
    await requestRestore(library.paths, backup, options);
    truncateSync(join(library.paths.backups, backup), 3 * 4096);
    await expect(requestRestore(library.paths, backup, options)).rejects.toMatchObject({ code: 'library/corrupt' });
    await library.close();
    expect(projectNames((await open(dir)).db)).toEqual(['new', 'old']);
    expect(readdirSync(dir).filter((name) => /replaced|restore/.test(name))).toEqual([]);
  });

  test('a name that is no backup is refused, also one that leads out of the folder', async () => {
    const { library, options } = await aLibraryWithBackup();
    for (const name of ['library.20260101T000000000Z.daily.sqlite', '../library.sqlite', ''])
      await expect(requestRestore(library.paths, name, options)).rejects.toMatchObject({ code: 'input/not-found' });
  });
});
