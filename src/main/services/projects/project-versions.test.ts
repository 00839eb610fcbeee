import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { tempDir } from '../../../../test/support/temp-dir';
import { addMarker, removeMarker } from '@core/timeline/markers';
import type { Document } from '@core/document/records';
import { silentLog } from '../../platform/log';
import { openLibrary } from '../library/library';
import { ProjectService } from './project-service';
import { ProjectVersions } from './project-versions';

async function aProject() {
  const clock = new FakeClock();
  const { db, close } = await openLibrary(join(tempDir(), 'library'), { clock, log: silentLog });
  onTestFinished(() => close());
  let last = 0;
  const contentsOf = () => ({ takes: [], media: [], jobs: [] });
  const projects = new ProjectService(db, { clock, newId: () => `id-${++last}`, contentsOf });
  const size = { rate: { num: 24, den: 1 }, width: 64, height: 32, modelId: 'pocket' };
  const projectId = projects.create({ name: 'Film', ...size });
  const versions = new ProjectVersions(db, { clock });
  const edit = (make: (doc: Document) => ReturnType<typeof addMarker>, label = 'Edit') => {
    clock.wallMs += 10;
    const { version, document } = projects.document(projectId);
    projects.commit({ projectId, baseVersion: version, label, source: 'edit', diff: make(document) });
  };
  const undo = () => {
    clock.wallMs += 10;
    const { version } = projects.document(projectId);
    const [entry] = projects.history(projectId).undo.slice(-1);
    const { added, updated, removed } = entry!.diff;
    const back = { added: removed, updated: updated.map(({ from, to }) => ({ from: to, to: from })), removed: added };
    projects.commit({ projectId, baseVersion: version, label: entry!.label, source: 'undo', diff: back });
  };
  return { projects, versions, projectId, edit, undo };
}

const byId = (records: Iterable<{ readonly id: string }>) => [...records].sort((a, b) => (a.id < b.id ? -1 : 1));

test('every version is what the project was after that change, in whatever order they are looked at', async () => {
  const { projects, versions, projectId, edit, undo } = await aProject();
  const was = new Map([[1, byId(projects.document(projectId).document.values())]]);
  for (let i = 0; i < 30; i++) {
    if (i % 7 === 6) undo();
    else if (i % 5 === 4 && was.get(projects.document(projectId).version)?.some(({ id }) => id === `m${i - 1}`))
      edit((doc) => removeMarker(doc, `m${i - 1}`));
    else edit((doc) => addMarker(doc, { id: `m${i}`, frame: i, name: `${i}` }));
    const { version, document } = projects.document(projectId);
    was.set(version, byId(document.values()));
  }
  fc.assert(
    fc.property(fc.constantFrom(...was.keys()), (version) => {
      expect(byId(versions.at(projectId, version).records)).toEqual(was.get(version));
    }),
    { numRuns: 60 },
  );
  expect(projects.document(projectId).version).toBe(31);
});

test('stops are the changes, not the undos, and the last is now; a version ends when the next change comes', async () => {
  const { versions, projectId, edit, undo } = await aProject();
  edit((doc) => addMarker(doc, { id: 'a', frame: 1, name: '' }), 'Add marker');
  edit((doc) => addMarker(doc, { id: 'b', frame: 2, name: '' }));
  undo();
  expect(versions.list(projectId)).toEqual({ current: 4, stops: [1, 2, 3, 4], named: [] });
  edit((doc) => addMarker(doc, { id: 'c', frame: 3, name: '' }));
  expect(versions.list(projectId).stops).toEqual([1, 2, 3, 5]);
  const [second, third] = [versions.at(projectId, 2), versions.at(projectId, 3)];
  expect([second.label, second.until]).toEqual(['Add marker', third.createdAt]);
  expect(versions.at(projectId, 5).until).toBeNull();
});

test('a version has one name, that can be changed and taken away', async () => {
  const { versions, projectId, edit } = await aProject();
  edit((doc) => addMarker(doc, { id: 'a', frame: 1, name: '' }));
  versions.name(projectId, 2, 'rough cut');
  versions.name(projectId, 1, 'empty');
  versions.name(projectId, 2, 'first cut');
  expect(versions.named(projectId).map(({ version, name }) => [version, name])).toEqual([
    [1, 'empty'],
    [2, 'first cut'],
  ]);
  versions.name(projectId, 1, '');
  expect(versions.named(projectId)).toHaveLength(1);
  for (const version of [0, 3, 999]) expect(() => versions.name(projectId, version, 'x')).toThrow('no such version');
  expect(() => versions.at(projectId, 3)).toThrow('no such version');
  expect(() => versions.list('nobody')).toThrow('not in the library');
});
