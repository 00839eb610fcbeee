import fc from 'fast-check';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { aRecipe } from '../../../../test/support/pocket';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { tempDir } from '../../../../test/support/temp-dir';
import { applyDiff, documentFromRecords, squashDiffs } from '@core/document/apply-diff';
import { insertAudio } from '@core/timeline/insert-audio';
import { addTrack } from '@core/timeline/tracks';
import { verifyLibrary } from '../upkeep/verify-library';
import { sizeOfProject } from '../projects/project-size';
import { duplicateProject } from './duplicate-project';
import { exportBundle } from './export-bundle';
import { importBundle } from './import-bundle';
import { addMedia, aFilm, aLibrary, bundleOf, Count, plan, whole, type FilmPlan } from './shelf.test-support';

describe('a bundle', () => {
  test('out and in gives the same documents, histories, recipes, marks and files, whatever the project', async () => {
    const [from, to] = [await aLibrary('from', { inMemory: true }), await aLibrary('to', { inMemory: true })];
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const arbitrary: fc.Arbitrary<FilmPlan> = fc.record({
      name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
      markers: fc.array(fc.record({ frame: fc.nat(1_000), name: text }), { maxLength: 3 }),
      shots: fc.array(text, { maxLength: 2 }),
      shift: fc.nat(9),
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
      { numRuns: 200, seed: 6 },
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
    const updated = [{ from: segment, to: { ...segment, activeTakeId: take!.id, joins: { after: { mediaId } } } }];
    const change = { projectId, baseVersion: version, label: 'Use', source: 'edit' as const };
    from.projects.commit({ ...change, diff: { added: [still], updated, removed: [] } });
    const { projectId: copy } = await importBundle(from.db, from.paths, await bundleOf(from, projectId), from.options);
    const own = from.takes.list(copy).map(({ id }) => id);
    const opened = from.projects.open(copy).records;
    const active = opened.find((record) => record.kind === 'segment')!.activeTakeId;
    expect([own.includes(active ?? ''), active === take!.id]).toEqual([true, false]);
    const joins = opened.find((record) => record.kind === 'segment')!.joins;
    const clip = opened.find((record) => record.id === 'still');
    const source = clip?.kind === 'clip' && clip.source.type === 'still' ? clip.source.mediaId : '';
    expect(
      from.db.get(Count, 'SELECT count(*) AS count FROM media WHERE id = ? AND project_id = ?', source, copy),
    ).toEqual({ count: 1 });
    expect([joins, source === mediaId]).toEqual([{ after: { mediaId: source } }, false]);
    // The history was renamed with it: an undo must fit.
    const [undo] = from.projects.history(copy).undo.slice(-1);
    expect(undo?.diff.updated[0]?.to).toMatchObject({ activeTakeId: active });
  });

  test('takes in the trash come in as takes in the trash, into another library and in a duplicate', async () => {
    const [from, to] = [await aLibrary('from'), await aLibrary('to')];
    const projectId = await aFilm(from, plan);
    const [newest, first] = from.takes.list(projectId);
    from.takes.discard(newest!.id, 7);
    const trashed = ({ takes }: typeof from, id: string) => takes.list(id).map(({ isTrashed = false }) => isTrashed);
    const { projectId: there } = await importBundle(to.db, to.paths, await bundleOf(from, projectId), to.options);
    const copy = duplicateProject(from.db, projectId, { newId: from.newId, now: 9 });
    expect([first?.isTrashed, trashed(from, projectId)]).toEqual([undefined, [true, false]]);
    expect([trashed(to, there), trashed(from, copy)]).toEqual([
      [true, false],
      [true, false],
    ]);
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
