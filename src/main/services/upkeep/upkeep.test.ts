import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../../../../test/support/temp-dir';
import { systemClock } from '../../platform/clock';
import { silentLog } from '../../platform/log';
import { openLibrary, type Library } from '../library/library';
import { FrameStore } from '../media/frame-store';
import { planReclaim, reclaim } from './reclaim';
import { Upkeep } from './upkeep';
import { verifyLibrary } from './verify-library';

const options = { clock: systemClock, log: silentLog };

interface Shelf {
  readonly library: Library;
  readonly store: FrameStore;
  /** Stores a frame of one colour; the row is the caller's. */
  frame(colour: number): Promise<string>;
  project(id: string, isTrashed?: boolean): void;
  take(id: string, projectId: string | null, frames: readonly string[], parent?: string): void;
  media(id: string, projectId: string, content: string): string;
}

async function aLibrary(): Promise<Shelf> {
  const library = await openLibrary(join(tempDir(), 'library'), options);
  onTestFinished(() => library.close());
  const { db, paths } = library;
  const store = new FrameStore(paths.frames);
  return {
    library,
    store,
    frame: async (colour) => (await store.put(Uint8Array.of(colour, 0, 0), 1, 1)).hash,
    project: (id, isTrashed = false) =>
      void db.run(
        'INSERT INTO projects (id, name, version, created_at, updated_at, trashed_at) VALUES (?, ?, 0, 1, 1, ?)',
        ...[id, `Film ${id}`, isTrashed ? 5 : null],
      ),
    take: (id, projectId, frames, parent) => {
      for (const hash of frames) db.run('INSERT INTO frames VALUES (?, 1) ON CONFLICT DO NOTHING', hash);
      db.run(
        `INSERT INTO takes (id, project_id, shot_id, segment_id, parent_take_id, seed, recipe, recipe_hash, created_at)
         VALUES (?, ?, 's', 'g', ?, 1, '{}', ?, 1)`,
        ...[id, projectId, parent ?? null, '0'.repeat(64)],
      );
      frames.forEach((hash, at) => db.run('INSERT INTO take_frames VALUES (?, ?, ?)', id, at, hash));
    },
    media: (id, projectId, content) => {
      const sha256 = createHash('sha256').update(content).digest('hex');
      const file = `${sha256.slice(0, 2)}/${sha256}.png`;
      mkdirSync(join(paths.media, sha256.slice(0, 2)), { recursive: true });
      writeFileSync(join(paths.media, file), content);
      db.run(
        'INSERT INTO media (id, project_id, name, file, width, height, bytes, sha256, created_at) VALUES (?, ?, ?, ?, 1, 1, 1, ?, 1)',
        ...[id, projectId, 'picture.png', file, sha256],
      );
      return join(paths.media, file);
    },
  };
}

/** Every file with its content, so that "nothing was changed" can be said of all of them. */
function contents(dir: string): Record<string, string> {
  const files = readdirSync(dir, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.includes('library.sqlite'))
      .map((path) => [path, readFileSync(path, 'base64')]),
  );
}

function age(path: string): void {
  const old = new Date(Date.now() - 3 * 60 * 60 * 1000);
  utimesSync(path, old, old);
}

