/**
 * The library's own housekeeping as the studio shows it: what a check found, what could be given back, which backups
 * there are. Numbers of bytes are of files; names are file names inside the library, never paths.
 */
import { z } from 'zod';
import { Id, Sha256 } from './document';

/** How far a long piece of housekeeping is. total may grow while files are being found. */
export const UpkeepProgress = z.object({
  task: z.enum(['verify', 'reclaim']),
  done: z.int().min(0),
  total: z.int().min(0),
});
export type UpkeepProgress = z.infer<typeof UpkeepProgress>;

/** Lists hold at most 1,000 entries; the counts are of all. */
export const VerifyReport = z.object({
  isSound: z.boolean(),
  framesChecked: z.int(),
  mediaChecked: z.int(),
  bytesRead: z.int(),
  /** Sentences of SQLite about its own pages, indexes and keys; empty when there is nothing to say. */
  database: z.array(z.string()),
  /** Frames that rows name and that have no file. */
  missingFrames: z.array(Sha256),
  /** Frames whose file is not what its name says. */
  damagedFrames: z.array(Sha256),
  missingMedia: z.array(z.string()),
  damagedMedia: z.array(z.string()),
  /** Takes and projects that show a missing or damaged frame. */
  affectedTakes: z.array(z.object({ takeId: Id, projectId: Id.nullable() })),
  /** Files in frames/ and media/ without a row: harmless, and swept away after a day. */
  unnamedFiles: z.int(),
  unnamedBytes: z.int(),
});
export type VerifyReport = z.infer<typeof VerifyReport>;

export const ReclaimItem = z.discriminatedUnion('kind', [
  /** Frame and media files that nothing names any more. */
  z.object({ kind: z.literal('unreferenced'), files: z.int(), bytes: z.int() }),
  /** A project in the trash, with its takes, and the files that only it uses. */
  z.object({
    kind: z.literal('trashed-project'),
    projectId: Id,
    name: z.string(),
    trashedAt: z.number(),
    takes: z.int(),
    files: z.int(),
    bytes: z.int(),
  }),
  /** Takes that were pruned from a project, and the frames that only they have. */
  z.object({
    kind: z.literal('trashed-takes'),
    projectId: Id,
    name: z.string(),
    takes: z.int(),
    files: z.int(),
    bytes: z.int(),
  }),
  z.object({ kind: z.literal('backup'), name: z.string().max(200), createdAt: z.number(), bytes: z.int() }),
  /** A database that was damaged, or replaced by a backup, and put aside. While one that was damaged lies there, the sweep removes nothing. */
  z.object({ kind: z.literal('moved-aside'), name: z.string().max(200), bytes: z.int() }),
]);
export type ReclaimItem = z.infer<typeof ReclaimItem>;

/** What could be removed. Removing is asked for with the items chosen from it. */
export const ReclaimPlan = z.object({ items: z.array(ReclaimItem).max(10_000), bytes: z.int() });
export type ReclaimPlan = z.infer<typeof ReclaimPlan>;

export const ReclaimReport = z.object({ filesRemoved: z.int(), bytesFreed: z.int() });
export type ReclaimReport = z.infer<typeof ReclaimReport>;

export const BackupView = z.object({
  /** File name in backups/. */
  name: z.string().min(1).max(200),
  createdAt: z.number(),
  bytes: z.int(),
  /** daily: made once a day · schema: before an upgrade of the library */
  kind: z.enum(['daily', 'schema']),
});
export type BackupView = z.infer<typeof BackupView>;
