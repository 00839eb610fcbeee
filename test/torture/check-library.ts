/**
 * What must be true of a library whose process was killed, whatever it was doing. Works on a linked copy of the folder, so
 * that the next process meets the library exactly as the kill left it.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { applyDiff } from '@core/document/apply-diff';
import { assertInvariants } from '@core/document/invariants';
import type { Document } from '@core/document/records';
import { recordsEqual } from '@core/document/records-equal';
import { DocumentDiff, DocumentRecord } from '@contracts/document';
import { systemClock } from '@main/platform/clock';
import { silentLog } from '@main/platform/log';
import type { LibraryPaths } from '@main/platform/paths';
import { parseJson } from '@main/services/database/json-column';
import type { LibraryDatabase } from '@main/services/database/library-database';
import { openLibrary } from '@main/services/library/library';
import { sweepLibrary } from '@main/services/library/sweep';
import { canonicalJson } from '@main/services/takes/recipe-hash';
import type { Ack } from './acks';

/** Kept over the rounds on one library: what was said, and files whose content was read before. */
export interface Ledger {
  readonly acks: Ack[];
  readonly hashed: Set<string>;
}

export interface CheckedLibrary {
  /** Sentences; empty when all is well. */
  readonly faults: readonly string[];
  readonly commits: number;
  readonly takes: number;
  readonly frames: number;
}

const FrameRow = z.object({ hash: z.string() });
const MediaRow = z.object({ id: z.string(), file: z.string(), sha256: z.string() });
const ProjectRow = z.object({ id: z.string(), version: z.int() });
const JournalRow = z.object({ version: z.int(), diff: z.string() });
const JsonRow = z.object({ json: z.string() });
const JobRow = z.object({ id: z.string(), kind: z.string(), state: z.string(), takeId: z.string().nullable() });
const TakeRow = z.object({ id: z.string(), recipeHash: z.string(), hashes: z.string() });
const KeyFault = z.object({ table: z.string() });

/** @param copyDir an empty folder beside the library, on the same file system */
export async function checkLibrary(libraryDir: string, copyDir: string, ledger: Ledger): Promise<CheckedLibrary> {
  linkTree(libraryDir, copyDir);
  const library = await openLibrary(copyDir, { clock: systemClock, log: silentLog });
  try {
    const { db, paths } = library;
    const faults: string[] = [];
    const fault = (text: string) => void faults.push(text);
    checkDatabase(db, fault);
    const frames = checkFiles(db, paths, ledger.hashed, fault);
    const commits = checkJournals(db, fault);
    checkJobs(db, paths, fault);
    const takes = checkAcks(db, paths, ledger.acks, fault);
    await checkSweep(db, paths, fault);
    return { faults, commits, takes, frames };
  } finally {
    await library.close();
  }
}

/** Frames and media never change, so a link stands for a copy; the database is copied, WAL and all. */
function linkTree(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const target = join(to, source.slice(from.length));
    mkdirSync(dirname(target), { recursive: true });
    if (/\.sqlite|\.lock|\.open/.test(entry.name)) copyFileSync(source, target);
    else linkSync(source, target);
  }
}

type Fault = (text: string) => void;

function checkDatabase(db: LibraryDatabase, fault: Fault): void {
  const answer = db.pragma('integrity_check');
  if (answer !== 'ok') fault(`integrity_check: ${String(answer)}`);
  for (const row of db.all(KeyFault, 'PRAGMA foreign_key_check')) fault(`foreign key broken in ${row.table}`);
}

function checkFiles(db: LibraryDatabase, paths: LibraryPaths, hashed: Set<string>, fault: Fault): number {
  const frames = db.all(FrameRow, 'SELECT hash FROM frames');
  const files = frames.map(({ hash }) => ({ path: framePath(paths, hash), sha256: hash }));
  for (const row of db.all(MediaRow, 'SELECT id, file, sha256 FROM media'))
    files.push({ path: join(paths.media, ...row.file.split('/')), sha256: row.sha256 });
  for (const { path, sha256 } of files) {
    if (!existsSync(path)) fault(`a row without its file: ${path}`);
    else if (!hashed.has(path) && hashOf(readFileSync(path)) !== sha256) fault(`not what its name says: ${path}`);
    hashed.add(path);
  }
  return frames.length;
}

function checkJournals(db: LibraryDatabase, fault: Fault): number {
  let commits = 0;
  for (const project of db.all(ProjectRow, 'SELECT id, version FROM projects')) {
    let document: Document = new Map();
    const journal = db.all(
      JournalRow,
      'SELECT version, diff FROM journal WHERE project_id = ? ORDER BY version',
      project.id,
    );
    commits += journal.length;
    if (journal.length !== project.version || journal.some(({ version }, i) => version !== i + 1))
      fault(`project ${project.id} is at version ${project.version} and its journal has ${journal.length} rows`);
    for (const { diff } of journal) document = applyDiff(document, parseJson(DocumentDiff, diff, 'journal.diff'));
    const stored = db
      .all(JsonRow, 'SELECT json FROM records WHERE project_id = ?', project.id)
      .map(({ json }) => parseJson(DocumentRecord, json, 'records.json'));
    const isSame = stored.length === document.size && stored.every((one) => recordsEqual(document.get(one.id), one));
    if (!isSame) fault(`the journal of ${project.id} does not fold to its records`);
    assertInvariants(document);
  }
  return commits;
}

