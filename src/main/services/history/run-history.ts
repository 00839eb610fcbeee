/**
 * The history of runs: search with paging, stars, notes. Words are looked up in an FTS5 index (migration 0005); a page is
 * cut by the running number of its last row, so new runs neither shift pages nor repeat rows.
 */
import { z } from 'zod';
import { AppError, invalidInput } from '@core/errors';
import { HistoryQuery, NOTE_MAX, type HistoryPage, type HistoryRun } from '@contracts/history';
import { WireError } from '@contracts/wire-error';
import { parseJson } from '../database/json-column';
import type { LibraryDatabase } from '../database/library-database';

const Row = z.object({
  n: z.int(),
  takeId: z.string().nullable(),
  jobId: z.string().nullable(),
  projectId: z.string().nullable(),
  projectName: z.string().nullable(),
  trashedAt: z.int().nullable(),
  modelId: z.string(),
  seed: z.int(),
  prompt: z.string(),
  createdAt: z.int(),
  isStarred: z.int(),
  note: z.string(),
  frameCount: z.int(),
  posterFrame: z.string().nullable(),
  error: z.string().nullable(),
});

const columns = `r.n, r.take_id AS takeId, r.job_id AS jobId, r.project_id AS projectId, p.name AS projectName,
  p.trashed_at AS trashedAt, r.model_id AS modelId, r.seed, r.prompt, r.created_at AS createdAt,
  r.is_starred AS isStarred, r.note,
  (SELECT count(*) FROM take_frames f WHERE f.take_id = r.take_id) AS frameCount,
  (SELECT hash FROM take_frames f WHERE f.take_id = r.take_id AND f.position = 0) AS posterFrame,
  (SELECT error FROM jobs j WHERE j.id = r.job_id) AS error`;
const within = 'r.created_at >= ? AND r.created_at < ?';
const ALL = `SELECT ${columns} FROM runs r LEFT JOIN projects p ON p.id = r.project_id
  WHERE r.n < ? AND ${within} ORDER BY r.n DESC LIMIT ?`;
// CROSS JOIN keeps SQLite from starting at `runs`: the index gives the numbers newest first, and stops at the limit.
const MATCHING = `SELECT ${columns} FROM run_search s CROSS JOIN runs r ON r.n = s.rowid
  LEFT JOIN projects p ON p.id = r.project_id
  WHERE run_search MATCH ? AND s.rowid < ? AND ${within} ORDER BY s.rowid DESC LIMIT ?`;
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

export class RunHistory {
  readonly #db: LibraryDatabase;

  constructor(db: LibraryDatabase) {
    this.#db = db;
  }

  /** Newest first. Every word must be found; an answer without runs is an answer. */
  search(asked: HistoryQuery): HistoryPage {
    const query = HistoryQuery.parse(asked);
    const match = matchOf(query);
    const range = [query.before ?? NO_LIMIT, query.from ?? 0, query.to ?? NO_LIMIT, query.limit + 1] as const;
    if (match === 'nothing') return { runs: [], next: null };
    const rows = match === null ? this.#db.all(Row, ALL, ...range) : this.#db.all(Row, MATCHING, match, ...range);
    const page = rows.slice(0, query.limit);
    return { runs: page.map(viewOf), next: rows.length > query.limit ? (page.at(-1)?.n ?? null) : null };
  }

  /** @throws AppError input/not-found */
  star(takeId: string, isStarred: boolean): void {
    this.#mark('UPDATE runs SET is_starred = ? WHERE take_id = ?', isStarred ? 1 : 0, takeId);
  }

  /** An empty note removes it. @throws AppError input/not-found, input/invalid (longer than 2,000 characters) */
  note(takeId: string, note: string): void {
    if (note.length > NOTE_MAX)
      throw invalidInput('note', note.length, `a note has at most ${NOTE_MAX} characters`, 'Shorten it.');
    this.#mark('UPDATE runs SET note = ? WHERE take_id = ?', note, takeId);
  }

  #mark(sql: string, value: string | number, takeId: string): void {
    if (this.#db.run(sql, value, takeId) > 0) return;
    throw new AppError('input/not-found', 'This take is not in the library.', {
      field: 'takeId',
      value: takeId,
      remedy: 'Look at the history again.',
    });
  }
}

/** The FTS5 expression of a query; null when it asks for everything, 'nothing' when it can find nothing. */
function matchOf(query: z.output<typeof HistoryQuery>): string | null {
  const parts: string[] = [];
  for (const word of query.text.split(/\s+/)) {
    // Signs alone are no words to the index.
    if (!/[\p{L}\p{N}]/u.test(word)) continue;
    const beginning = `{prompt note} : ${quoted(word)} *`;
    parts.push(/^\d{1,10}$/.test(word) ? `(${beginning} OR facets : ${quoted(`s${Number(word)}`)})` : `(${beginning})`);
  }
  const facet = (name: string) => void parts.push(`(facets : ${quoted(name)})`);
  if (query.modelId !== null) facet(`m${hexOf(query.modelId)}`);
  if (query.projectId !== null) facet(`p${hexOf(query.projectId)}`);
  if (query.seed !== null) facet(`s${query.seed}`);
  if (query.isStarred) facet('starred');
  if (query.kind !== 'all') facet(query.kind === 'takes' ? 'taken' : 'failed');
  if (parts.length > 0) return parts.join(' AND ');
  return query.text.trim() === '' ? null : 'nothing';
}

/** A string of the FTS5 query language, in which nothing is an operator. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** As SQLite's hex() writes it. */
function hexOf(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function viewOf({ n: _n, trashedAt, isStarred, error, ...row }: z.infer<typeof Row>): HistoryRun {
  return {
    ...row,
    isProjectTrashed: trashedAt !== null,
    isStarred: isStarred === 1,
    error: error === null ? null : parseJson(WireError, error, 'jobs.error'),
  };
}
