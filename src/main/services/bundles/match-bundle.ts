/**
 * Which projects of the library a bundle is of, and what it would add to each. Two projects are one that went on apart
 * when their journals begin with the same change at the same moment: ids of projects do not travel.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { documentFromRecords } from '@core/document/apply-diff';
import { documentDifference } from '@core/document/shot-differences';
import type { BundleAdds, BundleMatch, BundlePreview, BundleProject } from '@contracts/bundle';
import type { LibraryDatabase } from '../database/library-database';
import { MERGE_STEP } from '../projects/project-rows';
import { readProject } from './export-bundle';
import { placeInto, renamed, renamedDiff, type Placement } from './placement';
import { framesIn, withBundle, type Bundle } from './read-bundle';

export type JournalRow = BundleProject['journal'][number];

const SHOTS_MAX = 200;
const Count = z.object({ count: z.int() });
const Candidate = z.object({ id: z.string(), name: z.string(), updatedAt: z.int(), archivedAt: z.int().nullable() });

/** Reads the rows of a bundle and none of its files. @throws AppError media/unsupported, media/unreadable, cancelled */
export function previewBundle(db: LibraryDatabase, path: string, signal?: AbortSignal): Promise<BundlePreview> {
  return withBundle(path, signal, (bundle) => {
    const { manifest, project, takes, media } = bundle;
    const frames = newFrames(db, bundle);
    const everything = { takes: takes.length, media: media.media.length + media.footage.length };
    return Promise.resolve({
      projectName: manifest.projectName,
      savedAt: manifest.createdAt,
      asCopy: { ...everything, frames, versions: project.journal.length },
      matches: matchesOf(db, bundle).map((candidate) => matchOf(db, bundle, candidate, frames)),
    });
  });
}

function matchesOf(db: LibraryDatabase, { project }: Bundle): z.infer<typeof Candidate>[] {
  const [first] = project.journal;
  if (first === undefined) return [];
  const began = beginning(first);
  return db
    .all(
      Candidate,
      `SELECT p.id, p.name, p.updated_at AS updatedAt, p.archived_at AS archivedAt
       FROM projects p JOIN journal j ON j.project_id = p.id AND j.version = 1
       WHERE p.trashed_at IS NULL AND j.created_at = ? ORDER BY p.updated_at DESC, p.rowid DESC`,
      first.createdAt,
    )
    .filter(({ id }) => {
      const [own] = readProject(db, id).content.journal;
      return own !== undefined && beginning(own) === began;
    });
}

/** Without takes and media, which are named otherwise in a copy. */
function beginning({ createdAt, diff }: JournalRow): string {
  return JSON.stringify([createdAt, diff.added.map(({ kind, id }) => [kind, id])]);
}

function matchOf(
  db: LibraryDatabase,
  bundle: Bundle,
  candidate: z.infer<typeof Candidate>,
  frames: number,
): BundleMatch {
  const { project, ...content } = bundle;
  const placement = placeInto(db, candidate.id, content, () => '');
  const own = readProject(db, candidate.id).content;
  const difference = documentDifference(
    documentFromRecords(own.records),
    documentFromRecords(project.records.map((record) => renamed(record, placement))),
  );
  return {
    projectId: candidate.id,
    name: candidate.name,
    updatedAt: candidate.updatedAt,
    isArchived: candidate.archivedAt !== null,
    adds: addsOf(placement, newVersions(own, project, renamedJournal(project, placement)).length, frames),
    isSameFilm: difference.shots.length === 0 && difference.others === 0,
    shots: difference.shots.slice(0, SHOTS_MAX),
    others: difference.others,
  };
}

export function addsOf({ takes, media, footage }: Placement, versions: number, frames: number): BundleAdds {
  return { takes: takes.length, media: media.length + footage.length, frames, versions };
}

/** Frames of the bundle that the library has no file of. */
export function newFrames(db: LibraryDatabase, bundle: Bundle): number {
  const sql = `SELECT count(*) AS count FROM json_each(?) AS wanted
               WHERE NOT EXISTS (SELECT 1 FROM frames WHERE hash = wanted.value)`;
  return db.get(Count, sql, JSON.stringify(framesIn(bundle)))?.count ?? 0;
}

export function renamedJournal({ journal }: BundleProject, placement: Placement): JournalRow[] {
  return journal.map((row) => ({ ...row, diff: renamedDiff(row.diff, placement) }));
}

/**
 * Changes of theirs that this journal has not got. What undo and redo led to was a version before, and the steps of a
 * merge lead to none: they count only with a name, or as their film of now.
 *
 * @param rows their journal, renamed
 */
export function newVersions(own: BundleProject, theirs: BundleProject, rows: readonly JournalRow[]): JournalRow[] {
  const known = new Set(own.journal.map(changeOf));
  const looked = new Set([...theirs.namedVersions.map(({ version }) => version), theirs.version]);
  return rows.filter((row) => {
    const isVersion = row.source === 'edit' || (row.source === 'session' && row.label !== MERGE_STEP);
    return (isVersion || looked.has(row.version)) && !known.has(changeOf(row));
  });
}

/** A change is the same wherever it stands in a journal. */
export function changeOf({ createdAt, label, diff }: JournalRow): string {
  return createHash('sha256')
    .update(JSON.stringify([createdAt, label, diff]))
    .digest('base64');
}