function checkJobs(db: LibraryDatabase, paths: LibraryPaths, fault: Fault): void {
  const jobs = db.all(JobRow, 'SELECT id, kind, state, take_id AS takeId FROM jobs');
  for (const job of jobs) {
    if (job.kind === 'generate' && job.state === 'done' && job.takeId === null)
      fault(`job ${job.id} is done and has no take`);
    const canRunAgain = ['queued', 'running', 'interrupted'].includes(job.state);
    if (job.kind === 'export' && canRunAgain && !existsSync(join(paths.jobs, job.id, 'plan.json')))
      fault(`export ${job.id} is ${job.state} and its plan is gone`);
  }
  if (jobs.filter(({ state }) => state === 'running').length > 1) fault('two jobs are running');
}

/** Everything that was said to be done. @returns the number of takes that were said */
function checkAcks(db: LibraryDatabase, paths: LibraryPaths, acks: readonly Ack[], fault: Fault): number {
  const versions = new Map(
    db.all(ProjectRow, 'SELECT id, version FROM projects').map(({ id, version }) => [id, version]),
  );
  const frames = new Set(db.all(FrameRow, 'SELECT hash FROM frames').map(({ hash }) => hash));
  const media = new Map(db.all(MediaRow, 'SELECT id, file, sha256 FROM media').map((row) => [row.id, row]));
  const jobs = new Map(
    db.all(JobRow, 'SELECT id, kind, state, take_id AS takeId FROM jobs').map((job) => [job.id, job]),
  );
  const takeSql = `SELECT t.id, t.recipe_hash AS recipeHash, (SELECT group_concat(hash) FROM
    (SELECT hash FROM take_frames WHERE take_id = t.id ORDER BY position)) AS hashes FROM takes t`;
  const takes = new Map(db.all(TakeRow, takeSql).map((take) => [take.id, take]));
  const journalSql = 'SELECT version, diff FROM journal WHERE project_id = ? AND version = ?';
  let saidTakes = 0;
  for (const ack of acks)
    switch (ack.type) {
      case 'ready':
      case 'refused':
      case 'export':
        break;
      case 'project':
        if (!versions.has(ack.projectId)) fault(`project ${ack.projectId} is missing`);
        break;
      case 'commit': {
        const row = db.get(JournalRow, journalSql, ack.projectId, ack.version);
        if (row === null) fault(`version ${ack.version} of ${ack.projectId} is missing`);
        else if (hashOf(canonicalJson(JSON.parse(row.diff))) !== ack.diffHash)
          fault(`version ${ack.version} of ${ack.projectId} is another change than was said`);
        break;
      }
      case 'job':
        if (!jobs.has(ack.jobId)) fault(`job ${ack.jobId} is missing`);
        break;
      case 'ended': {
        const state = jobs.get(ack.jobId)?.state;
        const again = ['queued', 'running', 'interrupted', 'done', 'cancelled', 'failed'];
        // A job that had ended may have been run again since; done is the one end that nothing may change.
        if (ack.state === 'done' ? state !== 'done' : !again.includes(state ?? ''))
          fault(`job ${ack.jobId} was said to be ${ack.state} and is ${state ?? 'missing'}`);
        break;
      }
      case 'frames':
        for (const hash of ack.hashes)
          if (!frames.has(hash) || !existsSync(framePath(paths, hash))) fault(`frame ${hash} is missing`);
        break;
      case 'take': {
        saidTakes++;
        const take = takes.get(ack.takeId);
        if (take?.recipeHash !== ack.recipeHash || take.hashes !== ack.hashes.join(','))
          fault(`take ${ack.takeId} is missing or another`);
        break;
      }
      case 'media':
        if (media.get(ack.mediaId)?.sha256 !== ack.sha256) fault(`media ${ack.mediaId} is missing`);
        break;
      default:
        ack satisfies never;
    }
  return saidTakes;
}

/** As after a day: no file is too young to be removed. */
async function checkSweep(db: LibraryDatabase, paths: LibraryPaths, fault: Fault): Promise<void> {
  const clock = { ...systemClock, now: () => Date.now() + 60_000 };
  const report = await sweepLibrary(db, paths, { clock, log: silentLog, graceMs: 0 });
  for (const hash of report.missing) fault(`the sweep misses frame ${hash}`);
  for (const file of report.missingMedia) fault(`the sweep misses media ${file}`);
  const frames = new Set(db.all(FrameRow, 'SELECT hash FROM frames').map(({ hash }) => `${hash}.png`));
  const media = new Set(db.all(MediaRow, 'SELECT id, file, sha256 FROM media').map(({ file }) => file.split('/')[1]));
  const jobs = new Set(db.all(JobRow, 'SELECT id, kind, state, take_id AS takeId FROM jobs').map(({ id }) => id));
  for (const name of fileNames(paths.frames)) if (!frames.has(name)) fault(`a frame file without a row: ${name}`);
  for (const name of fileNames(paths.media)) if (!media.has(name)) fault(`a media file without a row: ${name}`);
  for (const name of existsSync(paths.jobs) ? readdirSync(paths.jobs) : [])
    if (!jobs.has(name)) fault(`a job's folder without a row: ${name}`);
  const namedSql = `SELECT hash FROM frames WHERE hash NOT IN (SELECT hash FROM take_frames)
    AND hash NOT IN (SELECT hash FROM fitted_frames) AND hash NOT IN (SELECT hash FROM job_frames)`;
  for (const { hash } of db.all(FrameRow, namedSql)) fault(`frame ${hash} is named by nothing and was not swept`);
  for (const { hash } of db.all(FrameRow, 'SELECT hash FROM frames'))
    if (!existsSync(framePath(paths, hash))) fault(`the sweep took the file of a row: ${hash}`);
}

function fileNames(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}

function framePath(paths: LibraryPaths, hash: string): string {
  return join(paths.frames, hash.slice(0, 2), `${hash}.png`);
}

function hashOf(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
