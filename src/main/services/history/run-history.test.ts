import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { aRecipe, aWindow } from '../../../../test/support/pocket';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { tempDir } from '../../../../test/support/temp-dir';
import { silentLog } from '../../platform/log';
import { libraryPaths } from '../../platform/paths';
import type { LibraryDatabase } from '../database/library-database';
import { releasedMigrations } from '../database/migrations/released';
import { openDatabase } from '../database/open';
import { openLibrary } from '../library/library';
import { TakeStore } from '../takes/take-store';
import { RunHistory } from './run-history';

const hash = (n: number) => n.toString(16).padStart(64, '0');

async function aHistory() {
  const { db } = await openLibraryHere();
  const takes = new TakeStore(db);
  const add = (
    id: string,
    prompts: readonly string[],
    more: { seed?: number; projectId?: string; model?: string } = {},
  ) => {
    const windows = prompts.map((prompt) => aWindow({ prompt }));
    const base = aRecipe({ windows, seed: more.seed ?? 1 });
    const recipe = { ...base, model: { ...base.model, id: more.model ?? 'pocket' } };
    const own = { id, projectId: more.projectId ?? null, shotId: 's', segmentId: 'g', parentTakeId: null };
    takes.add({ ...own, recipe, frames: [hash(1), hash(2)], createdAt: Number(id.replace(/\D/g, '')) });
  };
  return { db, add, history: new RunHistory(db) };
}

async function openLibraryHere() {
  const library = await openLibrary(join(tempDir(), 'library'), { clock: new FakeClock(), log: silentLog });
  onTestFinished(() => library.close());
  return library;
}

function addProject(db: LibraryDatabase, id: string): void {
  db.run('INSERT INTO projects (id, name, version, created_at, updated_at) VALUES (?, ?, 0, 1, 1)', id, `Film ${id}`);
}

function addJob(db: LibraryDatabase, id: string, prompt: string): void {
  const payload = { kind: 'generate', recipe: aRecipe({ windows: [aWindow({ prompt })], seed: 77 }) };
  db.run(
    `INSERT INTO jobs (id, kind, state, title, seed, frame_count, payload, queue_place, created_at)
     VALUES (?, 'generate', 'running', ?, 77, 1, ?, 1, 5)`,
    ...[id, prompt, JSON.stringify(payload)],
  );
}

const idsOf = (page: { readonly runs: readonly { takeId: string | null; jobId: string | null }[] }) =>
  page.runs.map(({ takeId, jobId }) => takeId ?? jobId);

describe('search', () => {
  test('finds words of any window by their beginnings, whatever their case and accents, newest first', async () => {
    const { add, history } = await aHistory();
    add('t1', ['A red ball', 'it falls']);
    add('t2', ['a RED kite']);
    add('t3', ['une fenêtre rouge']);
    const find = (text: string) => idsOf(history.search({ text }));
    expect(find('red')).toEqual(['t2', 't1']);
    expect(find('re bal')).toEqual(['t1']);
    expect(find('falls red')).toEqual(['t1']);
    expect(find('FENETRE')).toEqual(['t3']);
    expect([find('green'), find('ed')]).toEqual([[], []]);
    expect(history.search({}).runs[2]).toMatchObject({
      prompt: 'A red ball → it falls',
      frameCount: 2,
      posterFrame: hash(1),
    });
  });

  test('is not a query language: quotes, operators and signs are text', async () => {
    const { add, history } = await aHistory();
    add('t1', ['say "hi" OR not']);
    for (const text of ['"hi"', 'OR', 'say "hi" OR not', 'hi)', 'note:', '*hi', "'; DROP TABLE runs; --hi", 'NEAR(hi'])
      expect(() => history.search({ text })).not.toThrow();
    expect(idsOf(history.search({ text: '"hi" OR' }))).toEqual(['t1']);
    expect([idsOf(history.search({ text: '***' })), idsOf(history.search({ text: '  ' }))]).toEqual([[], ['t1']]);
  });

  test('narrows by model, project, seed, star, date and kind, in any mixture', async () => {
    const { db, add, history } = await aHistory();
    addProject(db, 'p');
    addProject(db, 'P');
    add('t10', ['a red ball'], { seed: 5, projectId: 'p' });
    add('t20', ['a red ball'], { seed: 55, projectId: 'P', model: 'other-2' });
    add('t30', ['a blue ball'], { seed: 5 });
    history.star('t30', true);
    const find = (query: Parameters<typeof history.search>[0]) => idsOf(history.search(query));
    expect(find({ seed: 5 })).toEqual(['t30', 't10']);
    expect(find({ text: '5' })).toEqual(['t30', 't10']);
    expect(find({ projectId: 'p' })).toEqual(['t10']);
    expect(find({ modelId: 'other-2', text: 'red' })).toEqual(['t20']);
    expect(find({ isStarred: true, text: 'ball', seed: 5 })).toEqual(['t30']);
    expect(find({ from: 20, to: 30 })).toEqual(['t20']);
    expect(find({ from: 11, text: 'red' })).toEqual(['t20']);
    expect(find({ kind: 'failed' })).toEqual([]);
    db.run("UPDATE projects SET trashed_at = 9 WHERE id = 'p'");
    expect(history.search({ projectId: 'p' }).runs[0]).toMatchObject({ projectName: 'Film p', isProjectTrashed: true });
  });

  test('pages hold every run once, also when new ones come in between', async () => {
    const { add, history } = await aHistory();
    for (let i = 10; i < 35; i++) add(`t${i}`, [i % 2 === 0 ? 'even' : 'odd']);
    for (const text of ['', 'even']) {
      const seen: (string | null)[] = [];
      let before: number | null = null;
      do {
        const page = history.search({ text, limit: 4, before });
        seen.push(...idsOf(page));
        before = page.next;
        add(`t${100 + seen.length + text.length * 100}`, ['even']);
      } while (before !== null);
      const wanted = Array.from({ length: 25 }, (_, i) => `t${34 - i}`).filter((_, i) => text === '' || i % 2 === 0);
      expect(seen.filter((id) => Number(id?.slice(1)) < 100)).toEqual(wanted);
    }
  });
});

