import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { applyDiff, documentFromRecords, reverseDiff } from '@core/document/apply-diff';
import type { DocumentDiff } from '@core/document/diff';
import type { Document, DocumentRecord, MarkerRecord } from '@core/document/records';
import { createProjectRecords } from '@core/timeline/create-project';
import { insertStill } from '@core/timeline/insert-still';
import { trimClip } from '@core/timeline/trim';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { tempDir } from '../../../../test/support/temp-dir';
import { silentLog } from '../../platform/log';
import { openLibrary, type Library } from '../library/library';
import { foldJournal, HISTORY_MAX, historyAfter, noHistory } from './journal-history';
import { ProjectService } from './project-service';

const newProject = { name: 'Über Film 1', rate: { num: 24000, den: 1001 }, width: 128, height: 128, modelId: 'pocket' };
const aStill = { clipId: 'still', trackId: 'track-1', duration: 7, mediaId: 'm', name: 'Bild' } as const;
const Count = z.object({ n: z.int() });

const opened: Library[] = [];
afterEach(async () => {
  for (const library of opened.splice(0)) await library.close();
});

async function openService(dir = tempDir()) {
  const library = await openLibrary(dir, { clock: new FakeClock(), log: silentLog });
  opened.push(library);
  const contentsOf = () => ({ takes: [], media: [], jobs: [] });
  return {
    library,
    dir,
    service: new ProjectService(library.db, { clock: new FakeClock(), newId: randomUUID, contentsOf }),
  };
}

function aMarker(id: string, frame: number): MarkerRecord {
  return { kind: 'marker', id, frame, name: `Größe ${frame}` };
}

function adding(...added: DocumentRecord[]): DocumentDiff {
  return { added, updated: [], removed: [] };
}

test('a project from before there was sound opens, is edited and undone', async () => {
  const { service, library } = await openService();
  const projectId = service.create(newProject);
  // As its rows and its journal were then: tracks without a type, and nothing solo.
  for (const [table, column] of [
    ['records', 'json'],
    ['journal', 'diff'],
  ] as const)
    library.db.run(
      `UPDATE ${table} SET ${column} = replace(replace(${column}, '"type":"video",', ''), ',"isSolo":false', '')`,
    );
  const old = z.object({ json: z.string() });
  const rows = library.db.all(old, "SELECT json FROM records WHERE kind = 'track'").map(({ json }) => json);
  expect(rows.join('')).not.toMatch(/type|isSolo/);
  const before = service.open(projectId);
  const track = before.records.find((record) => record.kind === 'track')!;
  expect(track).toMatchObject({ type: 'video', isSolo: false });
  const diff = { added: [], updated: [{ from: track, to: { ...track, isHidden: true } }], removed: [] };
  const edit = { projectId, label: 'Hide', diff } as const;
  const { version } = service.commit({ ...edit, source: 'edit', baseVersion: before.version });
  service.commit({ ...edit, source: 'undo', diff: reverseDiff(diff), baseVersion: version });
  expect(service.open(projectId).records).toEqual(before.records);
});

test('a ripple is small in the journal whatever it moves; saved, reopened, undone and joined it is what memory holds', async () => {
  const { service, library, dir } = await openService();
  const clips = Array.from({ length: 400 }, (_, i): DocumentRecord => {
    const at = { trackId: 'track-1', start: i * 10, duration: 10, sourceIn: 0 };
    return { kind: 'clip', id: `c${i}`, source: { type: 'still', mediaId: 'm' }, name: `Bild ${i}`, ...at };
  });
  const projectId = service.createFrom([...createProjectRecords(newProject), ...clips]);
  let { version } = service.open(projectId);
  let document: Document = documentFromRecords(service.open(projectId).records);
  const start = new Map(document);
  const commit = (source: 'edit' | 'amend' | 'undo', diff: DocumentDiff) => {
    ({ version } = service.commit({ projectId, baseVersion: version, label: 'Ripple', source, diff }));
    document = applyDiff(document, diff);
    // From the rows, not from what the service has in memory.
    const fresh = new ProjectService(library.db, {
      clock: new FakeClock(),
      newId: randomUUID,
      contentsOf: () => ({ takes: [], media: [], jobs: [] }),
    });
    expect(new Map(documentFromRecords(fresh.open(projectId).records))).toEqual(new Map(document));
  };
  commit('edit', trimClip(document, 'c100', 'end', 1_004, { ripple: true }));
  expect([document.get('c100'), document.get('c399')]).toMatchObject([{ duration: 4 }, { start: 3_984 }]);
  commit('amend', trimClip(document, 'c200', 'start', 1_999, { ripple: true }));
  commit('amend', insertStill(document, { ...aStill, start: 500, mode: 'insert' }));
  const size = library.db.get(Count, 'SELECT max(length(diff)) AS n FROM journal WHERE version > 1');
  expect(size?.n).toBeLessThan(2_500);
  await library.close();

  const later = await openService(dir);
  const reopened = later.service.open(projectId);
  expect(new Map(documentFromRecords(reopened.records))).toEqual(new Map(document));
  const [entry, ...others] = reopened.history.undo;
  expect(others).toEqual([]);
  expect(new Map(applyDiff(document, reverseDiff(entry!.diff)))).toEqual(start);
});

