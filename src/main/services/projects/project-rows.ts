/**
 * The SQL of projects: their rows, the records of their documents, their journal. Callers own the transactions.
 */
import { z } from 'zod';
import type { DocumentDiff } from '@core/document/diff';
import type { Document, DocumentRecord } from '@core/document/records';
import { AppError, invalidInput } from '@core/errors';
import * as schemas from '@contracts/document';
import type { HistoryEntry, ProjectPlace, ProjectSummary, ProjectView } from '@contracts/ipc';
import { parseJson } from '../database/json-column';
import type { LibraryDatabase } from '../database/library-database';

export const commitSources = ['edit', 'undo', 'redo', 'session'] as const;
export type CommitSource = (typeof commitSources)[number];
/** Label of a session change that only leads from one side's document to the other's; no version to stop at. */
export const MERGE_STEP = 'Merge';

export interface ProjectRow {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly view: string | null;
  readonly trashedAt: number | null;
}

export interface JournalEntry {
  readonly version: number;
  readonly label: string;
  readonly source: CommitSource;
  readonly diff: DocumentDiff;
}

const ProjectRowSchema = z.object({
  id: z.string(),
  name: z.string(),
  version: z.int(),
  view: z.string().nullable(),
  trashedAt: z.int().nullable(),
});
const SummaryRow = z.object({
  id: z.string(),
  name: z.string(),
  project: z.string(),
  clipCount: z.int(),
  posterFrame: z.string().nullable(),
  createdAt: z.int(),
  updatedAt: z.int(),
  trashedAt: z.int().nullable(),
});
const RecordsRow = z.object({ count: z.int(), list: z.string().nullable() });
const IdRow = z.object({ id: z.string() });
const JournalStep = z.object({ version: z.int(), source: z.enum(commitSources) });
const VersionRow = z.object({ version: z.int() });
const JournalText = z.object({ label: z.string(), diff: z.string() });

/** A project in the trash stays archived or not, so that it comes back to where it was. */
const WHERE: Readonly<Record<ProjectPlace, string>> = {
  shelf: 'p.trashed_at IS NULL AND p.archived_at IS NULL',
  archive: 'p.trashed_at IS NULL AND p.archived_at IS NOT NULL',
  trash: 'p.trashed_at IS NOT NULL',
};

export class ProjectRows {
  readonly #db: LibraryDatabase;

  constructor(db: LibraryDatabase) {
    this.#db = db;
  }

