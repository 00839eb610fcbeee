import fc from 'fast-check';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { aRecipe, aWindow } from '../../../../test/support/pocket';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { tempDir } from '../../../../test/support/temp-dir';
import { applyDiff, documentFromRecords, squashDiffs } from '@core/document/apply-diff';
import type { DocumentDiff } from '@core/document/diff';
import { createProjectRecords } from '@core/timeline/create-project';
import { insertAudio } from '@core/timeline/insert-audio';
import { insertShot } from '@core/timeline/insert-shot';
import { addTrack } from '@core/timeline/tracks';
import { silentLog } from '../../platform/log';
import { openLibrary } from '../library/library';
import { FrameStore } from '../media/frame-store';
import { ProjectVersions } from '../projects/project-versions';
import { ProjectService } from '../projects/project-service';
import { TakeStore } from '../takes/take-store';
import { verifyLibrary } from '../upkeep/verify-library';
import { sizeOfProject } from '../projects/project-size';
import { duplicateProject } from './duplicate-project';
import { exportBundle } from './export-bundle';
import { importBundle } from './import-bundle';

const rate = { num: 8, den: 1 };
const size = { width: 64, height: 64, rate, modelId: 'pocket' };
const Count = z.object({ count: z.int() });

async function aLibrary(name: string) {
  const library = await openLibrary(join(tempDir(), name), { clock: new FakeClock(), log: silentLog });
  onTestFinished(() => library.close());
  const { db, paths } = library;
  let last = 0;
  const newId = () => `${name}-${++last}`;
  const takes = new TakeStore(db);
  const contentsOf = (projectId: string) => ({ takes: takes.list(projectId), media: [], jobs: [] });
  const projects = new ProjectService(db, { clock: new FakeClock(), newId, contentsOf });
  const store = new FrameStore(paths.frames);
  const options = { newId, installedModels: [{ id: 'pocket', version: aRecipe().model.version }] };
  return { db, paths, takes, projects, store, newId, options };
}
type Shelf = Awaited<ReturnType<typeof aLibrary>>;

interface FilmPlan {
  readonly name: string;
  readonly markers: readonly { readonly frame: number; readonly name: string }[];
  readonly shots: readonly string[];
  readonly takes: readonly {
    readonly colours: readonly number[];
    readonly seed: number;
    readonly grows: boolean;
    readonly note: string;
  }[];
  readonly media: readonly string[];
}

/** A project with a history: one commit per marker and shot, takes that may have grown from one another, media. */
async function aFilm(shelf: Shelf, plan: FilmPlan): Promise<string> {
  const { projects, takes, store, db, newId } = shelf;
  const records = createProjectRecords({ name: plan.name, ...size });
  const projectId = projects.createFrom(records);
  let document = documentFromRecords(records);
  let version = 1;
  const commit = (diff: DocumentDiff) => {
    version = projects.commit({ projectId, baseVersion: version, label: 'Edit', source: 'edit', diff }).version;
    document = applyDiff(document, diff);
  };
  plan.markers.forEach(({ frame, name }, i) =>
    commit({ added: [{ kind: 'marker', id: `m${i}`, frame, name }], updated: [], removed: [] }),
  );
  const versions = new ProjectVersions(db, { clock: new FakeClock() });
  for (const { name } of plan.markers) versions.name(projectId, version, name.trim());
  const sampling = { steps: 2, guidance: 3, negative: '', contextFrames: 1, framesPerWindow: null };
  plan.shots.forEach((text, i) => {
    const ids = { shotId: `shot${i}`, segmentId: `seg${i}`, clipId: `clip${i}`, blockId: `b${i}`, trackId: 'track-1' };
    commit(insertShot(document, { ...ids, ...size, sampling, text, start: i * 10, name: 'Shot', frameCount: 3 }));
  });
  let parentTakeId: string | null = null;
  for (const [i, { colours, seed, grows, note }] of plan.takes.entries()) {
    const frames = await Promise.all(
      colours.map(async (colour) => (await store.put(Uint8Array.of(colour, 1, 2), 1, 1)).hash),
    );
    const recipe = aRecipe({ seed, windows: [aWindow({ prompt: note })] });
    const own = { shotId: 'shot0', segmentId: 'seg0', parentTakeId: grows ? parentTakeId : null };
    const id = newId();
    takes.add({ ...own, id, projectId, recipe, draftKey: null, frames, createdAt: 10 + i });
    db.run('UPDATE runs SET note = ?, is_starred = ? WHERE take_id = ?', note, seed % 2, id);
    parentTakeId = id;
  }
  for (const content of new Set(plan.media)) await addMedia(shelf, projectId, content);
  return projectId;
}