describe('commit', () => {
  test('writes records, journal and version together, and reads back what it wrote', async () => {
    const { service, library, dir } = await openService();
    const projectId = service.create(newProject);
    const before = service.open(projectId);
    const diff = adding(aMarker('m1', 7));
    const { version } = service.commit({
      projectId,
      baseVersion: before.version,
      label: 'Add marker',
      source: 'edit',
      diff,
    });
    expect(version).toBe(before.version + 1);
    await library.close();

    const { service: later } = await openService(dir);
    const after = later.open(projectId);
    expect(documentFromRecords(after.records)).toEqual(applyDiff(documentFromRecords(before.records), diff));
    expect(after).toMatchObject({ version, history: { undo: [{ label: 'Add marker', diff }], redo: [] }, view: null });
  });

  test('a change made on another version is refused and changes nothing', async () => {
    const { service } = await openService();
    const projectId = service.create(newProject);
    const { version } = service.open(projectId);
    const commit = (id: string) =>
      service.commit({ projectId, baseVersion: version, label: 'Add', source: 'edit', diff: adding(aMarker(id, 1)) });
    commit('m1');
    expect(() => commit('m2')).toThrow(expect.objectContaining({ code: 'project/stale-version' }));
    expect(service.open(projectId).records.filter(({ kind }) => kind === 'marker')).toEqual([aMarker('m1', 1)]);
  });

  test('a diff that does not fit the document, or breaks its rules, leaves rows and version as they were', async () => {
    const { service, library } = await openService();
    const projectId = service.create(newProject);
    const { version, records } = service.open(projectId);
    const clip: DocumentRecord = {
      kind: 'clip',
      id: 'c1',
      trackId: 'no-such-track',
      source: { type: 'still', mediaId: 'm' },
      name: 'c',
      start: 0,
      duration: 5,
      sourceIn: 0,
    };
    const bad = [adding(clip), { added: [], updated: [], removed: [aMarker('ghost', 1)] }, adding(aMarker('x', -1))];
    for (const diff of bad)
      expect(() => service.commit({ projectId, baseVersion: version, label: 'Bad', source: 'edit', diff })).toThrow();
    expect(service.open(projectId)).toMatchObject({ version, records });
    expect(library.db.get(Count, 'SELECT count(*) AS n FROM journal')).toEqual({ n: 1 });
  });

  test("renaming in the document renames the project's row", async () => {
    const { service } = await openService();
    const projectId = service.create(newProject);
    const { version, records } = service.open(projectId);
    const from = records.find((record) => record.kind === 'project');
    if (from?.kind !== 'project') throw new Error('no project record');
    const updated = [{ from, to: { ...from, name: '映画' } }];
    service.commit({
      projectId,
      baseVersion: version,
      label: 'Rename',
      source: 'edit',
      diff: { added: [], updated, removed: [] },
    });
    expect(service.list().map(({ name }) => name)).toEqual(['映画']);
  });

  test.each([
    ['which are no JSON', "json || '{'"],
    ['of another form', `json_set(json, '$.name', 7)`],
    ['of which one is two', `json || ',' || json`],
  ])('records %s are named, and nothing is opened', async (_, broken) => {
    const first = await openService();
    const projectId = first.service.create(newProject);
    first.library.db.run(`UPDATE records SET json = ${broken} WHERE kind = 'track' AND project_id = ?`, projectId);
    const corrupt = expect.objectContaining({
      code: 'library/corrupt',
      detail: expect.objectContaining({ field: 'records.json' }) as object,
    }) as Error;
    expect(() => first.service.open(projectId)).toThrow(corrupt);
  });

  test('an unknown project is named', async () => {
    const { service } = await openService();
    expect(() => service.open('nope')).toThrow(expect.objectContaining({ code: 'project/not-found' }));
  });
});