  /** Projects of one place, last changed first. One statement, whatever their number. */
  summaries(place: ProjectPlace): ProjectSummary[] {
    const rows = this.#db.all(
      SummaryRow,
      `SELECT p.id, p.name, r.json AS project, p.created_at AS createdAt, p.updated_at AS updatedAt,
              p.trashed_at AS trashedAt,
              (SELECT count(*) FROM records c WHERE c.project_id = p.id AND c.kind = 'clip') AS clipCount,
              (SELECT f.hash FROM take_frames f WHERE f.position = 0 AND f.take_id =
                (SELECT t.id FROM takes t WHERE t.project_id = p.id ORDER BY t.created_at DESC, t.rowid DESC LIMIT 1)
              ) AS posterFrame
       FROM projects p JOIN records r ON r.project_id = p.id AND r.id = 'project'
       WHERE ${WHERE[place]} ORDER BY p.updated_at DESC, p.rowid DESC`,
    );
    return rows.map(({ project, ...row }) => {
      const { rate, width, height } = parseJson(schemas.ProjectRecord, project, 'records.json');
      return { ...row, rate, width, height };
    });
  }

  find(projectId: string): ProjectRow | null {
    return this.#db.get(
      ProjectRowSchema,
      'SELECT id, name, version, view, trashed_at AS trashedAt FROM projects WHERE id = ?',
      projectId,
    );
  }

  /** @throws AppError project/not-found */
  require(projectId: string): ProjectRow {
    const row = this.find(projectId);
    if (row !== null) return row;
    throw new AppError('project/not-found', 'This project is not in the library.', {
      field: 'projectId',
      value: projectId,
      remedy: 'Go back to the list of projects.',
    });
  }

  insert(project: { readonly id: string; readonly name: string; readonly at: number }): void {
    this.#db.run(
      'INSERT INTO projects (id, name, version, created_at, updated_at) VALUES (?, ?, 0, ?, ?)',
      project.id,
      project.name,
      project.at,
      project.at,
    );
  }

  /** Asked for as one text: of 40,000 records, row by row, the rows take a third of it. */
  records(projectId: string): DocumentRecord[] {
    const sql = `SELECT count(*) AS count, group_concat(json, ',') AS list
                 FROM (SELECT json FROM records WHERE project_id = ? ORDER BY rowid)`;
    const { count, list } = this.#db.get(RecordsRow, sql, projectId) ?? { count: 0, list: null };
    // As many as there are rows: none of them is two, or a part of the next.
    const all = z.array(schemas.DocumentRecord).length(count);
    return parseJson(all, `[${list ?? ''}]`, 'records.json');
  }

  /** Writes one change: records, journal row, version and name. The caller has checked it and holds the transaction. */
  write(projectId: string, entry: JournalEntry, at: number, name: string): void {
    const upsert = `INSERT INTO records (project_id, id, kind, json) VALUES (?, ?, ?, ?)
                    ON CONFLICT (project_id, id) DO UPDATE SET kind = excluded.kind, json = excluded.json`;
    // Of clips that the diff names as well, what it says of them is written over this.
    const shift = `UPDATE records SET json = json_set(json, '$.start', json_extract(json, '$.start') + ?)
                   WHERE project_id = ? AND kind = 'clip' AND json_extract(json, '$.trackId') = ?
                     AND json_extract(json, '$.start') >= ?`;
    for (const { trackId, from, by } of entry.diff.shifts ?? []) this.#db.run(shift, by, projectId, trackId, from);
    for (const record of entry.diff.removed)
      this.#db.run('DELETE FROM records WHERE project_id = ? AND id = ?', projectId, record.id);
    for (const record of [...entry.diff.added, ...entry.diff.updated.map((change) => change.to)])
      this.#db.run(upsert, projectId, record.id, record.kind, JSON.stringify(record));
    this.#db.run(
      'INSERT INTO journal (project_id, version, label, source, diff, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      projectId,
      entry.version,
      entry.label,
      entry.source,
      JSON.stringify(entry.diff),
      at,
    );
    this.#db.run(
      'UPDATE projects SET version = ?, name = ?, updated_at = ? WHERE id = ?',
      entry.version,
      name,
      at,
      projectId,
    );
  }

  /** What kind of change each version was, oldest first; answered from an index, without reading the diffs. */
  journalSteps(projectId: string): { version: number; source: CommitSource }[] {
    return this.#db.all(
      JournalStep,
      'SELECT version, source FROM journal WHERE project_id = ? ORDER BY version',
      projectId,
    );
  }

  mergeSteps(projectId: string): number[] {
    const sql = "SELECT version FROM journal WHERE project_id = ? AND source = 'session' AND label = ?";
    return this.#db.all(VersionRow, sql, projectId, MERGE_STEP).map(({ version }) => version);
  }

  journalEntry(projectId: string, version: number): HistoryEntry | null {
    const row = this.#db.get(
      JournalText,
      'SELECT label, diff FROM journal WHERE project_id = ? AND version = ?',
      projectId,
      version,
    );
    return row && { label: row.label, diff: parseJson(schemas.DocumentDiff, row.diff, 'journal.diff') };
  }

  lastOpened(): string | null {
    const sql = `SELECT id FROM projects WHERE opened_at IS NOT NULL AND trashed_at IS NULL AND archived_at IS NULL
                 ORDER BY opened_at DESC, rowid DESC LIMIT 1`;
    return this.#db.get(IdRow, sql)?.id ?? null;
  }

  setOpened(projectId: string, at: number): void {
    this.#db.run('UPDATE projects SET opened_at = ? WHERE id = ?', at, projectId);
  }

  setTrashed(projectId: string, at: number | null): void {
    this.#db.run('UPDATE projects SET trashed_at = ? WHERE id = ?', at, projectId);
  }

  setArchived(projectId: string, at: number | null): void {
    this.#db.run('UPDATE projects SET archived_at = ? WHERE id = ?', at, projectId);
  }

  setView(projectId: string, view: ProjectView): void {
    this.#db.run('UPDATE projects SET view = ? WHERE id = ?', JSON.stringify(view), projectId);
  }
}

/** What a project is called, by its document. @throws AppError input/invalid without a project record */
export function nameOf(document: Document): string {
  const project = document.get('project');
  if (project?.kind === 'project') return project.name;
  throw invalidInput('records', 'none', 'a document needs its project record', 'Add the record with id `project`.');
}
