import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { aRecipe } from '../../../../test/support/pocket';
import { documentFromRecords, reverseDiff } from '@core/document/apply-diff';
import type { DocumentDiff } from '@core/document/diff';
import { activeTake, takeIndexFrom } from '@core/document/film';
import type { Document, SegmentRecord } from '@core/document/records';
import type { MergeChoice } from '@contracts/bundle';
import { addMarker, setMarker } from '@core/timeline/markers';
import { setSegment } from '@core/timeline/segments';
import { verifyLibrary } from '../upkeep/verify-library';
import { importBundle } from './import-bundle';
import { previewBundle } from './match-bundle';
import { mergeBundle } from './merge-bundle';
import { addMedia, aFilm, aLibrary, bundleOf, plan, whole, type Shelf } from './shelf.test-support';

const names = { theirs: 'From film.onionskin', mine: 'Before film.onionskin', edit: 'Merge' };

interface Side {
  readonly shelf: Shelf;
  readonly projectId: string;
}

/** One film in two libraries. */
async function twoSides(options = {}): Promise<{ mine: Side; theirs: Side }> {
  const mine = { shelf: await aLibrary('mine', options), projectId: '' };
  const theirs = { shelf: await aLibrary('theirs', options), projectId: '' };
  const projectId = await aFilm(mine.shelf, plan);
  const path = await bundleOf(mine.shelf, projectId);
  const { projectId: theirId } = await importBundle(theirs.shelf.db, theirs.shelf.paths, path, theirs.shelf.options);
  theirs.shelf.clock.wallMs += 1_000_000;
  mine.shelf.clock.wallMs += 500;
  return { mine: { ...mine, projectId }, theirs: { ...theirs, projectId: theirId } };
}

const documentOf = ({ shelf, projectId }: Side) => shelf.projects.document(projectId).document;

function edit({ shelf, projectId }: Side, make: (doc: Document) => DocumentDiff): void {
  const { version, document } = shelf.projects.document(projectId);
  shelf.projects.commit({ projectId, baseVersion: version, label: 'Edit', source: 'edit', diff: make(document) });
}

function undo({ shelf, projectId }: Side): boolean {
  const [last] = shelf.projects.history(projectId).undo.slice(-1);
  if (last === undefined) return false;
  const { version } = shelf.projects.document(projectId);
  const diff = reverseDiff(last.diff);
  shelf.projects.commit({ projectId, baseVersion: version, label: last.label, source: 'undo', diff });
  return true;
}

async function take({ shelf, projectId }: Side, id: string, colours: readonly number[]): Promise<void> {
  const frames = await Promise.all(
    colours.map(async (colour) => (await shelf.store.put(Uint8Array.of(colour, 1, 2), 1, 1)).hash),
  );
  const place = { shotId: 'shot0', segmentId: 'seg0', parentTakeId: null, draftKey: null };
  const recipe = aRecipe({ seed: colours[0] ?? 0 });
  shelf.takes.add({ ...place, id, projectId, recipe, frames, createdAt: shelf.clock.now() });
}

/** Frames that each segment shows; what the artist sees. */
function shown(side: Side, document = documentOf(side)): Record<string, readonly string[] | null> {
  const index = takeIndexFrom(side.shelf.takes.list(side.projectId));
  const segments = [...document.values()].filter((record): record is SegmentRecord => record.kind === 'segment');
  return Object.fromEntries(segments.map((segment) => [segment.id, activeTake(segment, index)?.frames ?? null]));
}

/** Without what a merge may pin. */
const withoutTakes = (document: Document) =>
  [...document.values()]
    .map((record) => (record.kind === 'segment' ? { ...record, activeTakeId: null } : record))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

/** Documents at all versions worth stopping at. */
function versionsOf({ shelf, projectId }: Side): string[] {
  const { stops } = shelf.versions.list(projectId);
  return stops.map((version) =>
    JSON.stringify(withoutTakes(documentFromRecords(shelf.versions.at(projectId, version).records))),
  );
}

const filesOf = (side: Side) => {
  const { takes, media } = whole(side.shelf, side.projectId);
  const marked = takes.map(({ parent: _, marks: __, isStarred: ___, note: ____, ...rest }) => JSON.stringify(rest));
  return [...marked, ...media.map((one) => JSON.stringify(one))];
};

async function merge(mine: Side, theirs: Side, keep: MergeChoice['keep']) {
  const path = await bundleOf(theirs.shelf, theirs.projectId);
  const { db, paths, options, clock } = mine.shelf;
  const [match] = (await previewBundle(db, path)).matches;
  expect(match?.projectId).toBe(mine.projectId);
  const choice = { projectId: mine.projectId, keep, names };
  const merged = await mergeBundle(db, paths, path, choice, { ...options, clock });
  mine.shelf.projects.forget(mine.projectId);
  return { match: match!, merged };
}

