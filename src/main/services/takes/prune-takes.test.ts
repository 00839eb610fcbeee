import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { aRecipe } from '../../../../test/support/pocket';
import { tempDir } from '../../../../test/support/temp-dir';
import { applyDiff, documentFromRecords } from '@core/document/apply-diff';
import type { Document } from '@core/document/records';
import { extendForward } from '@core/timeline/grow-segment';
import { setSegment } from '@core/timeline/segments';
import { aShot, after, anEmptyFilm } from '@core/timeline/test-films';
import type { Recipe } from '@contracts/recipe';
import { systemClock } from '../../platform/clock';
import { silentLog } from '../../platform/log';
import { openLibrary } from '../library/library';
import { FrameStore } from '../media/frame-store';
import { planReclaim, reclaim } from '../upkeep/reclaim';
import { PruneTakes } from './prune-takes';
import { TakeStore } from './take-store';

const film = after(anEmptyFilm(), aShot('a'), (doc) =>
  extendForward(doc, 'a-clip', { segmentId: 'more', blockId: null, frameCount: 4, text: null }),
);

/** A project p with that film, in a library on disk. `take` stores one with a frame of its own, and frame 0 in all. */
async function aProject(document: Document = film) {
  const library = await openLibrary(join(tempDir(), 'library'), { clock: systemClock, log: silentLog });
  onTestFinished(() => library.close());
  const { db, paths } = library;
  db.run("INSERT INTO projects (id, name, version, created_at, updated_at) VALUES ('p', 'Film', 1, 1, 1)");
  for (const record of document.values())
    db.run('INSERT INTO records VALUES (?, ?, ?, ?)', 'p', record.id, record.kind, JSON.stringify(record));
  const store = new FrameStore(paths.frames);
  const takes = new TakeStore(db);
  let colour = 0;
  const take = async (
    id: string,
    segmentId: string,
    parentTakeId: string | null = null,
    over: Partial<Recipe> = {},
  ) => {
    colour++;
    const frames = await Promise.all([0, colour].map((red) => store.put(Uint8Array.of(red, 0, 0), 1, 1)));
    const recipe = aRecipe({ seed: colour, ...over });
    const view = { id, projectId: 'p', shotId: 'a-shot', segmentId, parentTakeId, recipe, createdAt: colour };
    return takes.add({ ...view, frames: frames.map(({ hash }) => hash) });
  };
  const prune = new PruneTakes(db, {
    framesDir: paths.frames,
    clock: systemClock,
    takes,
    documentOf: () => documentFromRecords([...document.values()]),
    namedVersions: () => [],
  });
  const offered = async () => (await prune.plan('p')).takes.map(({ takeId }) => takeId).sort();
  const files = () => readdirSync(paths.frames, { recursive: true }).filter((name) => String(name).endsWith('.png'));
  return { db, paths, takes, take, prune, offered, files };
}

test('what is seen, pinned, starred, noted or an origin is never offered', async () => {
  const pinned = applyDiff(film, setSegment(film, 'a-first', { activeTakeId: 'pinned' }));
  const { db, take, prune, offered } = await aProject(pinned);
  for (const id of ['pinned', 'starred', 'noted', 'root', 'spare']) await take(id, 'a-first');
  await take('from-root', 'more', 'root');
  await take('seen', 'more', 'pinned');
  db.run("UPDATE runs SET is_starred = 1 WHERE take_id = 'starred'");
  db.run("UPDATE runs SET note = 'lovely' WHERE take_id = 'noted'");
  // from-root goes with its origin; seen is the newest of its part.
  expect(await offered()).toEqual(['from-root', 'root', 'spare']);
  db.run("UPDATE runs SET is_starred = 1 WHERE take_id = 'from-root'");
  expect(await offered()).toEqual(['spare']);
  expect((await prune.plan('p')).kept).toBe(6);
});

test('a take whose frame another one began from stays, and so does what a job waits to go on from', async () => {
  const { db, take, offered } = await aProject();
  const early = await take('early', 'a-first');
  await take('asked', 'a-first');
  await take('newest', 'a-first', null, { known: [{ index: 0, frame: early.frames[1] ?? '' }] });
  const payload = JSON.stringify({ kind: 'generate', parentTakeId: 'asked' });
  db.run(
    `INSERT INTO jobs (id, project_id, kind, state, title, frame_count, payload, queue_place, created_at)
     VALUES ('j', 'p', 'generate', 'queued', 't', 1, ?, 1, 1)`,
    payload,
  );
  expect(await offered()).toEqual([]);
  db.run("DELETE FROM jobs WHERE id = 'j'");
  expect(await offered()).toEqual(['asked']);
});

test('what was trashed comes back, and after reclaiming its own frames are gone and shared ones are not', async () => {
  const { db, paths, takes, take, prune, offered, files } = await aProject();
  for (const id of ['one', 'two', 'newest']) await take(id, 'a-first');
  await take('child', 'more', 'one');
  const [plan] = (await prune.plan('p')).takes.filter(({ takeId }) => takeId === 'two');
  const own = plan?.bytes ?? 0;
  expect(own).toBeGreaterThan(0);
  expect(await prune.bytesOf('p', ['two', 'no-such-take'])).toBe(own);
  prune.trash('p', ['two']);
  expect(takes.list('p').filter(({ isTrashed }) => isTrashed)).toMatchObject([{ id: 'two' }]);
  expect(await offered()).toEqual([]);
  prune.restore('p', ['two']);
  expect(await offered()).toEqual(['two']);
  prune.trash('p', ['two']);
  const before = files().length;
  const reclaiming = { clock: systemClock };
  const { items } = await planReclaim(db, paths, reclaiming);
  expect(items).toEqual([{ kind: 'trashed-takes', projectId: 'p', name: 'Film', takes: 1, files: 1, bytes: own }]);
  expect(await reclaim(db, paths, { items, bytes: own }, reclaiming)).toEqual({ filesRemoved: 1, bytesFreed: own });
  expect(files()).toHaveLength(before - 1);
  expect(
    takes
      .list('p')
      .map(({ id }) => id)
      .sort(),
  ).toEqual(['child', 'newest', 'one']);
});

test('a take that is needed since the list was made is refused by name, and nothing is trashed', async () => {
  const { take, takes, prune } = await aProject();
  for (const id of ['one', 'two', 'newest']) await take(id, 'a-first');
  expect(() => prune.trash('p', ['one', 'newest'])).toThrow(
    expect.objectContaining({ code: 'input/invalid', detail: expect.objectContaining({ value: 'newest' }) }),
  );
  expect(takes.list('p').some(({ isTrashed }) => isTrashed)).toBe(false);
});

test('a trashed take that the film names again outlives reclaiming', async () => {
  const { db, paths, take, prune } = await aProject();
  for (const id of ['one', 'newest']) await take(id, 'a-first');
  prune.trash('p', ['one']);
  const [segment] = [...film.values()].filter(({ id }) => id === 'a-first');
  db.run("UPDATE records SET json = ? WHERE id = 'a-first'", JSON.stringify({ ...segment, activeTakeId: 'one' }));
  expect((await planReclaim(db, paths, { clock: systemClock })).items).toEqual([]);
});