describe('history', () => {
  test('is rebuilt from the journal: undo and redo move entries, a new edit clears redo, session changes are in neither', async () => {
    const { service, library, dir } = await openService();
    const projectId = service.create(newProject);
    let { version } = service.open(projectId);
    const commit = (label: string, source: 'edit' | 'undo' | 'redo' | 'session', diff: DocumentDiff) => {
      ({ version } = service.commit({ projectId, baseVersion: version, label, source, diff }));
    };
    const [a, b, c, d] = [1, 2, 3, 4].map((n) => adding(aMarker(`m${n}`, n)));
    if (!a || !b || !c || !d) throw new Error('four diffs');
    commit('A', 'edit', a);
    commit('B', 'edit', b);
    commit('B', 'undo', reverseDiff(b));
    commit('B', 'redo', b);
    commit('S', 'session', d);
    commit('B', 'undo', reverseDiff(b));
    const history = { undo: [{ label: 'A', diff: a }], redo: [{ label: 'B', diff: b }] };
    expect(service.history(projectId)).toEqual(history);
    await library.close();

    const later = await openService(dir);
    expect(later.service.open(projectId).history).toEqual(history);
    later.service.commit({ projectId, baseVersion: version, label: 'C', source: 'edit', diff: c });
    const undo = [
      { label: 'A', diff: a },
      { label: 'C', diff: c },
    ];
    expect(later.service.history(projectId)).toEqual({ undo, redo: [] });
  });

  test('a change that joins the last edit is stored at once and undone with it, after a restart too', async () => {
    const { service, library, dir } = await openService();
    const projectId = service.create(newProject);
    let { version } = service.open(projectId);
    const commit = (target: ProjectService, source: 'edit' | 'amend' | 'undo', diff: DocumentDiff) => {
      ({ version } = target.commit({ projectId, baseVersion: version, label: 'Name marker', source, diff }));
    };
    const named = (name: string): MarkerRecord => ({ kind: 'marker', id: 'm', frame: 1, name });
    const renaming = (from: string, to: string): DocumentDiff => ({
      added: [],
      updated: [{ from: named(from), to: named(to) }],
      removed: [],
    });
    commit(service, 'edit', adding(aMarker('other', 4)));
    commit(service, 'edit', adding(named('a')));
    commit(service, 'amend', renaming('a', 'a bo'));
    commit(service, 'amend', renaming('a bo', 'a boat'));
    const undo = [
      { label: 'Name marker', diff: adding(aMarker('other', 4)) },
      { label: 'Name marker', diff: adding(named('a boat')) },
    ];
    expect(service.history(projectId)).toEqual({ undo, redo: [] });
    await library.close();

    const { service: later } = await openService(dir);
    const reopened = later.open(projectId);
    expect(reopened).toMatchObject({ version, history: { undo, redo: [] } });
    expect(documentFromRecords(reopened.records).get('m')).toEqual(named('a boat'));
    commit(later, 'undo', reverseDiff(adding(named('a boat'))));
    expect(documentFromRecords(later.open(projectId).records).has('m')).toBe(false);
  });

  test('nothing joins an edit that is not there, and what does not fit leaves the journal as it was', async () => {
    const { service, library } = await openService();
    const projectId = service.create(newProject);
    const { version } = service.open(projectId);
    const input = { projectId, label: 'x', source: 'amend' as const };
    expect(() => service.commit({ ...input, baseVersion: version, diff: adding(aMarker('m', 1)) })).toThrow(
      expect.objectContaining({ code: 'input/invalid' }),
    );
    service.commit({ ...input, source: 'edit', baseVersion: version, diff: adding(aMarker('m', 1)) });
    const ghost = { added: [], updated: [], removed: [aMarker('ghost', 1)] };
    expect(() => service.commit({ ...input, baseVersion: version + 1, diff: ghost })).toThrow();
    expect(library.db.get(Count, 'SELECT count(*) AS n FROM journal')).toEqual({ n: 2 });
    expect(service.open(projectId).version).toBe(version + 1);
  });

  test('undo with nothing to undo is refused', async () => {
    const { service } = await openService();
    const projectId = service.create(newProject);
    const { version } = service.open(projectId);
    const undo = {
      projectId,
      baseVersion: version,
      label: 'x',
      source: 'undo' as const,
      diff: adding(aMarker('m', 1)),
    };
    expect(() => service.commit(undo)).toThrow(expect.objectContaining({ code: 'input/invalid' }));
  });

  test('keeps the last 200 edits', () => {
    const steps = Array.from({ length: 450 }, (_, i) => ({ version: i + 1, source: 'edit' as const }));
    const { undo } = foldJournal(steps);
    expect([undo.length, undo[0], undo.at(-1)]).toEqual([HISTORY_MAX, 251, 450]);
    expect(historyAfter(noHistory, 1, 'redo')).toBeNull();
  });
});

