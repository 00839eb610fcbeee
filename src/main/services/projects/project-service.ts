/**
 * Projects: create, open, commit, history, trash. A commit is the save: one transaction checks the version, applies the
 * diff with core's own code, checks the document's rules and writes records and journal. The rows are the truth; the
 * documents kept in memory here are a cache of what this process, the only one on the library, wrote last.
 */
import { applyDiff, documentFromRecords, reverseDiff, squashDiffs } from '@core/document/apply-diff';
import { assertInvariants } from '@core/document/invariants';
import type { DocumentDiff } from '@core/document/diff';
import type { Document, DocumentRecord } from '@core/document/records';
import { changeOf } from '@core/document/scope';
import { AppError, invalidInput } from '@core/errors';
import { createProjectRecords, type NewProject } from '@core/timeline/create-project';
import * as schemas from '@contracts/document';
import {
  ProjectView,
  type HistoryEntry,
  type OpenProject,
  type ProjectPlace,
  type ProjectSummary,
} from '@contracts/ipc';
import type { Clock } from '../../platform/clock';
import { parseJson } from '../database/json-column';
import type { LibraryDatabase } from '../database/library-database';
import { foldJournal, historyAfter, noHistory, type HistoryVersions } from './journal-history';
import { nameOf, ProjectRows, type CommitSource, type JournalEntry } from './project-rows';

export interface ProjectServiceOptions {
  readonly clock: Clock;
  readonly newId: () => string;
  /** What else belongs to a project; kept by other services. */
  readonly contentsOf: (projectId: string) => Pick<OpenProject, 'takes' | 'media' | 'jobs'>;
}

export interface CommitInput {
  readonly projectId: string;
  readonly baseVersion: number;
  readonly label: string;
  /** amend: joins the last undo entry. */
  readonly source: CommitSource | 'amend';
  readonly diff: DocumentDiff;
}

interface OpenState {
  readonly version: number;
  readonly document: Document;
  readonly history: HistoryVersions;
}

/** Documents kept in memory, least recently used dropped first. */
const CACHED_MAX = 4;

export class ProjectService {
  readonly #db: LibraryDatabase;
  readonly #rows: ProjectRows;
  readonly #options: ProjectServiceOptions;
  readonly #cache = new Map<string, OpenState>();

  constructor(db: LibraryDatabase, options: ProjectServiceOptions) {
    this.#db = db;
    this.#rows = new ProjectRows(db);
    this.#options = options;
  }

  list(place: ProjectPlace = 'shelf'): ProjectSummary[] {
    return this.#rows.summaries(place);
  }

  create(project: NewProject): string {
    return this.createFrom(createProjectRecords(project));
  }

