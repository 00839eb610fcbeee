/**
 * A project's earlier versions, read from its journal: every change leads to one, and some have a name. A version is made
 * by reversing the changes since, from the nearest one at hand; nothing is stored but the names.
 */
import { z } from 'zod';
import { applyDiff, documentFromRecords, reverseDiff } from '@core/document/apply-diff';
import type { Document } from '@core/document/records';
import { AppError, invalidInput } from '@core/errors';
import { NAMED_VERSIONS_MAX, type NamedVersion, type ProjectVersion, type VersionList } from '@contracts/versions';
import type { Clock } from '../../platform/clock';
import type { LibraryDatabase } from '../database/library-database';
import { ProjectRows } from './project-rows';

const Named = z.object({ version: z.int(), name: z.string(), createdAt: z.int() });
const Moment = z.object({ label: z.string(), createdAt: z.int() });
const NamesCount = z.object({ count: z.int() });

interface Held {
  readonly projectId: string;
  readonly version: number;
  readonly document: Document;
}

export class ProjectVersions {
  readonly #db: LibraryDatabase;
  readonly #rows: ProjectRows;
  readonly #clock: Clock;
  /** The version that was looked at last: a slider asks for its neighbours next. */
  #last: Held | null = null;

  constructor(db: LibraryDatabase, { clock }: { readonly clock: Clock }) {
    this.#db = db;
    this.#rows = new ProjectRows(db);
    this.#clock = clock;
  }

  /** @throws AppError project/not-found */
  list(projectId: string): VersionList {
    const { version: current } = this.#rows.require(projectId);
    // What an undo or a redo leads to is an earlier stop already.
    const changes = this.#rows
      .journalSteps(projectId)
      .filter(({ source }) => source === 'edit' || source === 'session');
    const named = this.named(projectId);
    const passed = new Set(this.#rows.mergeSteps(projectId));
    for (const { version } of named) passed.delete(version);
    const stops = changes.map(({ version }) => version).filter((version) => !passed.has(version));
    if (stops.at(-1) !== current) stops.push(current);
    return { current, stops, named };
  }

  named(projectId: string): NamedVersion[] {
    const sql = `SELECT version, name, created_at AS createdAt FROM named_versions WHERE project_id = ? ORDER BY version`;
    return this.#db.all(Named, sql, projectId);
  }

  /** @throws AppError project/not-found, input/not-found */
  at(projectId: string, version: number): ProjectVersion {
    const { version: current } = this.#rows.require(projectId);
    const moment = this.#moment(projectId, version);
    if (moment === null) throw noSuchVersion(version);
    const document = this.#document(projectId, version, current);
    this.#last = { projectId, version, document };
    const next = this.#moment(projectId, version + 1);
    // What follows may be older: a change that a bundle brought, or one after the clock was set back.
    const until = next === null ? null : Math.max(moment.createdAt, next.createdAt);
    return { version, ...moment, until, records: [...document.values()] };
  }

  /** An empty name takes it away. @throws AppError project/not-found, input/* */
  name(projectId: string, version: number, name: string): void {
    this.#rows.require(projectId);
    if (this.#moment(projectId, version) === null) throw noSuchVersion(version);
    if (name === '') {
      this.#db.run('DELETE FROM named_versions WHERE project_id = ? AND version = ?', projectId, version);
      return;
    }
    const sql = 'SELECT count(*) AS count FROM named_versions WHERE project_id = ?';
    if ((this.#db.get(NamesCount, sql, projectId)?.count ?? 0) >= NAMED_VERSIONS_MAX)
      throw invalidInput(
        'name',
        name,
        `a project has at most ${NAMED_VERSIONS_MAX} named versions`,
        'Remove some names first.',
      );
    this.#db.run(
      `INSERT INTO named_versions (project_id, version, name, created_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (project_id, version) DO UPDATE SET name = excluded.name`,
      ...[projectId, version, name, this.#clock.now()],
    );
  }

  #document(projectId: string, version: number, current: number): Document {
    const last = this.#last?.projectId === projectId ? this.#last : null;
    const isLastNearer = last !== null && Math.abs(last.version - version) < current - version;
    let [at, document] = isLastNearer
      ? [last.version, last.document]
      : [current, documentFromRecords(this.#rows.records(projectId))];
    for (; at > version; at--) document = applyDiff(document, reverseDiff(this.#diff(projectId, at)));
    for (; at < version; at++) document = applyDiff(document, this.#diff(projectId, at + 1));
    return document;
  }

  #diff(projectId: string, version: number) {
    const entry = this.#rows.journalEntry(projectId, version);
    if (entry === null) throw noSuchVersion(version);
    return entry.diff;
  }

  #moment(projectId: string, version: number): z.infer<typeof Moment> | null {
    const sql = 'SELECT label, created_at AS createdAt FROM journal WHERE project_id = ? AND version = ?';
    return this.#db.get(Moment, sql, projectId, version);
  }
}

function noSuchVersion(version: number): AppError {
  return new AppError('input/not-found', 'The project has no such version.', {
    field: 'version',
    value: String(version),
    remedy: 'Open the history of the project again.',
  });
}