describe('the list', () => {
  test('has clip counts and the newest poster, last changed first, without what is in the trash', async () => {
    const { service, library } = await openService();
    const older = service.create({ ...newProject, name: 'older' });
    const newer = service.create({ ...newProject, name: 'newer' });
    const trashed = service.create({ ...newProject, name: 'trashed' });
    service.trash(trashed);
    const hash = 'a'.repeat(64);
    library.db.run('INSERT INTO frames VALUES (?, 1)', hash);
    const take = `INSERT INTO takes (id, project_id, shot_id, segment_id, seed, recipe, recipe_hash, created_at)
                  VALUES ('t', ?, 's', 'g', 1, '{}', ?, 1)`;
    library.db.run(take, older, hash);
    library.db.run("INSERT INTO take_frames VALUES ('t', 0, ?)", hash);
    library.db.run("INSERT INTO records VALUES (?, 'c', 'clip', '{}')", older);
    expect(
      service.list().map(({ name, clipCount, posterFrame, rate }) => ({ name, clipCount, posterFrame, rate })),
    ).toEqual([
      { name: 'newer', clipCount: 0, posterFrame: null, rate: newProject.rate },
      { name: 'older', clipCount: 1, posterFrame: hash, rate: newProject.rate },
    ]);
    expect(service.list('trash').map(({ id, trashedAt }) => [id, trashedAt !== null])).toEqual([[trashed, true]]);
    service.setArchived(trashed, true);
    service.restore(trashed);
    // It comes back to where it was.
    expect(service.list('archive').map(({ id }) => id)).toEqual([trashed]);
    service.setArchived(trashed, false);
    expect(
      service
        .list()
        .map(({ id }) => id)
        .sort(),
    ).toEqual([older, newer, trashed].sort());
  });

  test('remembers which was opened last and where the artist was looking', async () => {
    const { service, library, dir } = await openService();
    expect(service.lastOpened()).toBeNull();
    const first = service.create(newProject);
    const second = service.create(newProject);
    service.open(second);
    service.open(first);
    const view = { playhead: 12, pixelsPerFrame: 3.5, scrollX: 0, selection: ['c1'] };
    service.saveView(first, view);
    await library.close();
    const later = await openService(dir);
    expect(later.service.lastOpened()).toBe(first);
    expect(later.service.open(first).view).toEqual(view);
    later.service.trash(first);
    expect(later.service.lastOpened()).toBe(second);
  });
});

test('kill -9 during commits loses no acknowledged one and leaves a sound database', { timeout: 60_000 }, async () => {
  const { library, dir, service } = await openService();
  const projectId = service.create(newProject);
  await library.close();
  // The same settings and statements as a commit, in a process that can be killed; it prints what it was told is stored.
  const script = `
    const db = new (require('better-sqlite3'))(process.argv[1]);
    db.pragma('journal_mode = WAL'); db.pragma('synchronous = FULL');
    const id = process.argv[2];
    const commit = db.transaction(() => {
      const version = db.prepare('SELECT version FROM projects WHERE id = ?').pluck().get(id) + 1;
      const marker = { kind: 'marker', id: 'm' + version, frame: version, name: '' };
      db.prepare('INSERT INTO records VALUES (?, ?, ?, ?)').run(id, marker.id, 'marker', JSON.stringify(marker));
      const diff = JSON.stringify({ added: [marker], updated: [], removed: [] });
      db.prepare("INSERT INTO journal VALUES (?, ?, 'Add', 'edit', ?, 1)").run(id, version, diff);
      db.prepare('UPDATE projects SET version = ? WHERE id = ?').run(version, id);
      return version;
    });
    for (;;) require('fs').writeSync(1, commit.immediate() + '\\n');`;
  for (const commits of [1, 7, 40]) {
    const args = ['-e', script, join(dir, 'library.sqlite'), projectId];
    const child = spawn(process.execPath, args, { cwd: resolve('.'), stdio: ['ignore', 'pipe', 'inherit'] });
    let lines: string[] = [];
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      lines = text.split('\n').slice(0, -1);
      if (lines.length >= commits) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const acknowledged = Number(lines.at(-1));
    const later = await openService(dir);
    expect(later.library.db.pragma('integrity_check')).toBe('ok');
    const { version, records } = later.service.open(projectId);
    expect(version).toBeGreaterThanOrEqual(acknowledged);
    expect(records.filter(({ kind }) => kind === 'marker')).toHaveLength(version - 1);
    await later.library.close();
  }
});
