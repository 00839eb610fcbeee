import { describe, expect, it } from 'vitest';
import { recordOf } from '@core/document/access';
import { AppError } from '@core/errors';
import { deleteClips } from '@core/timeline/delete-clips';
import { moveClip } from '@core/timeline/move';
import { setPromptText } from '@core/timeline/prompt-blocks';
import { renameProject } from '@core/timeline/project-settings';
import { openSession } from './session.test-support';

const toV1 = (start: number) => ({ trackId: 'track-1', start });

describe('editing a project', () => {
  it('shows an edit at once and writes it to the library as one undo entry', async () => {
    const { session, library } = openSession();
    expect(session.edit('Rename', (doc) => renameProject(doc, 'Sea'))).toBe(true);
    expect(session.project.name).toBe('Sea');
    expect(session.history.undo.map((entry) => entry.label)).toEqual(['Rename']);
    await session.commits.settled();
    expect(library.commits.map(({ label, source }) => ({ label, source }))).toEqual([
      { label: 'Rename', source: 'edit' },
    ]);
    expect(library.doc).toEqual(session.doc);
  });

  it('tells why an edit is refused, and changes nothing', async () => {
    const { session, library, errors } = openSession();
    const before = session.doc;
    expect(session.edit('Move', (doc) => moveClip(doc, 'clip', toV1(-3)))).toBe(false);
    expect(errors.map((error) => error.code)).toEqual(['timeline/invalid-edit']);
    expect(session.doc).toBe(before);
    expect(session.history.undo).toEqual([]);
    await session.commits.settled();
    expect(library.commits).toEqual([]);
  });

  it('records nothing for an edit that changes nothing', () => {
    const { session } = openSession();
    session.edit('Rename', (doc) => renameProject(doc, 'Film'));
    expect(session.history.undo).toEqual([]);
  });

  it('undoes and redoes in the library as well as on screen', async () => {
    const { session, library } = openSession();
    const start = session.doc;
    session.edit('Rename', (doc) => renameProject(doc, 'Sea'));
    session.undo();
    expect(session.doc).toEqual(start);
    session.redo();
    expect(session.project.name).toBe('Sea');
    session.undo();
    await session.commits.settled();
    expect(library.commits.map((commit) => commit.source)).toEqual(['edit', 'undo', 'redo', 'undo']);
    expect(library.doc).toEqual(start);
    expect(session.history.redo.map((entry) => entry.label)).toEqual(['Rename']);
  });

  it('does nothing on undo with an empty history', () => {
    const { session, errors } = openSession();
    session.undo();
    session.redo();
    expect(errors).toEqual([]);
  });

  it('drops from the selection what an edit has removed', () => {
    const { session } = openSession();
    session.select(['clip', 'block']);
    session.edit('Delete', (doc) => deleteClips(doc, ['clip'], { ripple: false }));
    expect([...session.selection].filter((id) => !session.doc.has(id))).toEqual([]);
  });

  it('selects, adds and toggles', () => {
    const { session } = openSession();
    session.select(['clip']);
    session.select(['block'], 'add');
    session.select(['clip'], 'toggle');
    expect([...session.selection]).toEqual(['block']);
  });
});

describe('typing', () => {
  const type = ({ session }: ReturnType<typeof openSession>, text: string, run: number) =>
    session.edit('Edit prompt', (doc) => setPromptText(doc, 'block', text), { run });
  const textOf = ({ session }: ReturnType<typeof openSession>) => recordOf(session.doc, 'prompt-block', 'block').text;

  it('is one undo entry for a run, and each pause is in the library at once', async () => {
    const studio = openSession();
    const { session, library } = studio;
    for (const text of ['a blue', 'a blue bo', 'a blue boat']) {
      type(studio, text, 1);
      await session.commits.settled();
      expect(library.doc).toEqual(session.doc);
    }
    expect(library.commits.map((commit) => commit.source)).toEqual(['edit', 'amend', 'amend']);
    expect(session.history.undo).toHaveLength(1);
    session.undo();
    expect(textOf(studio)).toBe('a red ball');
    session.redo();
    expect(textOf(studio)).toBe('a blue boat');
    await session.commits.settled();
    expect(library.doc).toEqual(session.doc);
  });

  it('makes another entry after the field was left, and after anything else was done', () => {
    const studio = openSession();
    const { session } = studio;
    type(studio, 'a', 1);
    type(studio, 'ab', 2);
    session.edit('Rename', (doc) => renameProject(doc, 'Sea'));
    type(studio, 'abc', 2);
    session.undo();
    type(studio, 'abd', 2);
    expect(session.history.undo.map((entry) => entry.label)).toEqual([
      'Edit prompt',
      'Edit prompt',
      'Rename',
      'Edit prompt',
    ]);
    session.undo();
    expect(textOf(studio)).toBe('ab');
  });

  it('leaves nothing to undo when it comes back to the text that was there', async () => {
    const studio = openSession();
    const { session, library } = studio;
    type(studio, 'a red balloon', 1);
    type(studio, 'a red ball', 1);
    expect(session.history.undo).toEqual([]);
    type(studio, 'a red bal', 1);
    expect(session.history).toMatchObject({ undo: [{ label: 'Edit prompt' }], redo: [] });
    await session.commits.settled();
    expect(library.commits.map((commit) => commit.source)).toEqual(['edit', 'undo', 'edit']);
  });
});

