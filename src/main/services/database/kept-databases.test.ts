/**
 * A database file of each released schema, kept for ever in test/fixtures/libraries and opened by the app of today. The
 * file of a new schema is written once, by this test with ONIONSKIN_KEEP_SCHEMA=1; one that is there is never written
 * again.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import type { Recipe } from '@contracts/recipe';
import { aRecipe, aWindow } from '../../../../test/support/pocket';
import { tempDir } from '../../../../test/support/temp-dir';
import { applyDiff, documentFromRecords } from '@core/document/apply-diff';
import type { DocumentDiff } from '@core/document/diff';
import { createProjectRecords } from '@core/timeline/create-project';
import { insertShot } from '@core/timeline/insert-shot';
import { silentLog } from '../../platform/log';
import { libraryPaths } from '../../platform/paths';
import { RunHistory } from '../history/run-history';
import { openLibrary } from '../library/library';
import { FrameStore } from '../media/frame-store';
import { MediaService } from '../media/media-service';
import { ProjectService } from '../projects/project-service';
import { ProjectVersions } from '../projects/project-versions';
import { JobStore } from '../queue/job-store';
import { SettingStore } from '../settings/setting-store';
import { recipeHash } from '../takes/recipe-hash';
import { TakeStore } from '../takes/take-store';
import type { LibraryDatabase } from './library-database';
import { releasedMigrations } from './migrations/released';
import { openDatabase } from './open';

const folder = resolve('test/fixtures/libraries');
const fileOf = (version: number) => join(folder, `schema-${String(version).padStart(2, '0')}.sqlite.gz`);
const versions = releasedMigrations.map(({ version }) => version);

const rate = { num: 8, den: 1 };
const size = { width: 64, height: 64, rate, modelId: 'pocket' };
const created = createProjectRecords({ name: 'Größe — 映画', ...size });
const ids = { shotId: 'shot', segmentId: 'segment', clipId: 'clip', blockId: 'block', trackId: 'track-1' };
const sampling = { steps: 2, guidance: 3, negative: '', contextFrames: 1, framesPerWindow: null };
const planned = { ...ids, ...size, sampling, text: 'a red ball', start: 0, name: 'Shot', frameCount: 9 };
const shot = insertShot(documentFromRecords(created), planned);
const film = applyDiff(documentFromRecords(created), shot);
/** The model as it was when the files were made; the one of today is another version. */
const model = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as Recipe['model'];
const recipe = aRecipe({ model, seed: 4_294_967_295, windows: [aWindow({ prompt: 'a kept red ball' })] });
const hash = (digit: string) => digit.repeat(64);

/** What an artist would have had, as far as the schema knows it. */
function fill(db: LibraryDatabase, version: number): void {
  const json = (value: unknown) => JSON.stringify(value);
  const journal = (at: number, label: string, source: string, diff: DocumentDiff) =>
    db.run('INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)', 'film', at, label, source, json(diff), at);
  db.run(
    'INSERT INTO projects (id, name, version, created_at, updated_at, opened_at) VALUES (?, ?, 2, 1, 2, 3)',
    ...['film', 'Größe — 映画'],
  );
  for (const record of film.values())
    db.run('INSERT INTO records VALUES (?, ?, ?, ?)', 'film', record.id, record.kind, json(record));
  journal(1, 'Create project', 'session', { added: created, updated: [], removed: [] });
  journal(2, 'Insert shot', 'edit', shot);
  if (version >= 2) {
    for (const digit of ['a', 'b', 'c']) db.run('INSERT INTO frames VALUES (?, 4)', hash(digit));
    db.run(
      `INSERT INTO takes (id, project_id, shot_id, segment_id, parent_take_id, seed, recipe, recipe_hash, created_at)
       VALUES ('take', 'film', 'shot', 'segment', NULL, ?, ?, ?, 5)`,
      ...[recipe.seed, json(recipe), recipeHash(recipe)],
    );
    for (const [at, digit] of ['a', 'b'].entries())
      db.run("INSERT INTO take_frames VALUES ('take', ?, ?)", at, hash(digit));
    db.run(
      `INSERT INTO media (id, project_id, name, file, width, height, bytes, sha256, created_at)
       VALUES ('picture', 'film', 'Bild.png', ?, 3, 4, 5, ?, 6)`,
      ...[`dd/${hash('d')}.png`, hash('d')],
    );
    db.run('INSERT INTO fitted_frames VALUES (?, 64, 64, ?)', hash('d'), hash('c'));
  }
  if (version >= 3) {
    const payload = { kind: 'generate', shotId: 'shot', segmentId: 'segment', parentTakeId: null, recipe };
    const error = { code: 'engine/out-of-memory', message: 'no memory', detail: {} };
    for (const state of ['queued', 'failed', 'interrupted'])
      db.run(
        `INSERT INTO jobs (id, project_id, kind, state, title, shot_id, segment_id, seed, frame_count, payload, error,
                           queue_place, created_at)
         VALUES (?, 'film', 'generate', ?, 'a kept red ball', 'shot', 'segment', 7, 9, ?, ?, 1, 7)`,
        ...[state, state, json(payload), state === 'failed' ? json(error) : null],
      );
    db.run("INSERT INTO job_frames VALUES ('interrupted', 0, ?)", hash('a'));
    db.run(
      `INSERT INTO calibration (model_id, model_version, step_units, step_ms, pixels, decode_ms, overhead_ms, created_at)
       VALUES ('pocket', '1', 2.5, 3, 4096, 5, 6, 8)`,
    );
  }
  if (version >= 5) db.run("UPDATE runs SET is_starred = 1, note = 'keep' WHERE take_id = 'take'");
  if (version >= 6) db.run(`INSERT INTO app_settings VALUES ('palette.recent', '["media.import"]', 9)`);
  if (version >= 7) db.run("UPDATE takes SET draft_key = 'key'");
  if (version >= 8)
    db.run(
      `INSERT INTO media (id, project_id, name, file, sample_rate, channels, samples, bytes, sha256, created_at)
       VALUES ('sound', 'film', 'Ton.wav', ?, 44100, 2, 96000, 5, ?, 10)`,
      ...[`ee/${hash('e')}.wav`, hash('e')],
    );
  if (version >= 9) db.run("INSERT INTO named_versions VALUES ('film', 1, 'empty', 11)");
  if (version >= 12) db.run("UPDATE media SET place = '/elsewhere/Ton.wav' WHERE id = 'sound'");
  if (version >= 13) db.run("INSERT INTO trashed_takes VALUES ('take', 12)");
}