describe('marks', () => {
  test('a star and a note are found, changed and taken away', async () => {
    const { add, history } = await aHistory();
    add('t1', ['a ball']);
    history.star('t1', true);
    history.note('t1', 'use this for the ending');
    expect(history.search({ text: 'ending' }).runs[0]).toMatchObject({
      isStarred: true,
      note: 'use this for the ending',
    });
    history.note('t1', '');
    history.star('t1', false);
    expect([history.search({ text: 'ending' }).runs, history.search({ isStarred: true }).runs]).toEqual([[], []]);
    expect(idsOf(history.search({ text: 'ball' }))).toEqual(['t1']);
    expect(() => history.star('nobody', true)).toThrow(expect.objectContaining({ code: 'input/not-found' }));
    expect(() => history.note('t1', 'x'.repeat(2_001))).toThrow(expect.objectContaining({ code: 'input/invalid' }));
  });
});

describe('what stands in the history', () => {
  test('a job that left no take, with its error, until it is run again; its take when it has one', async () => {
    const { db, add, history } = await aHistory();
    addJob(db, 'j', 'a green ball');
    const error = { code: 'engine/out-of-memory', message: 'no memory', detail: {} };
    db.run("UPDATE jobs SET state = 'failed', finished_at = 9, error = ? WHERE id = 'j'", JSON.stringify(error));
    expect(history.search({ text: 'green', kind: 'failed', seed: 77 }).runs).toMatchObject([
      { jobId: 'j', takeId: null, prompt: 'a green ball', modelId: 'pocket', createdAt: 9, error, frameCount: 0 },
    ]);
    db.run("UPDATE jobs SET state = 'queued', error = NULL WHERE id = 'j'");
    expect(history.search({ text: 'green' }).runs).toEqual([]);
    add('t1', ['a green ball']);
    db.run("UPDATE jobs SET state = 'interrupted', take_id = 't1' WHERE id = 'j'");
    expect(idsOf(history.search({ text: 'green' }))).toEqual(['t1']);
  });

  test('what is deleted with its project is not found any more', async () => {
    const { db, add, history } = await aHistory();
    addProject(db, 'p');
    add('t1', ['a ball'], { projectId: 'p' });
    add('t2', ['a ball']);
    db.run("DELETE FROM projects WHERE id = 'p'");
    expect(idsOf(history.search({ text: 'ball' }))).toEqual(['t2']);
    expect([db.pragma('integrity_check'), db.all(z.unknown(), 'SELECT n FROM runs')]).toEqual(['ok', [{ n: 2 }]]);
  });

  test('runs from before the history, oldest first, and rows that cannot be read', async () => {
    const paths = libraryPaths(tempDir());
    const options = { clock: new FakeClock(), log: silentLog, wasUnclean: false };
    const before = await openDatabase(paths, { ...options, migrations: releasedMigrations.slice(0, 4) });
    const insert = `INSERT INTO takes (id, shot_id, segment_id, seed, recipe, recipe_hash, created_at)
                    VALUES (?, 's', 'g', 3, ?, ?, ?)`;
    before.run(insert, 'late', JSON.stringify(aRecipe({ windows: [aWindow({ prompt: 'a ball' })] })), hash(1), 20);
    before.run(insert, 'early', '{}', hash(2), 10);
    before.run(insert, 'torn', '{"windows": [', hash(3), 15);
    addJob(before, 'over', 'a ball too');
    before.run("UPDATE jobs SET state = 'cancelled' WHERE id = 'over'");
    addJob(before, 'waiting', 'a ball later');
    before.close();
    const db = await openDatabase(paths, { ...options, migrations: releasedMigrations });
    onTestFinished(() => db.close());
    const history = new RunHistory(db);
    expect(idsOf(history.search({}))).toEqual(['late', 'torn', 'early', 'over']);
    expect(idsOf(history.search({ text: 'ball' }))).toEqual(['late', 'over']);
  });
});
