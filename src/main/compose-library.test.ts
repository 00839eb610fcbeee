/** The library's own features through the whole studio: history, re-render, upkeep, backups, bundles. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { FakeClock } from '../../test/fakes/fake-clock';
import { FakeEngineProcess } from '../../test/fakes/fake-engine-process';
import { aWindow } from '../../test/support/pocket';
import { tempDir } from '../../test/support/temp-dir';
import { openStudio } from './compose';
import { silentLog } from './platform/log';
import type { Studio } from './studio';

const opened: Studio[] = [];
afterEach(async () => {
  for (const studio of opened.splice(0)) await studio.close();
});

async function open(dir: string, more: { threads?: number; appVersion?: string } = {}): Promise<Studio> {
  const noChild = () => {
    throw new Error('this test starts no such child');
  };
  const studio = await openStudio({
    ...{ libraryDir: dir, embeddedModelsDir: resolve('resources/models'), spawnExporter: noChild, spawnProbe: noChild },
    ...{ spawnEngine: () => new FakeEngineProcess(), appVersion: '0.0.0', threads: 1, log: silentLog },
    clock: new FakeClock(),
    ...more,
  });
  opened.push(studio);
  return studio;
}

const newProject = { name: 'Film', rate: { num: 8, den: 1 }, width: 64, height: 64, modelId: 'pocket' };

async function aTake(studio: Studio, projectId: string | null): Promise<string> {
  const shape = {
    role: 'first' as const,
    width: 64,
    height: 64,
    rate: { num: 8, den: 1 },
    steps: 3,
    guidance: 3,
    seed: 7,
  };
  const draft = {
    ...shape,
    modelId: 'pocket',
    frameCount: 3,
    known: [],
    windows: [aWindow({ frames: 3, keepTo: 3, seed: 7 })],
  };
  const run = { projectId, shotId: 'shot', segmentId: 'segment', parentTakeId: null, draft };
  const job = await studio.jobs.settled(await studio.jobs.generate(run));
  return job.takeId ?? '';
}

test('a take is found, starred, noted, and re-rendered to the same frames with the inputs of now', async () => {
  const dir = tempDir();
  const first = await open(dir);
  const projectId = first.projects.create(newProject);
  const takeId = await aTake(first, projectId);
  first.takes.star(takeId, true);
  first.takes.note(takeId, 'for the ending');
  await first.close();

  const studio = await open(dir, { threads: 4, appVersion: '9.0.0' });
  const found = studio.history.search({ text: 'ending bounc', isStarred: true });
  expect(found.runs.map((run) => [run.takeId, run.projectName, run.frameCount])).toEqual([[takeId, 'Film', 3]]);
  const job = await studio.jobs.settled(await studio.takes.rerender(takeId));
  const again = studio.takes.get(job.takeId ?? '');
  expect([job.state, again.projectId, again.recipe.threads]).toEqual(['done', null, 1]);
  expect(await studio.takes.compare(takeId, again.view.id)).toEqual({
    ...{ isIdentical: true, framesCompared: 3, differingFrames: 0, worstPsnrDb: null },
    differences: [{ input: 'versions.app', before: '0.0.0', now: '9.0.0' }],
  });
  expect(studio.takes.list(projectId).map(({ id }) => id)).toEqual([takeId]);
  expect(studio.takes.whereUsed(takeId)).toMatchObject({ projectName: 'Film', clips: [], children: [] });
});

test('a project in the trash gives its space back, and its bundle brings it into another library', async () => {
  const dir = tempDir();
  const studio = await open(dir);
  const projectId = studio.projects.create(newProject);
  const takeId = await aTake(studio, projectId);
  const { frames } = studio.takes.get(takeId).view;
  const bundle = join(tempDir(), 'film.onionskin');
  await studio.bundles.export(projectId, bundle);
  studio.projects.trash(projectId);
  const plan = await studio.library.reclaimPlan();
  expect(plan.items).toMatchObject([{ kind: 'trashed-project', projectId, takes: 1, files: 3 }]);
  expect((await studio.library.reclaim(plan)).filesRemoved).toBe(3);
  expect(frames.map((hash) => existsSync(studio.frames.pathOf(hash)))).toEqual([false, false, false]);
  expect((await studio.library.verify()).isSound).toBe(true);

  const other = await open(tempDir());
  const imported = await other.bundles.import(bundle);
  expect(imported).toMatchObject({ projectName: 'Film', takes: 1, frames: 3, media: 0, missingModels: [] });
  expect(other.takes.list(imported.projectId)[0]?.frames).toEqual(frames);
  expect((await other.library.verify()).isSound).toBe(true);
});

test('a backup is restored when the library is opened again', async () => {
  const dir = tempDir();
  const studio = await open(dir);
  studio.projects.create(newProject);
  await studio.library.backUpIfDue();
  const [backup] = await studio.library.backups();
  studio.projects.create({ ...newProject, name: 'Later' });
  await studio.library.restoreBackup(backup?.name ?? '');
  await studio.close();
  expect((await open(dir)).projects.list().map(({ name }) => name)).toEqual(['Film']);
});