async function keep(version: number): Promise<void> {
  const paths = libraryPaths(tempDir());
  mkdirSync(paths.frames);
  const migrations = releasedMigrations.slice(0, version);
  const db = await openDatabase(paths, { clock: new FakeClock(), log: silentLog, migrations, wasUnclean: false });
  db.transaction(() => fill(db, version));
  db.execute('VACUUM');
  db.pragma('journal_mode = DELETE');
  db.close();
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(version), gzipSync(readFileSync(paths.database), { level: 9 }), { flag: 'wx' });
}

test.each(versions)('the kept library of schema %i opens with all it has', async (version) => {
  if (process.env['ONIONSKIN_KEEP_SCHEMA'] === '1' && !existsSync(fileOf(version))) await keep(version);
  const dir = tempDir();
  writeFileSync(libraryPaths(dir).database, gunzipSync(readFileSync(fileOf(version))));
  const clock = new FakeClock();
  const { db, paths, close } = await openLibrary(dir, { clock, log: silentLog });
  onTestFinished(() => close());
  expect(db.pragma('integrity_check')).toBe('ok');

  const [takes, jobs, history] = [new TakeStore(db), new JobStore(db), new RunHistory(db)];
  const contentsOf = (id: string) => ({ takes: takes.list(id), media: [], jobs: jobs.listOfProject(id) });
  const projects = new ProjectService(db, { clock, newId: () => 'new', contentsOf });
  const opened = projects.open('film');
  expect(new Map(opened.records.map((record) => [record.id, record]))).toEqual(new Map(film));
  expect(opened.history.undo.map(({ label }) => label)).toEqual(['Insert shot']);
  expect(new ProjectVersions(db, { clock }).at('film', 1).records).toHaveLength(created.length);
  if (version >= 2) {
    expect(opened.takes).toMatchObject([
      { id: 'take', frames: [hash('a'), hash('b')], recipeHash: recipeHash(recipe) },
    ]);
    expect(takes.get('take').recipe).toEqual(recipe);
    const how = { mediaDir: paths.media, frames: new FrameStore(paths.frames), clock, newId: () => 'new' };
    const media = new MediaService(db, { ...how, onAdded: () => undefined }).list('film');
    expect(media[0]).toMatchObject({ id: 'picture', kind: 'image', width: 3, height: 4, name: 'Bild.png' });
    if (version >= 8) expect(media[1]).toMatchObject({ id: 'sound', kind: 'sound', samples: 96_000 });
    if (version >= 12) expect(media[1]).toMatchObject({ isLinked: true });
    const found = history.search({ text: 'kept red' }).runs.map(({ takeId, note }) => [takeId, note]);
    expect(found).toContainEqual(['take', version >= 5 ? 'keep' : '']);
  }
  if (version >= 3) {
    const states = opened.jobs.map(({ id, state, error }) => [id, state, error?.code ?? null]).sort();
    expect(states).toEqual([
      ['failed', 'failed', 'engine/out-of-memory'],
      ['interrupted', 'interrupted', null],
      ['queued', 'queued', null],
    ]);
    expect(jobs.payload('queued')).toMatchObject({ kind: 'generate', recipe: { seed: recipe.seed } });
  }
  if (version >= 6) expect(new SettingStore(db, { clock }).get('palette.recent')).toEqual(['media.import']);
  if (version >= 7) expect(opened.takes[0]?.draftKey).toBe('key');
  if (version >= 13) expect(opened.takes[0]?.isTrashed).toBe(true);
  if (version >= 9) expect(new ProjectVersions(db, { clock }).named('film')).toMatchObject([{ name: 'empty' }]);
});
