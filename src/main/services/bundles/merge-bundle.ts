/**
 * Merges a bundle into a project of the library that began as the same one (ADR 0031). Nothing is lost on either side:
 * takes and media come in beside those that are here, their changes are laid into the journal as versions, and the film
 * that does not go on is a version with a name. The change of the document is one edit, to be undone like any other.
 */
import { applyDiff, diffBetween, documentFromRecords, isEmptyDiff } from '@core/document/apply-diff';
import type { DocumentDiff } from '@core/document/diff';
import { takeIndexFrom } from '@core/document/film';
import { assertInvariants } from '@core/document/invariants';
import { keepShown } from '@core/document/keep-shown';
import { mergeHistories } from '@core/document/merge-histories';
import type { Document } from '@core/document/records';
import { invalidInput } from '@core/errors';
import type { BundleTakes, ImportedBundle, MergeChoice } from '@contracts/bundle';
import { NOTE_MAX } from '@contracts/history';
import { NAMED_VERSIONS_MAX, VERSION_NAME_MAX } from '@contracts/versions';
import type { Clock } from '../../platform/clock';
import type { LibraryPaths } from '../../platform/paths';
import type { LibraryDatabase } from '../database/library-database';
import { MERGE_STEP, nameOf, ProjectRows, type CommitSource } from '../projects/project-rows';
import { TakeStore } from '../takes/take-store';
import { readProject, readTakes } from './export-bundle';
import type { ImportBundleOptions } from './import-bundle';
import { addsOf, changeOf, newFrames, newVersions, renamedJournal } from './match-bundle';
import { insertPlaced, placeInto, type Placement } from './placement';
import { missingModels, storeFiles, withBundle, type Bundle } from './read-bundle';

export interface MergeBundleOptions extends ImportBundleOptions {
  readonly clock: Clock;
}

/** @throws AppError project/not-found, media/*, input/invalid (too many named versions), library/*, cancelled */
export function mergeBundle(
  db: LibraryDatabase,
  paths: LibraryPaths,
  path: string,
  choice: MergeChoice,
  options: MergeBundleOptions,
): Promise<ImportedBundle> {
  return withBundle(path, options.signal, async (bundle) => {
    new ProjectRows(db).require(choice.projectId);
    const frames = newFrames(db, bundle);
    await storeFiles(paths, bundle, options.onProgress);
    return db.transaction(() => {
      const { placement, versions } = mergeRows(db, bundle, choice, options);
      return {
        ...addsOf(placement, versions, frames),
        projectId: choice.projectId,
        projectName: new ProjectRows(db).require(choice.projectId).name,
        isMerged: true,
        missingModels: missingModels(bundle, options),
      };
    });
  });
}

