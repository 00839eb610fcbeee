import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { tempDir } from '../../../../test/support/temp-dir';
import { silentLog } from '../../platform/log';
import { FrameStore } from '../media/frame-store';
import { assertFreeSpace } from './free-space';
import { openLibrary, type Library } from './library';
import { sweepLibrary } from './sweep';

const Count = z.object({ n: z.int() });
const options = () => ({ clock: new FakeClock(), log: silentLog });

const opened: Library[] = [];
afterEach(async () => {
  for (const library of opened.splice(0)) await library.close();
});

async function open(dir: string): Promise<Library> {
  const library = await openLibrary(dir, options());
  opened.push(library);
  return library;
}

/** A child that holds the lock of a library until it is killed. */
async function holdLockInChild(lockPath: string) {
  const script = `const db = new (require('better-sqlite3'))(process.argv[1]);
    db.pragma('journal_mode = DELETE'); db.exec('BEGIN EXCLUSIVE'); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', script, lockPath], {
    cwd: resolve('.'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('one process per library', () => {
  test('a second opening is refused, and possible again after the first is closed', async () => {
    const dir = tempDir();
    const first = await open(dir);
    await expect(openLibrary(dir, options())).rejects.toMatchObject({ code: 'library/in-use' });
    await first.close();
    await open(dir);
  });

  test('another process that holds it is respected, and its death, however sudden, frees it', async () => {
    const dir = tempDir();
    await (await open(dir)).close();
    const child = await holdLockInChild(join(dir, 'library.lock'));
    await expect(openLibrary(dir, options())).rejects.toMatchObject({ code: 'library/in-use' });
    await child.kill();
    await open(dir);
  });

  test('closing twice is closing once, and leaves no marker and no WAL', async () => {
    const dir = tempDir();
    const library = await open(dir);
    expect(readdirSync(dir)).toContain('library.open');
    await Promise.all([library.close(), library.close()]);
    expect(readdirSync(dir).sort()).toEqual(['frames', 'jobs', 'library.lock', 'library.sqlite', 'media']);
  });

  test('an unclean stop is noticed at the next opening', async () => {
    const dir = tempDir();
    await (await open(dir)).close();
    writeFileSync(join(dir, 'library.open'), '1');
    const library = await open(dir);
    expect(library.wasUnclean).toBe(true);
  });
});

describe('folders that cannot hold a library', () => {
  test('a path under a file is named, with its remedy', async () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'file'), '');
    await expect(openLibrary(join(dir, 'file', 'library'), options())).rejects.toMatchObject({ code: 'library/io' });
  });

  test('a read-only file system is library/read-only, before and after the library was made', async ({ skip }) => {
    const dir = tempDir();
    const library = join(dir, 'library');
    await (await open(library)).close();
    if (!canMount(['--bind', dir, dir])) return skip('this machine does not let tests mount file systems');
    onTestFinished(() => unmount(dir));
    execFileSync('mount', ['-o', 'remount,bind,ro', dir]);
    await expect(openLibrary(library, options())).rejects.toMatchObject({ code: 'library/read-only' });
    await expect(openLibrary(join(dir, 'new'), options())).rejects.toMatchObject({ code: 'library/read-only' });
  });

  test('a full disk is library/disk-full; what was committed stays and the library goes on when there is room', async ({
    skip,
  }) => {
    const dir = tempDir();
    if (!canMount(['-t', 'tmpfs', '-o', 'size=1500k', 'tmpfs', dir]))
      return skip('this machine does not let tests mount file systems');
    onTestFinished(() => unmount(dir));
    const ballast = join(dir, 'ballast');
    writeFileSync(ballast, Buffer.alloc(300_000));
    const { db, close } = await openLibrary(dir, options());
    let committed = 0;
    let failure: unknown = null;
    for (let i = 0; i < 5_000 && failure === null; i++)
      try {
        const sql = 'INSERT INTO projects (id, name, version, created_at, updated_at) VALUES (?, ?, 0, 1, 1)';
        db.run(sql, `p${i}`, 'x'.repeat(1_000));
        committed++;
      } catch (error) {
        failure = error;
      }
    expect(failure).toMatchObject({
      code: 'library/disk-full',
      detail: { remedy: expect.stringContaining('Free some space') },
    });
    expect(committed).toBeGreaterThan(10);
    rmSync(ballast);
    expect(db.get(Count, 'SELECT count(*) AS n FROM projects')).toEqual({ n: committed });
    db.run("INSERT INTO projects (id, name, version, created_at, updated_at) VALUES ('after', 'y', 0, 1, 1)");
    expect(db.pragma('integrity_check')).toBe('ok');
    await close();
    const reopened = await openLibrary(dir, options());
    expect(reopened.db.get(Count, 'SELECT count(*) AS n FROM projects')).toEqual({ n: committed + 1 });
    await reopened.close();
  });

  test('work that needs more than there is is refused before it begins', async () => {
    const dir = tempDir();
    await assertFreeSpace(dir, 1);
    await expect(assertFreeSpace(dir, 2 ** 60)).rejects.toMatchObject({ code: 'library/disk-full' });
  });
});

describe('the startup sweep', () => {
  const DAY_MS = 24 * 60 * 60 * 1000;

  async function aLibraryWithFrames() {
    const library = await open(tempDir());
    const store = new FrameStore(library.paths.frames);
    const hashes: string[] = [];
    for (let i = 0; i < 6; i++) hashes.push((await store.put(Uint8Array.of(i, 0, 0), 1, 1)).hash);
    const [inTake = '', fitted = '', inJob = '', orphan = '', cleared = '', young = ''] = hashes;
    const { db } = library;
    for (const hash of [inTake, fitted, inJob, orphan, cleared]) db.run('INSERT INTO frames VALUES (?, 1)', hash);
    const take = `INSERT INTO takes (id, shot_id, segment_id, seed, recipe, recipe_hash, created_at)
                  VALUES ('t', 's', 'g', 1, '{}', ?, 1)`;
    db.run(take, '0'.repeat(64));
    db.run("INSERT INTO take_frames VALUES ('t', 0, ?)", inTake);
    db.run('INSERT INTO fitted_frames VALUES (?, 1, 1, ?)', '1'.repeat(64), fitted);
    const job = `INSERT INTO jobs (id, kind, state, title, frame_count, payload, queue_place, created_at)
                 VALUES (?, 'generate', ?, '', 1, '{}', 1, 1)`;
    db.run(job, 'stopped', 'interrupted');
    db.run(job, 'over', 'cancelled');
    db.run("INSERT INTO job_frames VALUES ('stopped', 0, ?)", inJob);
    db.run("INSERT INTO job_frames VALUES ('over', 0, ?)", cleared);
    const old = new Date(Date.now() - 2 * DAY_MS);
    const temporary = join(library.paths.frames, inTake.slice(0, 2), '.half.png.tmp');
    writeFileSync(temporary, 'x');
    for (const hash of [inTake, fitted, inJob, orphan, cleared]) utimesSync(store.pathOf(hash), old, old);
    utimesSync(temporary, old, old);
    return { library, store, inTake, fitted, inJob, orphan, cleared, young, temporary };
  }

  const now = { ...options(), clock: { now: () => Date.now(), monotonicMs: () => 0 } };

  test('removes folders of jobs that were never queued, and keeps those of jobs and young ones', async () => {
    const { library } = await aLibraryWithFrames();
    const old = new Date(Date.now() - 2 * DAY_MS);
    for (const name of ['stopped', 'nobody', 'young']) {
      mkdirSync(join(library.paths.jobs, name));
      writeFileSync(join(library.paths.jobs, name, 'plan.json'), '{}');
      if (name !== 'young') utimesSync(join(library.paths.jobs, name), old, old);
    }
    await sweepLibrary(library.db, library.paths, now);
    expect(readdirSync(library.paths.jobs).sort()).toEqual(['stopped', 'young']);
  });

  test('removes old files that nothing names, and keeps takes, fitted images, interrupted jobs and young files', async () => {
    const { library, store, inTake, fitted, inJob, orphan, cleared, young, temporary } = await aLibraryWithFrames();
    const report = await sweepLibrary(library.db, library.paths, now);
    expect(report).toEqual({
      temporaryRemoved: 1,
      orphansRemoved: 2,
      missing: [],
      missingMedia: [],
      isHeldBack: false,
    });
    const kept = [inTake, fitted, inJob, young].map((hash) => existsSync(store.pathOf(hash)));
    const gone = [orphan, cleared].map((hash) => existsSync(store.pathOf(hash)));
    expect({ kept, gone, temporary: existsSync(temporary) }).toEqual({
      kept: [true, true, true, true],
      gone: [false, false],
      temporary: false,
    });
    expect(library.db.get(Count, 'SELECT count(*) AS n FROM frames')).toEqual({ n: 3 });
  });

  test('removes copies of imports that were cut short before their row', async () => {
    const { library } = await aLibraryWithFrames();
    const dir = join(library.paths.media, 'ab');
    mkdirSync(dir);
    const [named, unnamed] = ['0', '1'].map((digit) => `ab${digit.repeat(62)}.png`);
    for (const name of [named, unnamed, 'a note of the user.txt']) {
      writeFileSync(join(dir, name ?? ''), 'x');
      utimesSync(join(dir, name ?? ''), new Date(0), new Date(0));
    }
    const media =
      "INSERT INTO media (id, name, file, width, height, bytes, sha256, created_at) VALUES ('m', 'n', ?, 1, 1, 1, ?, 1)";
    library.db.run(media, `ab/${named ?? ''}`, '2'.repeat(64));
    await sweepLibrary(library.db, library.paths, now);
    expect(readdirSync(dir).sort()).toEqual(['a note of the user.txt', named]);
  });

  test('reports rows whose file is gone', async () => {
    const { library, store, inTake } = await aLibraryWithFrames();
    rmSync(store.pathOf(inTake));
    expect((await sweepLibrary(library.db, library.paths, now)).missing).toEqual([inTake]);
  });

  test('deletes nothing while a damaged database lies in the folder: it may name the files', async () => {
    const { library, store, orphan } = await aLibraryWithFrames();
    writeFileSync(join(library.paths.dir, 'library.corrupt-20260101T000000000Z.sqlite'), '');
    const report = await sweepLibrary(library.db, library.paths, now);
    expect([report.isHeldBack, report.orphansRemoved, existsSync(store.pathOf(orphan))]).toEqual([true, 0, true]);
  });

  test('stops when asked to', async () => {
    const { library } = await aLibraryWithFrames();
    await expect(sweepLibrary(library.db, library.paths, { ...now, signal: AbortSignal.abort() })).rejects.toThrow(
      'aborted',
    );
  });

  test('looks at more files than one page holds', async () => {
    const library = await open(tempDir());
    const old = new Date(Date.now() - 2 * DAY_MS);
    for (let i = 0; i < 1_203; i++) {
      const path = join(library.paths.frames, 'aa', `aa${i.toString(16).padStart(62, '0')}.png`);
      if (i === 0) mkdirSync(dirname(path));
      writeFileSync(path, '');
      utimesSync(path, old, old);
    }
    expect((await sweepLibrary(library.db, library.paths, now)).orphansRemoved).toBe(1_203);
  });
});

function canMount(args: readonly string[]): boolean {
  try {
    execFileSync('mount', args, { stdio: 'ignore' });
    return true;
  } catch {
    // Not root, or a container without the right to mount.
    return false;
  }
}

function unmount(dir: string): void {
  execFileSync('umount', [dir]);
}