async function addMedia({ paths, db, newId }: Shelf, projectId: string, content: string): Promise<string> {
  const { createHash } = await import('node:crypto');
  const { writeFileAtomic } = await import('../../platform/fs-atomic');
  const sha256 = createHash('sha256').update(content).digest('hex');
  const file = `${sha256.slice(0, 2)}/${sha256}.png`;
  await writeFileAtomic(join(paths.media, file), content);
  const id = newId();
  db.run(
    'INSERT INTO media (id, project_id, name, file, width, height, bytes, sha256, created_at) VALUES (?, ?, ?, ?, 2, 3, ?, ?, 4)',
    ...[id, projectId, 'a picture.png', file, Math.max(1, content.length), sha256],
  );
  return id;
}

/** All that a project is, ids of library rows left out. */
function whole({ db, projects, takes, paths, store }: Shelf, projectId: string) {
  const All = z.record(z.string(), z.unknown());
  const list = takes.list(projectId);
  const place = new Map(list.map(({ id }, i) => [id, i]));
  return {
    project: db.all(All, 'SELECT name, version, created_at, updated_at FROM projects WHERE id = ?', projectId),
    records: projects.open(projectId).records,
    history: projects.history(projectId),
    journal: db.all(
      All,
      'SELECT version, label, source, diff, created_at FROM journal WHERE project_id = ? ORDER BY 1',
      projectId,
    ),
    named: db.all(
      All,
      'SELECT version, name, created_at FROM named_versions WHERE project_id = ? ORDER BY 1',
      projectId,
    ),
    takes: list.map(({ id, parentTakeId, ...view }) => ({
      ...view,
      parent: parentTakeId === null ? null : place.get(parentTakeId),
      recipe: takes.get(id).recipe,
      marks: db.all(All, 'SELECT is_starred, note FROM runs WHERE take_id = ?', id),
      files: view.frames.map((hash) => readFileSync(store.pathOf(hash), 'base64')),
    })),
    media: db
      .all(
        All,
        'SELECT name, file, width, height, bytes, sha256, created_at FROM media WHERE project_id = ? ORDER BY sha256',
        projectId,
      )
      .map((row) => ({ ...row, content: readFileSync(join(paths.media, String(row['file'])), 'base64') })),
  };
}

async function bundleOf(shelf: Shelf, projectId: string): Promise<string> {
  const outPath = join(tempDir(), 'film.onionskin');
  await exportBundle(shelf.db, shelf.paths, { projectId, outPath }, { clock: new FakeClock(), appVersion: '1' });
  return outPath;
}

const plan: FilmPlan = {
  name: 'Größe — 映画',
  markers: [{ frame: 3, name: 'here' }],
  shots: ['a red ball'],
  takes: [
    { colours: [1, 2, 3], seed: 1, grows: false, note: 'first' },
    { colours: [3, 4], seed: 2, grows: true, note: '' },
  ],
  media: ['picture one'],
};

