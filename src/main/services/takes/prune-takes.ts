/**
 * Pruning: which takes nothing needs any more, what they weigh, and the trash they go to. Kept are those that are seen,
 * pinned, starred or noted, shown by a named version or needed by a job, and all that these were made from. What goes can
 * be restored until space is reclaimed.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { recordsOf } from '@core/document/access';
import { documentFromRecords } from '@core/document/apply-diff';
import { branchOf } from '@core/document/branch';
import { resolveShot, takeIndexFrom } from '@core/document/film';
import { takesUntil } from '@core/document/restore-version';
import type { Document } from '@core/document/records';
import { invalidInput } from '@core/errors';
import type { TakeView } from '@contracts/job';
import type { PrunableTake, PrunePlan } from '@contracts/prune';
import type { ProjectVersion } from '@contracts/versions';
import type { Clock } from '../../platform/clock';
import { framePath } from '../../platform/paths';
import type { LibraryDatabase } from '../database/library-database';
import { sizeOf } from '../upkeep/unnamed-files';
import type { TakeStore } from './take-store';

export interface PruneOptions {
  readonly framesDir: string;
  readonly clock: Clock;
  readonly takes: TakeStore;
  readonly documentOf: (projectId: string) => Document;
  readonly namedVersions: (projectId: string) => readonly ProjectVersion[];
}

const Id = z.object({ id: z.string() });
const Recipe = z.object({ id: z.string(), recipe: z.string() });
const Payload = z.object({ payload: z.string() });
const Hash = z.object({ hash: z.string() });
const HASH = /\b[0-9a-f]{64}\b/g;
const PAGE = 200;

export class PruneTakes {
  readonly #db: LibraryDatabase;
  readonly #options: PruneOptions;

  constructor(db: LibraryDatabase, options: PruneOptions) {
    this.#db = db;
    this.#options = options;
  }

  /** @throws AppError project/not-found */
  async plan(projectId: string): Promise<PrunePlan> {
    const { offered, kept } = this.#offered(projectId);
    const isOffered = new Set(offered.map(({ id }) => id));
    const inFilm = segmentsInFilm(this.#options.documentOf(projectId));
    const plan: PrunableTake[] = [];
    for (const { id: takeId, shotId, segmentId, parentTakeId, frames } of offered)
      plan.push({
        takeId,
        shotId,
        segmentId,
        parentTakeId: parentTakeId !== null && isOffered.has(parentTakeId) ? parentTakeId : null,
        frames: frames.length,
        bytes: await this.bytesOf(projectId, [takeId]),
        isOfFilm: inFilm.has(segmentId),
      });
    return { takes: plan, kept };
  }

  async bytesOf(projectId: string, takeIds: readonly string[]): Promise<number> {
    const ids = JSON.stringify(this.#ofProject(projectId, takeIds));
    let bytes = 0;
    for (let after = ''; ;) {
      await nextTurn();
      const page = this.#db.all(Hash, ONLY_IN_TAKES, ids, ids, after, PAGE);
      for (const { hash } of page) bytes += (await sizeOf(framePath(this.#options.framesDir, hash)))?.bytes ?? 0;
      const last = page.at(-1);
      if (last === undefined) return bytes;
      after = last.hash;
    }
  }

  /** @throws AppError input/invalid when one of them is needed: the project has changed since the plan was made */
  trash(projectId: string, takeIds: readonly string[]): void {
    const { offered } = this.#offered(projectId);
    const isOffered = new Set(offered.map(({ id }) => id));
    const chosen = new Set(takeIds);
    const isNeeded = (takeId: string): boolean =>
      !isOffered.has(takeId) || offered.some(({ id, parentTakeId }) => parentTakeId === takeId && !chosen.has(id));
    const needed = takeIds.find(isNeeded);
    if (needed !== undefined)
      throw invalidInput(
        'takeIds',
        needed,
        'one of these takes is used, or another take was made from it',
        'Look at the list again. Nothing was removed.',
      );
    this.#db.transaction(() => chosen.forEach((id) => this.discard(id)));
  }

  /** A take that nothing can need yet, as it is only now kept. */
  discard(takeId: string): void {
    this.#options.takes.discard(takeId, this.#options.clock.now());
  }

  restore(projectId: string, takeIds: readonly string[]): void {
    this.#db.transaction(() => {
      for (const id of this.#ofProject(projectId, takeIds))
        this.#db.run('DELETE FROM trashed_takes WHERE take_id = ?', id);
    });
  }

  #ofProject(projectId: string, takeIds: readonly string[]): string[] {
    const sql = 'SELECT t.id FROM takes t JOIN json_each(?) wanted ON wanted.value = t.id WHERE t.project_id = ?';
    return this.#db.all(Id, sql, JSON.stringify(takeIds), projectId).map(({ id }) => id);
  }

  /** What nothing needs and is not in the trash, and how many others are not. */
  #offered(projectId: string): { offered: TakeView[]; kept: number } {
    const takes = this.#options.takes.list(projectId);
    const needed = this.#kept(projectId, this.#options.documentOf(projectId), takes);
    const there = takes.filter(({ isTrashed }) => isTrashed !== true);
    const offered = there.filter(({ id }) => !needed.has(id));
    return { offered, kept: there.length - offered.length };
  }

  /** Takes that something needs, and all that they were made from. */
  #kept(projectId: string, document: Document, takes: readonly TakeView[]): ReadonlySet<string> {
    const index = takeIndexFrom(takes);
    const kept = new Set<string>(seenIn(document, index));
    for (const { activeTakeId } of recordsOf(document, 'segment')) if (activeTakeId !== null) kept.add(activeTakeId);
    for (const { id, isStarred, note } of takes) if (isStarred === true || (note ?? '') !== '') kept.add(id);
    for (const { records, until } of this.#options.namedVersions(projectId))
      for (const id of seenIn(documentFromRecords(records), takesUntil(index, until))) kept.add(id);
    const childrenElsewhere = `SELECT DISTINCT parent.id FROM takes parent JOIN takes child ON child.parent_take_id = parent.id
      WHERE parent.project_id = ? AND child.project_id IS NOT parent.project_id`;
    for (const { id } of this.#db.all(Id, childrenElsewhere, projectId)) kept.add(id);
    this.#addOrigins(kept, projectId, takes);
    return kept;
  }

  /** What the kept takes and the jobs that may still run name: their parents, and the takes that have the frames they began with. */
  #addOrigins(kept: Set<string>, projectId: string, takes: readonly TakeView[]): void {
    const withFrame = new Map<string, string[]>();
    for (const { id, frames } of takes)
      for (const hash of new Set(frames)) withFrame.set(hash, [...(withFrame.get(hash) ?? []), id]);
    const ids = new Set(takes.map(({ id }) => id));
    // A frame that several takes share is there as long as one of them is.
    const originsIn = (text: string): string[] =>
      [...new Set(text.match(HASH))].flatMap((hash) => {
        const owners = withFrame.get(hash) ?? [];
        return owners.some((id) => kept.has(id)) ? [] : owners.slice(0, 1);
      });
    const jobs = `SELECT payload FROM jobs WHERE project_id = ?
      AND state IN ('queued', 'running', 'interrupted', 'paused', 'failed')`;
    for (const { payload } of this.#db.all(Payload, jobs, projectId)) {
      for (const id of originsIn(payload)) kept.add(id);
      for (const id of ids) if (payload.includes(`"${id}"`)) kept.add(id);
    }
    const recipes = new Map(
      this.#db
        .all(Recipe, 'SELECT id, recipe FROM takes WHERE project_id = ?', projectId)
        .map(({ id, recipe }) => [id, recipe]),
    );
    const parents = new Map(takes.map(({ id, parentTakeId }) => [id, parentTakeId]));
    // A set that grows while it is walked: origins of origins.
    for (const id of kept) {
      const parent = parents.get(id) ?? null;
      if (parent !== null) kept.add(parent);
      for (const origin of originsIn(recipes.get(id) ?? '')) kept.add(origin);
    }
  }
}

/** Takes on the films of all shots, also of those whose clip was deleted: undo brings it back. */
function seenIn(document: Document, index: ReturnType<typeof takeIndexFrom>): string[] {
  return recordsOf(document, 'shot').flatMap(({ id }) =>
    resolveShot(document, id, index).spans.flatMap(({ takeId }) => takeId ?? []),
  );
}

function segmentsInFilm(document: Document): ReadonlySet<string> {
  return new Set(
    recordsOf(document, 'shot').flatMap(({ headSegmentId }) =>
      headSegmentId === null ? [] : branchOf(document, headSegmentId).map(({ id }) => id),
    ),
  );
}

/** Hashes after one, of frames that only the takes have that are given as JSON, twice. */
export const ONLY_IN_TAKES = `SELECT DISTINCT f.hash FROM take_frames f JOIN json_each(?) chosen ON chosen.value = f.take_id
  WHERE NOT EXISTS (SELECT 1 FROM take_frames o WHERE o.hash = f.hash AND o.take_id NOT IN (SELECT value FROM json_each(?)))
    AND NOT EXISTS (SELECT 1 FROM fitted_frames x WHERE x.hash = f.hash)
    AND f.hash > ? ORDER BY f.hash LIMIT ?`;