describe('a bundle merged into the project it is of', () => {
  test('keeps this film, and has the other one as a version, with its takes, files and names', async () => {
    const { mine, theirs } = await twoSides();
    edit(mine, (doc) => addMarker(doc, { id: 'here', frame: 9, name: 'mine' }));
    await take(mine, 'take-here', [7, 8, 9]);
    edit(theirs, (doc) => setMarker(doc, 'm0', { name: 'theirs' }));
    edit(theirs, (doc) => setSegment(doc, 'seg0', { seed: 5 }));
    theirs.shelf.versions.name(theirs.projectId, documentVersion(theirs), 'their cut');
    await take(theirs, 'take-there', [50, 51, 52]);
    await addMedia(theirs.shelf, theirs.projectId, 'their picture');
    const [before, film] = [documentOf(mine), shown(mine)];
    const seenThere = shown(theirs);

    const { match, merged } = await merge(mine, theirs, 'mine');
    expect(match).toMatchObject({
      ...{ name: plan.name, isSameFilm: false, others: 2, adds: { takes: 1, frames: 3, media: 1, versions: 2 } },
      shots: [{ shotId: 'shot0', name: 'Shot', is: 'changed' }],
    });
    expect(merged).toMatchObject({ isMerged: true, takes: 1, frames: 3, media: 1, versions: 2, missingModels: [] });

    // Their take is the newest of the segment, and this film still shows what it showed.
    expect(shown(mine)).toEqual(film);
    expect(withoutTakes(documentOf(mine))).toEqual(withoutTakes(before));
    const named = mine.shelf.versions.list(mine.projectId).named.map(({ name }) => name);
    expect(named).toEqual(['here', `their cut · ${names.theirs}`]);
    const theirVersion = mine.shelf.versions.list(mine.projectId).named.at(-1)!.version;
    const looked = documentFromRecords(mine.shelf.versions.at(mine.projectId, theirVersion).records);
    expect(withoutTakes(looked)).toEqual(withoutTakes(documentOf(theirs)));
    expect(shown(mine, looked)).toEqual(seenThere);

    // The edits made before are undone as if nothing had been merged.
    expect(undo(mine) && undo(mine)).toBe(true);
    expect(documentOf(mine).has('here')).toBe(false);
    expect((await verifyLibrary(mine.shelf.db, mine.shelf.paths)).isSound).toBe(true);
  });

  test('goes on with the other film in one edit, which undo takes back', async () => {
    const { mine, theirs } = await twoSides();
    edit(mine, (doc) => addMarker(doc, { id: 'here', frame: 9, name: 'mine' }));
    await take(mine, 'take-here', [7, 8, 9]);
    edit(theirs, (doc) => setMarker(doc, 'm0', { name: 'theirs' }));
    await take(theirs, 'take-there', [50, 51, 52]);
    await take(mine, 'newest-here', [90, 91, 92]);
    const [before, film] = [documentOf(mine), shown(mine)];
    await merge(mine, theirs, 'theirs');
    expect(withoutTakes(documentOf(mine))).toEqual(withoutTakes(documentOf(theirs)));
    expect(shown(mine)).toEqual(shown(theirs));
    const { named } = mine.shelf.versions.list(mine.projectId);
    const mineThen = named.find(({ name }) => name === names.mine)!;
    const looked = documentFromRecords(mine.shelf.versions.at(mine.projectId, mineThen.version).records);
    expect(shown(mine, looked)).toEqual(film);
    expect(undo(mine)).toBe(true);
    expect(documentOf(mine)).toEqual(before);
    // Undone, the merge can be redone after a restart: it stands in the journal as every edit does.
    expect(mine.shelf.projects.history(mine.projectId).redo.map(({ label }) => label)).toEqual([names.edit]);
  });

  test('stars and notes of both sides stay', async () => {
    const { mine, theirs } = await twoSides();
    const mark = ({ shelf }: Side, note: string, isStarred: number) =>
      shelf.db.run('UPDATE runs SET note = ?, is_starred = ?', note, isStarred);
    mark(mine, 'mine', 0);
    mark(theirs, 'theirs', 1);
    for (let again = 0; again < 2; again++) {
      await merge(mine, theirs, 'mine');
      const marks = mine.shelf.takes.list(mine.projectId).map(({ note, isStarred }) => [note, isStarred]);
      expect(marks).toEqual([
        ['mine\n\ntheirs', true],
        ['mine\n\ntheirs', true],
      ]);
    }
  });

  test('of another project is not offered, one in the trash neither; a copy and the original both are', async () => {
    const { mine, theirs } = await twoSides();
    const path = await bundleOf(theirs.shelf, theirs.projectId);
    const { db, paths, options, projects } = mine.shelf;
    mine.shelf.clock.wallMs += 1_000;
    const other = await aFilm(mine.shelf, plan);
    const { projectId: copy } = await importBundle(db, paths, path, options);
    const matches = async () => (await previewBundle(db, path)).matches.map(({ projectId }) => projectId);
    expect(new Set(await matches())).toEqual(new Set([mine.projectId, copy]));
    projects.trash(mine.projectId);
    expect(await matches()).toEqual([copy]);
    expect(projects.open(other).takes).toHaveLength(2);
  });

  test('into a project that is gone, or cut short, changes nothing', async () => {
    const { mine, theirs } = await twoSides();
    edit(theirs, (doc) => addMarker(doc, { id: 'there', frame: 1, name: 'x' }));
    await take(theirs, 'take-there', [50]);
    const path = await bundleOf(theirs.shelf, theirs.projectId);
    const { db, paths, options, clock } = mine.shelf;
    const before = whole(mine.shelf, mine.projectId);
    const choice = { projectId: 'nobody', keep: 'mine' as const, names };
    const gone = mergeBundle(db, paths, path, choice, { ...options, clock });
    await expect(gone).rejects.toMatchObject({ code: 'project/not-found' });
    const stop = new AbortController();
    const stopped = mergeBundle(...([db, paths, path, { ...choice, projectId: mine.projectId }] as const), {
      ...options,
      clock,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(whole(mine.shelf, mine.projectId)).toEqual(before);
  });

  test('loses nothing of either side, whatever both did, and merging again adds nothing', async () => {
    const deed = fc.record({
      do: fc.constantFrom('marker', 'rename', 'undo', 'take', 'media', 'seed', 'name'),
      n: fc.nat(99),
    });
    const deeds = fc.array(deed, { maxLength: 5 });
    const Names = z.object({ name: z.string() });
    await fc.assert(
      fc.asyncProperty(deeds, deeds, fc.constantFrom('mine', 'theirs'), async (ours, others, keep) => {
        const { mine, theirs } = await twoSides({ inMemory: true });
        for (const side of [mine, theirs])
          for (const { do: what, n } of side === mine ? ours : others) {
            const id = `${side === mine ? 'mine' : 'theirs'}-${side.shelf.newId()}`;
            if (what === 'marker') edit(side, (doc) => addMarker(doc, { id, frame: n, name: id }));
            if (what === 'rename' && documentOf(side).has('m0'))
              edit(side, (doc) => setMarker(doc, 'm0', { name: `${id} ${n}` }));
            if (what === 'undo') undo(side);
            if (what === 'take') await take(side, id, [n, n + 1, n + 2]);
            if (what === 'media') await addMedia(side.shelf, side.projectId, `picture ${n}`);
            if (what === 'seed' && documentOf(side).has('seg0'))
              edit(side, (doc) => setSegment(doc, 'seg0', { seed: n }));
            if (what === 'name') side.shelf.versions.name(side.projectId, documentVersion(side), `${id} ${n}`);
          }
        const has = (list: readonly string[], part: readonly string[]) =>
          expect(list).toEqual(expect.arrayContaining([...part]));
        const was = {
          document: documentOf(mine),
          shown: shown(mine),
          files: filesOf(mine),
          versions: versionsOf(mine),
        };
        const there = { shown: shown(theirs), files: filesOf(theirs), versions: versionsOf(theirs) };
        const namesOf = ({ shelf }: Side) =>
          shelf.db.all(Names, 'SELECT name FROM named_versions').map(({ name }) => name);
        const allNames = [...namesOf(mine), ...namesOf(theirs)];

        const { match, merged } = await merge(mine, theirs, keep);
        expect(merged).toMatchObject(match.adds);
        const film = keep === 'mine' ? was.document : documentOf(theirs);
        expect(withoutTakes(documentOf(mine))).toEqual(withoutTakes(film));
        // What showed nothing may show a take of the other side now; what showed something shows the same.
        const kept = Object.entries(keep === 'mine' ? was.shown : there.shown).filter(([, frames]) => frames !== null);
        expect(shown(mine)).toMatchObject(Object.fromEntries(kept));
        has(filesOf(mine), [...was.files, ...there.files]);
        has(versionsOf(mine), [...was.versions, ...there.versions]);
        const merging = namesOf(mine).join(' · ');
        for (const name of allNames) expect(merging).toContain(name);

        const again = await merge(mine, theirs, keep);
        expect(again.match.adds).toEqual({ takes: 0, frames: 0, media: 0, versions: 0 });
        expect(withoutTakes(documentOf(mine))).toEqual(withoutTakes(film));

        // And the other way: what this side did reaches the other library.
        await merge(theirs, mine, 'mine');
        has(filesOf(theirs), was.files);
        has(versionsOf(theirs), was.versions);
        expect(shown(theirs)).toMatchObject(there.shown);
        for (const { shelf } of [mine, theirs]) expect((await verifyLibrary(shelf.db, shelf.paths)).isSound).toBe(true);
      }),
      { numRuns: 60, seed: 6 },
    );
  }, 180_000);
});

function documentVersion({ shelf, projectId }: Side): number {
  return shelf.projects.document(projectId).version;
}