describe('dragging', () => {
  it('previews without history and leaves one entry', async () => {
    const { session, library } = openSession();
    const drag = session.beginGesture('Move');
    for (const start of [1, 5, 12]) expect(drag.preview((doc) => moveClip(doc, 'clip', toV1(start)))).toBeNull();
    expect(recordOf(session.doc, 'clip', 'clip').start).toBe(12);
    expect(session.history.undo).toEqual([]);
    drag.commit();
    expect(session.history.undo.map((entry) => entry.label)).toEqual(['Move']);
    await session.commits.settled();
    expect(recordOf(library.doc, 'clip', 'clip').start).toBe(12);
    expect(library.commits).toHaveLength(1);
  });

  it('keeps the last good preview when the pointer goes where the clip cannot', () => {
    const { session } = openSession();
    const drag = session.beginGesture('Move');
    drag.preview((doc) => moveClip(doc, 'clip', toV1(4)));
    expect(drag.preview((doc) => moveClip(doc, 'clip', toV1(-1)))).toContain('-1');
    drag.commit();
    expect(recordOf(session.doc, 'clip', 'clip').start).toBe(4);
  });

  it('restores the document when cancelled, and ignores what comes after', () => {
    const { session } = openSession();
    const before = session.doc;
    const drag = session.beginGesture('Move');
    drag.preview((doc) => moveClip(doc, 'clip', toV1(4)));
    drag.cancel();
    drag.preview((doc) => moveClip(doc, 'clip', toV1(9)));
    drag.commit();
    expect(session.doc).toBe(before);
    expect(session.history.undo).toEqual([]);
  });

  it('is cancelled by an edit that comes in between, which then builds on the real document', () => {
    const { session } = openSession();
    const drag = session.beginGesture('Move');
    drag.preview((doc) => moveClip(doc, 'clip', toV1(4)));
    session.edit('Rename', (doc) => renameProject(doc, 'Sea'));
    drag.commit();
    expect(recordOf(session.doc, 'clip', 'clip').start).toBe(0);
    expect(session.history.undo.map((entry) => entry.label)).toEqual(['Rename']);
  });
});

describe('saving', () => {
  it('sends one commit at a time, each on the version before it', async () => {
    const { session, library } = openSession();
    for (const name of ['A', 'B', 'C']) session.edit(`Rename ${name}`, (doc) => renameProject(doc, name));
    expect(session.commits.waiting).toBe(3);
    await session.commits.settled();
    expect(library.commits.map((commit) => commit.label)).toEqual(['Rename A', 'Rename B', 'Rename C']);
    expect(library.version).toBe(10);
    expect(session.commits.waiting).toBe(0);
  });

  it('keeps the document and the order when the disk is full, and goes on after retry', async () => {
    const { session, library, errors } = openSession();
    library.failure = new AppError('library/disk-full', 'the disk is full', { remedy: 'Make room.' });
    session.edit('Rename A', (doc) => renameProject(doc, 'A'));
    session.edit('Rename B', (doc) => renameProject(doc, 'B'));
    await session.commits.settled();
    session.edit('Rename C', (doc) => renameProject(doc, 'C'));
    expect(errors.map((error) => error.code)).toEqual(['library/disk-full']);
    expect(session.project.name).toBe('C');
    expect(session.commits.failure?.code).toBe('library/disk-full');
    expect(library.commits).toEqual([]);
    library.failure = null;
    session.commits.retry();
    await session.commits.settled();
    expect(library.doc).toEqual(session.doc);
    expect(library.commits.map((commit) => commit.label)).toEqual(['Rename A', 'Rename B', 'Rename C']);
  });

  it('asks for a reload when somebody else has written', async () => {
    const { session, library, errors, staleCount } = openSession();
    library.version = 20;
    session.edit('Rename', (doc) => renameProject(doc, 'Sea'));
    await session.commits.settled();
    expect(staleCount()).toBe(1);
    expect(errors).toEqual([]);
  });

  it('refuses edits once a thousand wait behind a failure', async () => {
    const { session, library, errors } = openSession();
    library.failure = new AppError('library/disk-full', 'the disk is full');
    for (let edits = 0; edits < 1_000; edits += 1) session.edit('Rename', (doc) => renameProject(doc, `name ${edits}`));
    await session.commits.settled();
    expect(session.edit('Rename', (doc) => renameProject(doc, 'one more'))).toBe(false);
    expect(session.project.name).toBe('name 999');
    expect(errors.at(-1)?.code).toBe('library/io');
  });
});

describe('takes', () => {
  const take = (id: string, createdAt: number) => ({
    id,
    shotId: 'shot',
    segmentId: 'segment',
    parentTakeId: null,
    seed: 1,
    frames: Array.from({ length: 9 }, (_, index) => `${id}${index}`.padStart(64, '0')),
    recipeHash: 'a'.repeat(64),
    draftKey: null,
    createdAt,
  });

  it('puts the newest take first and shows its frames without an undo entry', () => {
    const { session } = openSession();
    expect(session.shotFilm('shot').frames).toEqual(Array<null>(9).fill(null));
    session.addTake(take('a', 10));
    session.addTake(take('b', 20));
    session.addTake(take('b', 20));
    expect(session.takes.get('segment')?.map((one) => one.id)).toEqual(['b', 'a']);
    expect(session.shotFilm('shot').frames[8]).toBe('b8'.padStart(64, '0'));
    expect(session.history.undo).toEqual([]);
  });

  it('resolves a shot once per document', () => {
    const { session } = openSession();
    const first = session.shotFilm('shot');
    expect(session.shotFilm('shot')).toBe(first);
    session.addTake(take('a', 10));
    expect(session.shotFilm('shot')).not.toBe(first);
  });
});