  /** @throws AppError input/invalid without exactly one project record, or what assertInvariants throws */
  createFrom(records: readonly DocumentRecord[]): string {
    const added = records.map((record) => schemas.DocumentRecord.parse(record));
    const diff: DocumentDiff = { added, updated: [], removed: [] };
    const document = documentFromRecords(added);
    const name = nameOf(document);
    assertInvariants(document);
    const projectId = this.#options.newId();
    const at = this.#options.clock.now();
    this.#db.transaction(() => {
      this.#rows.insert({ id: projectId, name, at });
      this.#rows.write(projectId, { version: 1, label: 'Create project', source: 'session', diff }, at, name);
    });
    return projectId;
  }

  /** @throws AppError project/not-found */
  open(projectId: string): OpenProject {
    const row = this.#rows.require(projectId);
    const state = this.#load(projectId);
    this.#rows.setOpened(projectId, this.#options.clock.now());
    return {
      id: projectId,
      version: state.version,
      records: [...state.document.values()],
      history: this.#historyEntries(projectId, state.history),
      ...this.#options.contentsOf(projectId),
      view: row.view === null ? null : parseJson(ProjectView, row.view, 'projects.view'),
    };
  }

  /** The document and its version, for plans made in this process (export). @throws AppError project/not-found */
  document(projectId: string): { readonly version: number; readonly document: Document } {
    return this.#load(projectId);
  }

  /**
   * @throws AppError project/not-found, project/stale-version, input/invalid (nothing to undo or redo), or what
   * applyDiff and assertInvariants throw; the project is then as it was
   */
  commit(input: CommitInput): { version: number } {
    const diff = schemas.DocumentDiff.parse(input.diff);
    try {
      const next = this.#db.transaction(() => this.#write(input, diff));
      this.#remember(input.projectId, next);
      return { version: next.version };
    } catch (error) {
      this.#cache.delete(input.projectId);
      throw error;
    }
  }

  history(projectId: string): { undo: HistoryEntry[]; redo: HistoryEntry[] } {
    return this.#historyEntries(projectId, this.#load(projectId).history);
  }

  saveView(projectId: string, view: ProjectView): void {
    this.#rows.require(projectId);
    this.#rows.setView(projectId, ProjectView.parse(view));
  }

  lastOpened(): string | null {
    return this.#rows.lastOpened();
  }

  trash(projectId: string): void {
    this.#rows.require(projectId);
    this.#rows.setTrashed(projectId, this.#options.clock.now());
  }

  restore(projectId: string): void {
    this.#rows.require(projectId);
    this.#rows.setTrashed(projectId, null);
  }

  /** Out of the first list and out of the way; nothing else changes. */
  setArchived(projectId: string, isArchived: boolean): void {
    this.#rows.require(projectId);
    this.#rows.setArchived(projectId, isArchived ? this.#options.clock.now() : null);
  }

  /** @throws AppError project/not-found */
  nameOf(projectId: string): string {
    return this.#rows.require(projectId).name;
  }

  /** @throws AppError project/not-found */
  assertExists(projectId: string): void {
    this.#rows.require(projectId);
  }

  /** Something else wrote its rows (a bundle that was merged). */
  forget(projectId: string): void {
    this.#cache.delete(projectId);
  }

  #write(input: CommitInput, diff: DocumentDiff): OpenState {
    const { projectId, baseVersion } = input;
    const state = this.#load(projectId);
    if (baseVersion !== state.version)
      throw new AppError(
        'project/stale-version',
        `This change was made on version ${baseVersion} of the project, which is now at ${state.version}.`,
        { field: 'baseVersion', value: String(baseVersion), remedy: 'Open the project again and repeat the change.' },
      );
    let next = state;
    for (const step of this.#stepsOf(input, diff, state)) {
      const version = next.version + 1;
      const history = historyAfter(next.history, version, step.source);
      if (history === null)
        throw invalidInput(
          'source',
          step.source,
          `there is nothing to ${step.source}`,
          'Open the project again to see its history.',
        );
      const document = applyDiff(next.document, step.diff);
      assertInvariants(document, changeOf(next.document, step.diff));
      this.#rows.write(projectId, { version, ...step }, this.#options.clock.now(), nameOf(document));
      next = { version, document, history };
    }
    return next;
  }

  /** An amendment is journalled as the last entry undone and made again with the change in it. */
  #stepsOf(input: CommitInput, diff: DocumentDiff, state: OpenState): readonly Omit<JournalEntry, 'version'>[] {
    const { projectId, label, source } = input;
    if (source !== 'amend') return [{ label, source, diff }];
    const version = state.history.undo.at(-1);
    const last = version === undefined ? null : this.#rows.journalEntry(projectId, version);
    if (last === null)
      throw invalidInput('source', source, 'there is no edit to join', 'Open the project again to see its history.');
    return [
      { label: last.label, source: 'undo', diff: reverseDiff(last.diff) },
      { label: last.label, source: 'edit', diff: squashDiffs(last.diff, diff) },
    ];
  }

  #load(projectId: string): OpenState {
    const cached = this.#cache.get(projectId);
    if (cached !== undefined) {
      this.#remember(projectId, cached);
      return cached;
    }
    const { version } = this.#rows.require(projectId);
    const document = documentFromRecords(this.#rows.records(projectId));
    const history = version === 0 ? noHistory : foldJournal(this.#rows.journalSteps(projectId));
    const state: OpenState = { version, document, history };
    this.#remember(projectId, state);
    return state;
  }

  #remember(projectId: string, state: OpenState): void {
    this.#cache.delete(projectId);
    this.#cache.set(projectId, state);
    const oldest = this.#cache.keys().next();
    if (this.#cache.size > CACHED_MAX && oldest.done !== true) this.#cache.delete(oldest.value);
  }

  #historyEntries(projectId: string, history: HistoryVersions): { undo: HistoryEntry[]; redo: HistoryEntry[] } {
    const entries = (versions: readonly number[]) =>
      versions.flatMap((version) => this.#rows.journalEntry(projectId, version) ?? []);
    return { undo: entries(history.undo), redo: entries(history.redo) };
  }
}
