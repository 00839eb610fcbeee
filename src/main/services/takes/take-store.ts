/**
 * Takes: immutable results and the frames they are made of. File first, row second: rows are written when the engine
 * says the files are on disk. Callers put a take and its job's state into one transaction.
 */
import { z } from 'zod';
import { AppError, assert } from '@core/errors';
import type { TakeView } from '@contracts/job';
import { isFootage, TakeRecipe } from '@contracts/recipe';
import { parseJson } from '../database/json-column';
import type { LibraryDatabase } from '../database/library-database';
import { recipeHash } from './recipe-hash';

export interface NewTake {
  readonly id: string;
  readonly projectId: string | null;
  readonly shotId: string;
  readonly segmentId: string;
  readonly parentTakeId: string | null;
  readonly recipe: TakeRecipe;
  /** What it was planned as; null or left out = not known. */
  readonly draftKey?: string | null;
  /** In shot order, at least one. */
  readonly frames: readonly string[];
  readonly createdAt: number;
}

const TakeRow = z.object({
  id: z.string(),
  shotId: z.string(),
  segmentId: z.string(),
  parentTakeId: z.string().nullable(),
  seed: z.int(),
  recipeHash: z.string(),
  draftKey: z.string().nullable(),
  createdAt: z.int(),
});
/** Stars and notes are the history's; takes themselves never change. */
const MarkedRow = TakeRow.extend({ isStarred: z.int(), note: z.string(), isTrashed: z.int() });
const FrameRow = z.object({ takeId: z.string(), hash: z.string() });
const TimeRow = z.object({ last: z.int().nullable() });
const IdRow = z.object({ id: z.string() });
const RecipeRow = z.object({ recipe: z.string(), projectId: z.string().nullable() });

const columns = `t.id, t.shot_id AS shotId, t.segment_id AS segmentId, t.parent_take_id AS parentTakeId, t.seed,
                 t.recipe_hash AS recipeHash, t.draft_key AS draftKey, t.created_at AS createdAt`;

/** Footage has none; the column wants a number. */
const NO_SEED = 0;

export class TakeStore {
  readonly #db: LibraryDatabase;

  constructor(db: LibraryDatabase) {
    this.#db = db;
  }

