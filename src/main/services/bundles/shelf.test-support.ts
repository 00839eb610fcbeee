/** Libraries with films in them, for the tests of bundles. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { aRecipe, aWindow } from '../../../../test/support/pocket';
import { tempDir } from '../../../../test/support/temp-dir';
import { applyDiff, documentFromRecords } from '@core/document/apply-diff';
import { emptyDiff, type DocumentDiff } from '@core/document/diff';
import { createProjectRecords } from '@core/timeline/create-project';
import { insertShot } from '@core/timeline/insert-shot';
import { silentLog } from '../../platform/log';
import { openLibrary } from '../library/library';
import { FrameStore } from '../media/frame-store';
import { ProjectVersions } from '../projects/project-versions';
import { ProjectService } from '../projects/project-service';
import { TakeStore } from '../takes/take-store';
import { exportBundle } from './export-bundle';

const rate = { num: 8, den: 1 };
const size = { width: 64, height: 64, rate, modelId: 'pocket' };
export const Count = z.object({ count: z.int() });

/** @param inMemory for hundreds of films */
export async function aLibrary(name: string, { inMemory = false } = {}) {
  const clock = new FakeClock();
  const library = await openLibrary(join(tempDir({ inMemory }), name), { clock, log: silentLog });
  onTestFinished(() => library.close());
  const { db, paths } = library;
  let last = 0;
  const newId = () => `${name}-${++last}`;
  const takes = new TakeStore(db);
  const contentsOf = (projectId: string) => ({ takes: takes.list(projectId), media: [], jobs: [] });
  const projects = new ProjectService(db, { clock, newId, contentsOf });
  const versions = new ProjectVersions(db, { clock });
  const store = new FrameStore(paths.frames);
  const options = { newId, installedModels: [{ id: 'pocket', version: aRecipe().model.version }] };
  return { db, paths, clock, takes, projects, versions, store, newId, options, inMemory };
}
export type Shelf = Awaited<ReturnType<typeof aLibrary>>;

export interface FilmPlan {
  readonly name: string;
  readonly markers: readonly { readonly frame: number; readonly name: string }[];
  readonly shots: readonly string[];
  /** By how much all shots are moved to the right, in one shift. */
  readonly shift?: number;
  readonly takes: readonly {
    readonly colours: readonly number[];
    readonly seed: number;
    readonly grows: boolean;
    readonly note: string;
  }[];
  readonly media: readonly string[];
}

/** A project with a history: one commit per marker and shot, takes that may have grown from one another, media. */
export async function aFilm(shelf: Shelf, plan: FilmPlan): Promise<string> {
  const { projects, versions, takes, store, db, newId } = shelf;
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
  for (const { name } of plan.markers) versions.name(projectId, version, name.trim());
  const sampling = { steps: 2, guidance: 3, negative: '', contextFrames: 1, framesPerWindow: null };
  plan.shots.forEach((text, i) => {
    const ids = { shotId: `shot${i}`, segmentId: `seg${i}`, clipId: `clip${i}`, blockId: `b${i}`, trackId: 'track-1' };
    commit(insertShot(document, { ...ids, ...size, sampling, text, start: i * 10, name: 'Shot', frameCount: 3 }));
  });
  const by = plan.shots.length === 0 ? 0 : (plan.shift ?? 0);
  if (by > 0) commit({ ...emptyDiff, shifts: [{ trackId: 'track-1', from: 0, by }] });
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

export async function addMedia({ paths, db, newId }: Shelf, projectId: string, content: string): Promise<string> {
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
export function whole({ db, projects, takes, paths, store }: Shelf, projectId: string) {
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

export async function bundleOf(shelf: Shelf, projectId: string): Promise<string> {
  const outPath = join(tempDir(shelf), 'film.onionskin');
  await exportBundle(shelf.db, shelf.paths, { projectId, outPath }, { clock: new FakeClock(), appVersion: '1' });
  return outPath;
}

export const plan: FilmPlan = {
  name: 'Größe — 映画',
  markers: [{ frame: 3, name: 'here' }],
  shots: ['a red ball'],
  shift: 4,
  takes: [
    { colours: [1, 2, 3], seed: 1, grows: false, note: 'first' },
    { colours: [3, 4], seed: 2, grows: true, note: '' },
  ],
  media: ['picture one'],
};