describe('a bundle', () => {
  test('out and in gives the same documents, histories, recipes, marks and files, whatever the project', async () => {
    const [from, to] = [await aLibrary('from'), await aLibrary('to')];
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const arbitrary: fc.Arbitrary<FilmPlan> = fc.record({
      name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
      markers: fc.array(fc.record({ frame: fc.nat(1_000), name: text }), { maxLength: 3 }),
      shots: fc.array(text, { maxLength: 2 }),
      takes: fc.array(
        fc.record({
          colours: fc.array(fc.nat(255), { minLength: 1, maxLength: 4 }),
          seed: fc.nat(0xffffffff),
          grows: fc.boolean(),
          note: text,
        }),
        { maxLength: 3 },
      ),
      media: fc.array(fc.string({ minLength: 1, maxLength: 10 }), { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(arbitrary, async (film) => {
        const projectId = await aFilm(from, film);
        const imported = await importBundle(to.db, to.paths, await bundleOf(from, projectId), to.options);
        expect(whole(to, imported.projectId)).toEqual(whole(from, projectId));
        expect(imported.missingModels).toEqual([]);
      }),
      { numRuns: 40, seed: 6 },
    );
    expect((await verifyLibrary(to.db, to.paths)).isSound).toBe(true);
  }, 120_000);

  test('imported twice it is there twice, each with its own takes and pictures', async () => {
    const from = await aLibrary('from');
    const projectId = await aFilm(from, plan);
    const path = await bundleOf(from, projectId);
    const again = await importBundle(from.db, from.paths, path, from.options);
    expect(whole(from, again.projectId)).toEqual(whole(from, projectId));
    expect(from.db.get(Count, 'SELECT count(*) AS count FROM takes')).toEqual({ count: 4 });
    expect(from.db.get(Count, 'SELECT count(DISTINCT id) AS count FROM media')).toEqual({ count: 2 });
  });

  test('carries ids over where a document names takes and pictures', async () => {
    const from = await aLibrary('from');
    const projectId = await aFilm(from, plan);
    const mediaId = await addMedia(from, projectId, 'a still');
    const [take] = from.takes.list(projectId);
    const { version, records } = from.projects.open(projectId);
    const segment = records.find((record) => record.kind === 'segment')!;
    const still = {
      ...{ kind: 'clip' as const, id: 'still', trackId: 'track-2', source: { type: 'still' as const, mediaId } },
      ...{ name: 'Still', start: 0, duration: 4, sourceIn: 0 },
    };
    const updated = [{ from: segment, to: { ...segment, activeTakeId: take!.id } }];
    const change = { projectId, baseVersion: version, label: 'Use', source: 'edit' as const };
    from.projects.commit({ ...change, diff: { added: [still], updated, removed: [] } });
    const { projectId: copy } = await importBundle(from.db, from.paths, await bundleOf(from, projectId), from.options);
    const own = from.takes.list(copy).map(({ id }) => id);
    const opened = from.projects.open(copy).records;
    const active = opened.find((record) => record.kind === 'segment')!.activeTakeId;
    expect([own.includes(active ?? ''), active === take!.id]).toEqual([true, false]);
    const clip = opened.find((record) => record.id === 'still');
    const source = clip?.kind === 'clip' && clip.source.type === 'still' ? clip.source.mediaId : '';
    expect(
      from.db.get(Count, 'SELECT count(*) AS count FROM media WHERE id = ? AND project_id = ?', source, copy),
    ).toEqual({ count: 1 });
    // The history was renamed with it: an undo must fit.
    const [undo] = from.projects.history(copy).undo.slice(-1);
    expect(undo?.diff.updated[0]?.to).toMatchObject({ activeTakeId: active });
  });

  test('carries sounds, and clips of them find them again', async () => {
    const [from, to] = [await aLibrary('from'), await aLibrary('to')];
    const projectId = await aFilm(from, plan);
    const mediaId = await addMedia(from, projectId, 'a sound');
    const length = 'width = NULL, height = NULL, sample_rate = 44100, channels = 2, samples = 96000';
    from.db.run(`UPDATE media SET ${length} WHERE id = ?`, mediaId);
    const { version, records } = from.projects.open(projectId);
    const document = documentFromRecords(records);
    const track = addTrack(document, { id: 'a1', type: 'audio' });
    const place = { clipId: 'music', trackId: 'a1', start: 0, mediaId, name: 'Music', frameCount: 16 };
    const diff = squashDiffs(track, insertAudio(applyDiff(document, track), place));
    from.projects.commit({ projectId, baseVersion: version, label: 'Place', source: 'edit', diff });
    const { projectId: copy } = await importBundle(to.db, to.paths, await bundleOf(from, projectId), to.options);
    const clip = to.projects.open(copy).records.find((record) => record.id === 'music');
    const source = clip?.kind === 'clip' && clip.source.type === 'audio' ? clip.source.mediaId : '';
    const Sound = z.object({ file: z.string(), samples: z.int(), channels: z.int(), rate: z.int() });
    const sql = 'SELECT file, samples, channels, sample_rate AS rate FROM media WHERE id = ? AND project_id = ?';
    const sound = to.db.get(Sound, sql, source, copy);
    expect(sound).toMatchObject({ samples: 96_000, channels: 2, rate: 44_100 });
    expect(readFileSync(join(to.paths.media, sound?.file ?? ''), 'utf8')).toBe('a sound');
  });

  test('names the models that are missing here or of another version, and opens without them', async () => {
    const [from, to] = [await aLibrary('from'), await aLibrary('to')];
    const path = await bundleOf(from, await aFilm(from, plan));
    const { version } = aRecipe().model;
    const none = await importBundle(to.db, to.paths, path, { ...to.options, installedModels: [] });
    const other = { ...to.options, installedModels: [{ id: 'pocket', version: '99' }] };
    const unsaid = { name: null, licence: null, source: null };
    expect(none.missingModels).toEqual([{ id: 'pocket', version, installed: null, ...unsaid }]);
    expect((await importBundle(to.db, to.paths, path, other)).missingModels).toEqual([
      { id: 'pocket', version, installed: '99', ...unsaid },
    ]);
    expect(to.projects.open(none.projectId).takes).toHaveLength(2);
  });
});

describe('a duplicate', () => {
  test('has the same film, takes and history under a name of its own, and shares every frame', async () => {
    const from = await aLibrary('from');
    const { db, paths, projects } = from;
    const projectId = await aFilm(from, plan);
    const files = readdirSync(paths.frames, { recursive: true }).length;
    const twin = duplicateProject(db, projectId, { newId: from.newId, now: 99 });
    const [original, copy] = [whole(from, projectId), whole(from, twin)];
    const name = (list: typeof copy.records) => list.map((one) => (one.kind === 'project' ? one.name : ''))[0];
    expect([name(original.records), name(copy.records)]).toEqual([plan.name, `${plan.name} copy`]);
    const rest = (list: typeof copy.records) => list.filter(({ kind }) => kind !== 'project');
    expect(rest(copy.records)).toEqual(rest(original.records));
    expect(copy.takes).toEqual(original.takes);
    expect(copy.history).toEqual(original.history);
    expect(projects.open(twin).version).toBe(projects.open(projectId).version + 1);
    expect(readdirSync(paths.frames, { recursive: true }).length).toBe(files);
    expect(await sizeOfProject(db, paths, twin)).toEqual(await sizeOfProject(db, paths, projectId));
    expect((await sizeOfProject(db, paths, twin)).bytes).toBeGreaterThan(0);
    // A twin of the twin, exported, comes in again: its journal leads to it.
    const again = duplicateProject(db, twin, { newId: from.newId, now: 100 });
    const { projectId: imported } = await importBundle(db, paths, await bundleOf(from, again), from.options);
    expect(whole(from, imported).records).toEqual(whole(from, again).records);
    expect((await verifyLibrary(db, paths)).isSound).toBe(true);
  });

  test('of a project that is not there is refused', async () => {
    const { db, newId } = await aLibrary('from');
    expect(() => duplicateProject(db, 'nobody', { newId, now: 1 })).toThrow('not in the library');
  });
});

describe('what a bundle says of its models', () => {
  const about = { id: 'pocket', name: 'Pocket', licence: 'MIT' };
  const cases = [
    [{ ...about, source: 'https://example.org/pocket', isEmbedded: false }, 'https://example.org/pocket'],
    [{ ...about, isEmbedded: true }, 'It comes with Onionskin 1.'],
    [{ ...about, isEmbedded: false }, null],
  ] as const;
  test.each(cases)('%j is where the model is to be had', async (model, source) => {
    const [from, to] = [await aLibrary('from'), await aLibrary('to')];
    const outPath = join(tempDir(), 'film.onionskin');
    const progress: { done: number; total: number }[] = [];
    const projectId = await aFilm(from, plan);
    const how = { clock: new FakeClock(), appVersion: '1', installedModels: [model] };
    await exportBundle(
      from.db,
      from.paths,
      { projectId, outPath },
      { ...how, onProgress: (one) => progress.push(one) },
    );
    const { missingModels } = await importBundle(to.db, to.paths, outPath, { ...to.options, installedModels: [] });
    expect(missingModels).toEqual([expect.objectContaining({ name: 'Pocket', licence: 'MIT', source })]);
    expect(progress.at(-1)?.done).toBe(progress.at(-1)?.total);
  });

  test('cancelling leaves no file, and no project when it is opened', async () => {
    const [from, to] = [await aLibrary('from'), await aLibrary('to')];
    const projectId = await aFilm(from, plan);
    const path = await bundleOf(from, projectId);
    const dir = tempDir();
    const stop = new AbortController();
    const at = { projectId, outPath: join(dir, 'film.onionskin') };
    const how = { signal: stop.signal, onProgress: () => stop.abort() };
    const saving = exportBundle(from.db, from.paths, at, { clock: new FakeClock(), appVersion: '1', ...how });
    await expect(saving).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(dir)).toEqual([]);
    await expect(importBundle(to.db, to.paths, path, { ...to.options, ...how })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(to.db.get(Count, 'SELECT count(*) AS count FROM projects')).toEqual({ count: 0 });
  });
});

describe('a bundle that was packed anew elsewhere', () => {
  test("opens with another system's separators", async () => {
    const [from, to] = [await aLibrary('from'), await aLibrary('to')];
    const projectId = await aFilm(from, plan);
    const path = await bundleOf(from, projectId);
    // Only names in headers: the manifest's own paths are what the app wrote.
    const headers = /(PK[\s\S]{44}|PK[\s\S]{28})(frames|media)\//g;
    const windows = readFileSync(path, 'latin1').replace(headers, '$1$2\\');
    expect(windows).toMatch(/frames\\[0-9a-f]{64}/);
    writeFileSync(path, windows, 'latin1');
    const { projectId: copy } = await importBundle(to.db, to.paths, path, to.options);
    expect(whole(to, copy)).toEqual(whole(from, projectId));
    expect((await verifyLibrary(to.db, to.paths)).isSound).toBe(true);
  });
});

describe('a bundle that cannot be trusted', () => {
  test('cut off or changed anywhere is refused by name, and no row comes of it', async () => {
    const [from, to] = [await aLibrary('from'), await aLibrary('to')];
    const path = await bundleOf(from, await aFilm(from, plan));
    const bytes = readFileSync(path);
    const broken = join(tempDir(), 'broken.onionskin');
    for (const length of [0, 10, 21, Math.floor(bytes.length / 2), bytes.length - 1]) {
      copyFileSync(path, broken);
      truncateSync(broken, length);
      const refused = importBundle(to.db, to.paths, broken, to.options);
      await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/^media\/(unsupported|unreadable)$/) });
    }
    let refusals = 0;
    for (let at = 0; at < bytes.length; at += 97) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0xff;
      writeFileSync(broken, changed);
      // A few bytes decide nothing (dates, attributes): then the project is the same as ever.
      const outcome = await importBundle(to.db, to.paths, broken, to.options).then(
        () => 'same',
        (error: { code: string }) => error.code,
      );
      expect(outcome).toMatch(/^(same|media\/unreadable|media\/unsupported|library\/disk-full)$/);
      if (outcome !== 'same') refusals++;
      else to.db.run('DELETE FROM projects');
    }
    expect(refusals).toBeGreaterThan(10);
    expect(to.db.get(Count, 'SELECT count(*) AS count FROM projects')).toEqual({ count: 0 });
    expect((await verifyLibrary(to.db, to.paths)).isSound).toBe(true);
  }, 60_000);

  test('is not written when a frame of the project is missing; nothing is left beside it', async () => {
    const from = await aLibrary('from');
    const projectId = await aFilm(from, plan);
    rmSync(from.store.pathOf(from.takes.list(projectId)[0]!.frames[0]!));
    const dir = tempDir();
    const to = { projectId, outPath: join(dir, 'film.onionskin') };
    const writing = exportBundle(from.db, from.paths, to, { clock: new FakeClock(), appVersion: '1' });
    await expect(writing).rejects.toMatchObject({ code: 'media/unreadable' });
    expect([readdirSync(dir), existsSync(to.outPath)]).toEqual([[], false]);
  });
});