describe('verify', () => {
  test('a sound library is said to be sound, file by file', async () => {
    const shelf = await aLibrary();
    shelf.project('p');
    shelf.take('t', 'p', [await shelf.frame(1), await shelf.frame(2)]);
    shelf.media('m', 'p', 'picture');
    const told: number[] = [];
    const report = await verifyLibrary(shelf.library.db, shelf.library.paths, {
      onProgress: ({ done, total }) => told.push(done, total),
    });
    expect(report).toMatchObject({ isSound: true, framesChecked: 2, mediaChecked: 1, database: [], unnamedFiles: 0 });
    expect([told.at(-2), told.at(-1)]).toEqual([3, 3]);
  });

  test('finds a flipped bit, a lost file and a file without a row, names the takes, and changes nothing', async () => {
    const shelf = await aLibrary();
    const { db, paths } = shelf.library;
    shelf.project('p');
    const [flipped, lost, whole, unnamed] = [1, 2, 3, 4].map((colour) => shelf.frame(colour));
    shelf.take('broken', 'p', [await flipped!, await whole!]);
    shelf.take('gappy', null, [await lost!]);
    const flippedPath = shelf.store.pathOf(await flipped!);
    const bytes = readFileSync(flippedPath);
    bytes[bytes.length - 3]! ^= 1;
    writeFileSync(flippedPath, bytes);
    rmSync(shelf.store.pathOf(await lost!));
    const picture = shelf.media('m', 'p', 'picture');
    writeFileSync(picture, 'pictures');
    await unnamed;
    const before = contents(paths.dir);
    const report = await verifyLibrary(db, paths);
    expect(report).toMatchObject({
      isSound: false,
      missingFrames: [await lost],
      damagedFrames: [await flipped],
      damagedMedia: [expect.stringMatching(/\.png$/)],
      missingMedia: [],
      database: [],
      unnamedFiles: 1,
      unnamedBytes: readFileSync(shelf.store.pathOf(await unnamed!)).length,
    });
    expect(report.affectedTakes).toEqual(
      expect.arrayContaining([
        { takeId: 'broken', projectId: 'p' },
        { takeId: 'gappy', projectId: null },
      ]),
    );
    expect(contents(paths.dir)).toEqual(before);
  });

  test('a row that names nothing is found by its keys', async () => {
    const { library } = await aLibrary();
    library.db.execute('PRAGMA foreign_keys = OFF');
    library.db.run('INSERT INTO take_frames VALUES (?, 0, ?)', 'nobody', 'f'.repeat(64));
    const { isSound, database } = await verifyLibrary(library.db, library.paths);
    expect([isSound, database.join()]).toEqual([false, expect.stringMatching(/rows of take_frames name rows of/)]);
  });

  test('is stopped between two files', async () => {
    const shelf = await aLibrary();
    shelf.take('t', null, [await shelf.frame(1)]);
    const check = verifyLibrary(shelf.library.db, shelf.library.paths, { signal: AbortSignal.abort() });
    await expect(check).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('reclaim', () => {
  test('the plan says what each thing would give back, and looking removes nothing', async () => {
    const shelf = await aLibrary();
    const { db, paths } = shelf.library;
    shelf.project('kept');
    shelf.project('gone', true);
    const [shared, own, orphan, young] = [1, 2, 3, 4].map((colour) => shelf.frame(colour));
    shelf.take('a', 'kept', [await shared!]);
    shelf.take('b', 'gone', [await shared!, await own!]);
    shelf.take('c', 'gone', [await own!], 'b');
    shelf.media('m', 'gone', 'only there');
    shelf.media('m1', 'gone', 'in both');
    const both = shelf.media('m2', 'kept', 'in both');
    age(shelf.store.pathOf(await orphan!));
    await young;
    const before = contents(paths.dir);
    const plan = await planReclaim(db, paths, options);
    const size = (hash: string) => readFileSync(shelf.store.pathOf(hash)).length;
    expect(plan.items).toEqual([
      { kind: 'unreferenced', files: 1, bytes: size(await orphan!) },
      {
        ...{ kind: 'trashed-project', projectId: 'gone', name: 'Film gone', trashedAt: 5, takes: 2 },
        ...{ files: 2, bytes: size(await own!) + 'only there'.length },
      },
    ]);
    expect(contents(paths.dir)).toEqual(before);

    const report = await reclaim(db, paths, plan, options);
    expect(report).toEqual({ filesRemoved: 3, bytesFreed: plan.bytes });
    const there = async (hash: Promise<string> | undefined) => existsSync(shelf.store.pathOf((await hash) ?? ''));
    expect([await there(shared), await there(own), await there(orphan), await there(young)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(existsSync(both)).toBe(true);
    const after = await verifyLibrary(db, paths);
    expect([after.isSound, after.framesChecked, after.mediaChecked]).toEqual([true, 1, 1]);
    expect((await planReclaim(db, paths, options)).items).toEqual([]);
  });

  test('a project that left the trash, an unknown backup and a name that leads out are passed over', async () => {
    const shelf = await aLibrary();
    const { db, paths } = shelf.library;
    shelf.project('back', true);
    shelf.take('t', 'back', [await shelf.frame(1)]);
    const { items } = await planReclaim(db, paths, options);
    db.run("UPDATE projects SET trashed_at = NULL WHERE id = 'back'");
    const outside = join(paths.dir, '..', 'library.corrupt-x.sqlite');
    writeFileSync(outside, 'not ours');
    const more = [
      { kind: 'backup' as const, name: '../library.sqlite', createdAt: 1, bytes: 1 },
      { kind: 'moved-aside' as const, name: '../library.corrupt-x.sqlite', bytes: 1 },
    ];
    const report = await reclaim(db, paths, { items: [...items, ...more], bytes: 0 }, options);
    expect(report).toEqual({ filesRemoved: 0, bytesFreed: 0 });
    expect([existsSync(outside), existsSync(paths.database)]).toEqual([true, true]);
    expect((await verifyLibrary(db, paths)).isSound).toBe(true);
  });

  test('a project from whose takes another film goes on is not removed', async () => {
    const shelf = await aLibrary();
    const { db, paths } = shelf.library;
    shelf.project('gone', true);
    shelf.project('heir');
    shelf.take('a', 'gone', [await shelf.frame(1)]);
    shelf.take('b', 'heir', [await shelf.frame(2)], 'a');
    const plan = await planReclaim(db, paths, options);
    await expect(reclaim(db, paths, plan, options)).rejects.toMatchObject({
      code: 'input/invalid',
      message: expect.stringContaining('Film heir'),
    });
    expect((await verifyLibrary(db, paths)).framesChecked).toBe(2);
  });

  test('while a database lies aside, no file counts as unreferenced: that one may name it', async () => {
    const shelf = await aLibrary();
    const { db, paths } = shelf.library;
    age(shelf.store.pathOf(await shelf.frame(1)));
    writeFileSync(join(paths.dir, 'library.replaced-x.sqlite'), 'database');
    const plan = await planReclaim(db, paths, options);
    expect(plan).toEqual({ items: [{ kind: 'moved-aside', name: 'library.replaced-x.sqlite', bytes: 8 }], bytes: 8 });
    await reclaim(db, paths, plan, options);
    expect((await planReclaim(db, paths, options)).items.map(({ kind }) => kind)).toEqual(['unreferenced']);
  });

  test('is refused while a job runs; whoever wants to store waits until it is over', async () => {
    const shelf = await aLibrary();
    const { db, paths } = shelf.library;
    let isBusy = true;
    const upkeep = new Upkeep(db, paths, { clock: systemClock, isBusy: () => isBusy });
    const nothing = { items: [], bytes: 0 };
    await expect(upkeep.reclaim(nothing)).rejects.toMatchObject({ code: 'job/invalid-state' });
    isBusy = false;
    shelf.project('gone', true);
    const own = await shelf.frame(1);
    shelf.take('t', 'gone', [own]);
    const removing = upkeep.reclaim(await upkeep.plan());
    await upkeep.giveWay();
    expect(existsSync(shelf.store.pathOf(own))).toBe(false);
    await removing;
  });
});