function mergeRows(
  db: LibraryDatabase,
  bundle: Bundle,
  { projectId, keep, names }: MergeChoice,
  { newId, clock }: MergeBundleOptions,
): { placement: Placement; versions: number } {
  const store = new TakeStore(db);
  const rows = new ProjectRows(db);
  const { content: own } = readProject(db, projectId);
  const mine = documentFromRecords(own.records);
  const placement = placeInto(db, projectId, bundle, newId);

  const myTakes = takeIndexFrom(store.list(projectId));
  mergeMarks(db, bundle.takes, readTakes(db, projectId), placement);
  insertPlaced(db, projectId, bundle, placement, clock.now());
  const allTakes = store.list(projectId);
  const isTheirs = new Set(bundle.takes.map(({ id }) => placement.takeId(id)));
  const theirTakes = takeIndexFrom(allTakes.filter(({ id }) => isTheirs.has(id)));
  const now = takeIndexFrom(allTakes);
  const kept = {
    mine: (document: Document) => applyDiff(document, keepShown(document, myTakes, now)),
    theirs: (document: Document) => applyDiff(document, keepShown(document, theirTakes, now)),
  };

  const theirRows = renamedJournal(bundle.project, placement);
  const fresh = new Set(newVersions(own, bundle.project, theirRows));
  const { steps, back, theirs } = mergeHistories({ mine, theirRows, isNew: (row) => fresh.has(row), kept });

  const { name } = rows.require(projectId);
  let version = own.version;
  const write = (label: string, source: CommitSource, diff: DocumentDiff, at: number, as: string) =>
    rows.write(projectId, { version: ++version, label, source, diff }, at, as);
  const placeOf = new Map(own.journal.map((row) => [changeOf(row), row.version]));
  for (const { diff, row } of steps) {
    write(row?.label ?? MERGE_STEP, 'session', diff, row?.createdAt ?? clock.now(), name);
    if (row !== null) placeOf.set(changeOf(row), version);
  }
  const versionNames = new VersionNames(db, projectId, clock);
  for (const { version: theirVersion, name: theirName } of bundle.project.namedVersions) {
    const row = theirRows[theirVersion - 1];
    const place = row && placeOf.get(changeOf(row));
    if (place !== undefined) versionNames.add(place, theirName);
  }
  if (steps.length > 0) {
    versionNames.add(version, names.theirs);
    write(MERGE_STEP, 'session', back, clock.now(), name);
  }

  const film = keep === 'theirs' ? theirs : kept.mine(mine);
  const diff = diffBetween(mine, film);
  if (!isEmptyDiff(diff)) {
    assertInvariants(film);
    if (keep === 'theirs') versionNames.add(steps.length > 0 ? own.version + 1 : own.version, names.mine);
    write(names.edit, 'edit', diff, clock.now(), nameOf(film));
  }
  return { placement, versions: fresh.size };
}

/** A star of either side stays one; notes stand one below the other. */
function mergeMarks(db: LibraryDatabase, theirs: BundleTakes, mine: BundleTakes, { takeId }: Placement): void {
  const own = new Map(mine.map((take) => [take.id, take]));
  for (const { id, isStarred, note } of theirs) {
    const take = own.get(takeId(id));
    if (take === undefined) continue;
    const both = take.note.includes(note) ? take.note : joined(take.note, note, '\n\n', NOTE_MAX);
    db.run(
      'UPDATE runs SET is_starred = ?, note = ? WHERE take_id = ? AND (is_starred <> ? OR note <> ?)',
      ...[isStarred || take.isStarred ? 1 : 0, both, take.id, isStarred || take.isStarred ? 1 : 0, both],
    );
  }
}

class VersionNames {
  readonly #db: LibraryDatabase;
  readonly #projectId: string;
  readonly #clock: Clock;
  readonly #names: Map<number, string>;

  constructor(db: LibraryDatabase, projectId: string, clock: Clock) {
    this.#db = db;
    this.#projectId = projectId;
    this.#clock = clock;
    const { namedVersions } = readProject(db, projectId).content;
    this.#names = new Map(namedVersions.map(({ version, name }) => [version, name]));
  }

  /** Two names of one version become one. @throws AppError input/invalid */
  add(version: number, name: string): void {
    const known = this.#names.get(version) ?? '';
    if (known.includes(name)) return;
    const both = joined(known, name, ' · ', VERSION_NAME_MAX);
    this.#names.set(version, both);
    if (this.#names.size > NAMED_VERSIONS_MAX)
      throw invalidInput(
        'namedVersions',
        this.#names.size,
        `a project has at most ${NAMED_VERSIONS_MAX} named versions, and this merge would give it more`,
        'Remove some names first, or open the bundle as a project of its own.',
      );
    this.#db.run(
      `INSERT INTO named_versions (project_id, version, name, created_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (project_id, version) DO UPDATE SET name = excluded.name`,
      ...[this.#projectId, version, both, this.#clock.now()],
    );
  }
}

function joined(mine: string, theirs: string, between: string, max: number): string {
  return (mine === '' ? theirs : `${mine}${between}${theirs}`).slice(0, max);
}
