/**
 * What a disk, a power cut or a person may do to a library's files. Each ends in the library as it was at some moment, or
 * in an error that has a name and a remedy; never in a crash, and never in something made up.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { tempDir } from '../../../../test/support/temp-dir';
import { randomFrom } from '../../../../test/torture/random';
import { addMarker } from '@core/timeline/markers';
import { AppError } from '@core/errors';
import { silentLog } from '../../platform/log';
import { backUp } from '../backups/backup-files';
import { newestGoodBackup, requestRestore } from '../backups/restore';
import { releasedMigrations } from '../database/migrations/released';
import { FrameStore } from '../media/frame-store';
import { ProjectService } from '../projects/project-service';
import { verifyLibrary } from '../upkeep/verify-library';
import { openLibrary, type Library } from './library';

const options = { clock: new FakeClock(), log: silentLog };
const restoring = { ...options, migrations: releasedMigrations };
const size = { rate: { num: 24, den: 1 }, width: 64, height: 32, modelId: 'pocket' };

async function open(dir: string): Promise<Library> {
  const library = await openLibrary(dir, options);
  onTestFinished(() => library.close());
  return library;
}

function projectsOf({ db }: Library, clock = new FakeClock()): ProjectService {
  let last = 0;
  const contentsOf = () => ({ takes: [], media: [], jobs: [] });
  return new ProjectService(db, { clock, newId: () => `id-${++last}`, contentsOf });
}

/** A library with projects that have a history, and a backup of all but the last. */
async function aLibrary(): Promise<{ dir: string; names: string[] }> {
  const dir = join(tempDir(), 'library');
  const library = await openLibrary(dir, options);
  const projects = projectsOf(library);
  const names = ['one', 'two', 'three'];
  for (const name of names) {
    if (name === 'three') await backUp(library.db, library.paths, options, 'daily');
    const projectId = projects.create({ name, ...size });
    for (let i = 0; i < 20; i++) {
      const { version, document } = projects.document(projectId);
      const diff = addMarker(document, { id: `m${i}`, frame: i, name: 'x'.repeat(200) });
      projects.commit({ projectId, baseVersion: version, label: 'Add marker', source: 'edit', diff });
    }
  }
  await library.close();
  return { dir, names };
}

/** Everything a person would open. @returns the projects' names, or the code of the error that said why not */
async function look(dir: string): Promise<readonly string[] | string> {
  let library: Library | null = null;
  try {
    library = await openLibrary(dir, options);
    const projects = projectsOf(library);
    const list = projects.list();
    for (const { id } of list) projects.open(id);
    return list.map(({ name }) => name).sort();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.detail.remedy ?? '', error.message).not.toBe('');
    return error.code;
  } finally {
    await library?.close();
  }
}

test('a database with a flipped bit opens, or is named damaged and kept; the backup brings the library back', async () => {
  const { dir, names } = await aLibrary();
  const whole = readFileSync(join(dir, 'library.sqlite'));
  const random = randomFrom(7);
  let refusals = 0;
  for (let round = 0; round < 80; round++) {
    const broken = join(tempDir(), 'library');
    cpSync(dir, broken, { recursive: true });
    const bytes = Buffer.from(whole);
    const at = round < 20 ? random.below(100) : random.below(bytes.length);
    bytes[at]! ^= 1 << random.below(8);
    writeFileSync(join(broken, 'library.sqlite'), bytes);
    // As after a power cut: the database is read as a whole before anyone trusts it.
    writeFileSync(join(broken, 'library.open'), '1\n');
    const seen = await look(broken);
    if (typeof seen !== 'string') {
      expect(seen.length).toBeLessThanOrEqual(names.length);
      continue;
    }
    expect(seen).toMatch(/^library\/(corrupt|newer-than-app|io)$/);
    refusals++;
    const paths = { ...(await pathsOf(broken)) };
    const backup = await newestGoodBackup(paths, restoring);
    expect(backup).not.toBeNull();
    if (seen !== 'library/corrupt') continue;
    await requestRestore(paths, backup?.name ?? '', restoring);
    expect(await look(broken)).toEqual(['one', 'two']);
    rmSync(broken, { recursive: true });
  }
  expect(refusals).toBeGreaterThan(5);
}, 60_000);

async function pathsOf(dir: string) {
  const { libraryPaths } = await import('../../platform/paths');
  return libraryPaths(dir);
}

test('a write-ahead log that is cut off or has a flipped bit gives the library as it was after some commit', async () => {
  const dir = join(tempDir(), 'library');
  const library = await open(dir);
  const projects = projectsOf(library);
  library.db.checkpoint();
  const names: string[] = [];
  for (let i = 0; i < 12; i++) {
    names.push(`film ${String.fromCharCode(97 + i)}`);
    projects.create({ name: names[i]!, ...size });
  }
  const wal = readFileSync(join(dir, 'library.sqlite-wal'));
  const prefixes = names.map((_, at) => names.slice(0, at + 1).join()).concat('');
  const random = randomFrom(3);
  const seen = new Set<string>();
  for (let round = 0; round < 60; round++) {
    const killed = join(tempDir(), 'library');
    mkdirSync(killed);
    copyFileSync(join(dir, 'library.sqlite'), join(killed, 'library.sqlite'));
    writeFileSync(join(killed, 'library.open'), '1\n');
    const bytes = Buffer.from(round % 2 === 0 ? wal.subarray(0, random.below(wal.length)) : wal);
    if (round % 2 === 1) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
    writeFileSync(join(killed, 'library.sqlite-wal'), bytes);
    const found = await look(killed);
    expect(prefixes).toContain(Array.isArray(found) ? found.join() : found);
    seen.add(String(found));
    rmSync(killed, { recursive: true });
  }
  expect(seen.size).toBeGreaterThan(5);
}, 60_000);

test('a library that was moved or renamed while it was closed is the same library', async () => {
  const { dir, names } = await aLibrary();
  const first = await openLibrary(dir, options);
  const { hash } = await new FrameStore(first.paths.frames).put(Uint8Array.of(1, 2, 3), 1, 1);
  first.db.run('INSERT INTO frames VALUES (?, 1)', hash);
  await first.close();
  const moved = join(tempDir(), 'Filme — 映画 [2]');
  renameSync(dir, moved);
  expect(await look(moved)).toEqual([...names].sort());
  const library = await open(moved);
  expect((await verifyLibrary(library.db, library.paths)).isSound).toBe(true);
  expect(existsSync(dir)).toBe(false);
});

test('a clock that jumps back changes no order: versions, undo and what comes next stay as they were made', async () => {
  const clock = new FakeClock();
  const library = await open(join(tempDir(), 'library'));
  const projects = projectsOf(library, clock);
  const projectId = projects.create({ name: 'Film', ...size });
  for (let i = 0; i < 6; i++) {
    clock.wallMs -= 1_000_000_000;
    const { version, document } = projects.document(projectId);
    const diff = addMarker(document, { id: `m${i}`, frame: i, name: '' });
    projects.commit({ projectId, baseVersion: version, label: `${i}`, source: 'edit', diff });
  }
  const fresh = projectsOf(library, clock);
  expect(fresh.open(projectId)).toMatchObject({ version: 7 });
  expect(fresh.history(projectId).undo.map(({ label }) => label)).toEqual(['0', '1', '2', '3', '4', '5']);
});