  add(take: NewTake): TakeView {
    assert(take.frames.length > 0, 'a take has at least one frame');
    const view: TakeView = {
      id: take.id,
      shotId: take.shotId,
      segmentId: take.segmentId,
      parentTakeId: take.parentTakeId,
      seed: isFootage(take.recipe) ? NO_SEED : take.recipe.seed,
      frames: [...take.frames],
      recipeHash: recipeHash(take.recipe),
      draftKey: take.draftKey ?? null,
      createdAt: take.createdAt,
    };
    this.#db.transaction(() => {
      this.addFrames(take.frames, take.createdAt);
      this.#db.run(
        `INSERT INTO takes (id, project_id, shot_id, segment_id, parent_take_id, seed, recipe, recipe_hash, draft_key,
                            created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[view.id, take.projectId, view.shotId, view.segmentId, view.parentTakeId],
        ...[view.seed, JSON.stringify(take.recipe), view.recipeHash, view.draftKey, view.createdAt],
      );
      take.frames.forEach((hash, position) => {
        this.#db.run('INSERT INTO take_frames (take_id, position, hash) VALUES (?, ?, ?)', view.id, position, hash);
      });
    });
    return view;
  }

  /**
   * The time of a take made now. Never before an earlier one of its project, also when the clock was set back: a segment
   * shows its newest.
   */
  timeOfNext(projectId: string | null, now: number): number {
    const last = this.#db.get(TimeRow, 'SELECT max(created_at) AS last FROM takes WHERE project_id IS ?', projectId);
    return Math.max(now, (last?.last ?? -1) + 1);
  }

  /** Says that these frame files are safely stored. */
  addFrames(hashes: readonly string[], at: number): void {
    for (const hash of hashes)
      this.#db.run('INSERT INTO frames (hash, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING', hash, at);
  }

  /** Puts it in the trash; a take that is there already stays as it is. */
  discard(takeId: string, at: number): void {
    this.#db.run('INSERT OR IGNORE INTO trashed_takes VALUES (?, ?)', takeId, at);
  }

  /** @throws AppError input/not-found */
  get(takeId: string): { view: TakeView; recipe: TakeRecipe; projectId: string | null } {
    const row = this.#db.get(TakeRow, `SELECT ${columns} FROM takes t WHERE t.id = ?`, takeId);
    const rest = this.#db.get(RecipeRow, 'SELECT recipe, project_id AS projectId FROM takes WHERE id = ?', takeId);
    if (row === null || rest === null)
      throw new AppError('input/not-found', 'This take is not in the library.', {
        field: 'take',
        value: takeId,
        remedy: 'Open the project again; `onionskin` prints the ids of the takes it makes.',
      });
    const frames = this.#db.all(
      FrameRow,
      'SELECT take_id AS takeId, hash FROM take_frames WHERE take_id = ? ORDER BY position',
      takeId,
    );
    return {
      view: { ...row, frames: frames.map((frame) => frame.hash) },
      recipe: parseJson(TakeRecipe, rest.recipe, 'takes.recipe'),
      projectId: rest.projectId,
    };
  }

  /** Hashes in order, for copies that are wanted at once. @throws AppError input/not-found, input/invalid for more frames than that */
  framesOf(takeId: string, atMost: number): readonly string[] {
    const { frames } = this.get(takeId).view;
    if (frames.length > atMost)
      throw new AppError('input/invalid', `This take has ${frames.length} frames, too many to be dragged.`, {
        field: 'take',
        value: String(frames.length),
        remedy: 'Export it as numbered pictures, then drag the export from the queue.',
      });
    return frames;
  }

  /** Frames of the longest take that was made from this very recipe; empty when there is none. */
  framesOfRecipe(recipe: TakeRecipe): string[] {
    const sql = `SELECT take_id AS takeId, hash FROM take_frames WHERE take_id =
      (SELECT t.id FROM takes t JOIN take_frames f ON f.take_id = t.id WHERE t.recipe_hash = ?
       GROUP BY t.id ORDER BY count(*) DESC LIMIT 1) ORDER BY position`;
    return this.#db.all(FrameRow, sql, recipeHash(recipe)).map(({ hash }) => hash);
  }

  /** Id of the newest take made by this recipe; null when this library has none. */
  newestOf(recipeHash: string): string | null {
    const sql = 'SELECT id FROM takes WHERE recipe_hash = ? ORDER BY created_at DESC, rowid DESC LIMIT 1';
    return this.#db.get(IdRow, sql, recipeHash)?.id ?? null;
  }

  /** Takes of a project, newest first; two statements, whatever their number. */
  list(projectId: string): TakeView[] {
    const rows = this.#db.all(
      MarkedRow,
      `SELECT ${columns}, ifnull(r.is_starred, 0) AS isStarred, ifnull(r.note, '') AS note, d.take_id IS NOT NULL AS isTrashed
       FROM takes t LEFT JOIN runs r ON r.take_id = t.id LEFT JOIN trashed_takes d ON d.take_id = t.id
       WHERE t.project_id = ? ORDER BY t.created_at DESC, t.rowid DESC`,
      projectId,
    );
    const framesOf = new Map<string, string[]>(rows.map((row) => [row.id, []]));
    const frames = this.#db.all(
      FrameRow,
      `SELECT f.take_id AS takeId, f.hash FROM takes t JOIN take_frames f ON f.take_id = t.id
       WHERE t.project_id = ? ORDER BY f.take_id, f.position`,
      projectId,
    );
    for (const { takeId, hash } of frames) framesOf.get(takeId)?.push(hash);
    return rows.map(({ isStarred, note, isTrashed, ...row }) => ({
      ...row,
      frames: framesOf.get(row.id) ?? [],
      ...(isStarred === 1 && { isStarred: true }),
      ...(note !== '' && { note }),
      ...(isTrashed === 1 && { isTrashed: true }),
    }));
  }
}
