/**
 * Reads a `.onionskin` file into the library as a project of its own. Nothing in it is trusted: every entry must be listed
 * with its hash, every row must have its form, the history must lead to the document. Files are stored first; the rows
 * come in one transaction at the end, so a stop leaves nothing but files for the sweep.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { applyDiff, documentFromRecords } from '@core/document/apply-diff';
import { assertInvariants } from '@core/document/invariants';
import type { Document, DocumentRecord } from '@core/document/records';
import { recordsEqual } from '@core/document/records-equal';
import { AppError } from '@core/errors';
import { BundleManifest, BundleMedia, BundleProject, BundleTakes, type ImportedBundle } from '@contracts/bundle';
import type { ModelManifest } from '@contracts/model-manifest';
import { writeFileAtomic } from '../../platform/fs-atomic';
import type { LibraryPaths } from '../../platform/paths';
import type { LibraryDatabase } from '../database/library-database';
import { assertFreeSpace } from '../library/free-space';
import { commitSources } from '../projects/project-rows';
import { recipeHash } from '../takes/recipe-hash';
import { FootageFacts } from '../footage/probe-footage';
import { TakeStore } from '../takes/take-store';
import { damaged, ZipReader } from './zip-file';

export interface ImportBundleOptions {
  readonly newId: () => string;
  readonly installedModels: readonly Pick<ModelManifest, 'id' | 'version'>[];
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

const JSON_BYTES_MAX = 512 * 1024 ** 2;
const FILE_BYTES_MAX = 512 * 1024 ** 2;
const Found = z.object({ found: z.int() });

/** @throws AppError media/unsupported (no bundle), media/unreadable (damaged), library/disk-full, cancelled */
export async function importBundle(
  db: LibraryDatabase,
  paths: LibraryPaths,
  path: string,
  options: ImportBundleOptions,
): Promise<ImportedBundle> {
  const zip = await ZipReader.open(path);
  try {
    const manifest = parse(BundleManifest, await zip.read('manifest.json', JSON_BYTES_MAX), 'manifest.json');
    const listed = new Map(manifest.entries.map((entry) => [entry.path, entry]));
    const unlisted = zip.paths.find((name) => name !== 'manifest.json' && !listed.has(name));
    if (unlisted !== undefined || listed.size !== manifest.entries.length)
      throw damaged(`its manifest does not fit its entries (${(unlisted ?? 'one is listed twice').slice(0, 100)})`);
    const read = async (name: string, maxBytes: number) => {
      if (options.signal?.aborted === true) throw new AppError('cancelled', 'The import was cancelled.');
      const bytes = await zip.read(name, maxBytes);
      if (sha256(bytes) !== listed.get(name)?.sha256) throw damaged(`${name} is not what its manifest says`);
      return bytes;
    };
    await assertFreeSpace(
      paths.dir,
      manifest.entries.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    const project = parse(BundleProject, await read('project.json', JSON_BYTES_MAX), 'project.json');
    const takes = parse(BundleTakes, await read('takes.json', JSON_BYTES_MAX), 'takes.json');
    const media = parse(BundleMedia, await read('media.json', JSON_BYTES_MAX), 'media.json');
    assertConsistent(project, takes, media, listed);

    const files = manifest.entries.filter((entry) => entry.path.includes('/'));
    for (const [done, entry] of files.entries()) {
      await storeFile(paths, entry.path, await read(entry.path, FILE_BYTES_MAX));
      options.onProgress?.({ done: done + 1, total: files.length });
    }
    const projectId = insertProject(db, { project, takes, media, name: manifest.projectName }, options.newId);
    return {
      projectId,
      projectName: manifest.projectName,
      takes: takes.length,
      frames: files.filter((entry) => entry.path.startsWith('frames/')).length,
      media: media.media.length,
      missingModels: missingModels(manifest, options.installedModels),
    };
  } finally {
    await zip.close();
  }
}

interface Content {
  readonly project: BundleProject;
  readonly takes: BundleTakes;
  readonly media: BundleMedia;
  readonly name: string;
}

function assertConsistent(
  project: BundleProject,
  takes: BundleTakes,
  { media, fitted }: BundleMedia,
  listed: ReadonlyMap<string, unknown>,
): void {
  const document = documentFrom(project.records);
  let folded: Document = new Map();
  try {
    assertInvariants(document);
    for (const { diff } of project.journal) folded = applyDiff(folded, diff);
  } catch (error) {
    throw damaged('its project breaks the rules of a project', error);
  }
  const isSame = folded.size === document.size && project.records.every((one) => recordsEqual(folded.get(one.id), one));
  const isCounted =
    project.journal.length === project.version && project.journal.every(({ version }, i) => version === i + 1);
  const isKnown = project.journal.every(({ source }) => commitSources.some((known) => known === source));
  const isNamed = project.namedVersions.every(({ version, name }) => version <= project.version && name !== '');
  if (!isSame || !isCounted || !isKnown || !isNamed) throw damaged('its history does not lead to its project');
  const ids = new Set(takes.map(({ id }) => id));
  if (ids.size !== takes.length) throw damaged('a take is there twice');
  for (const take of takes) {
    if (recipeHash(take.recipe) !== take.recipeHash) throw damaged(`the recipe of take ${take.id} was changed`);
    for (const hash of take.frames) if (!listed.has(`frames/${hash}.png`)) throw damaged(`frame ${hash} is missing`);
  }
  for (const { file, sha256: hash } of media)
    if (file.slice(3, 67) !== hash || file.slice(0, 2) !== hash.slice(0, 2) || !listed.has(`media/${file.slice(3)}`))
      throw damaged(`media/${file} is missing`);
  for (const { file, width, height, samples, sampleRate, channels } of media) {
    const isPicture = width !== null && height !== null && (samples ?? sampleRate ?? channels) === null;
    const isSound = samples !== null && sampleRate !== null && channels !== null && (width ?? height) === null;
    if (!isPicture && !isSound) throw damaged(`media/${file} is neither a picture nor a sound`);
  }
  for (const { hash } of fitted) if (!listed.has(`frames/${hash}.png`)) throw damaged(`frame ${hash} is missing`);
}

function documentFrom(records: readonly DocumentRecord[]): Document {
  if (new Set(records.map(({ id }) => id)).size !== records.length) throw damaged('two records have one id');
  const document = documentFromRecords(records);
  if (document.get('project')?.kind !== 'project') throw damaged('its project has no project record');
  return document;
}

/** The name is a hash, checked by the manifest's form; the content must have that hash. */
async function storeFile(paths: LibraryPaths, entry: string, bytes: Uint8Array): Promise<void> {
  const name = entry.slice(entry.indexOf('/') + 1);
  if (sha256(bytes) !== name.slice(0, 64)) throw damaged(`${entry} is not what its name says`);
  const path = join(entry.startsWith('frames/') ? paths.frames : paths.media, name.slice(0, 2), name);
  if (!existsSync(path)) await writeFileAtomic(path, bytes);
}

/** Ids that the library has already are replaced by fresh ones, wherever they are named. */
export function insertProject(
  db: LibraryDatabase,
  { project, takes, media, name }: Content,
  newId: () => string,
): string {
  const projectId = newId();
  const store = new TakeStore(db);
  return db.transaction(() => {
    const exists = (sql: string, id: string) => db.get(Found, sql, id)?.found === 1;
    const takeSql = 'SELECT EXISTS (SELECT 1 FROM takes WHERE id = ?) AS found';
    const mediaSql = 'SELECT EXISTS (SELECT 1 FROM media WHERE id = ?) AS found';
    const footageSql = 'SELECT EXISTS (SELECT 1 FROM footage WHERE id = ?) AS found';
    const ids = new Map<string, string>();
    for (const { id } of takes) ids.set(`take ${id}`, exists(takeSql, id) ? newId() : id);
    for (const { id } of media.media) ids.set(`media ${id}`, exists(mediaSql, id) ? newId() : id);
    for (const { id } of media.footage) ids.set(`media ${id}`, exists(footageSql, id) ? newId() : id);
    const takeId = (id: string) => ids.get(`take ${id}`) ?? id;
    const mediaId = (id: string) => ids.get(`media ${id}`) ?? id;
    const rename = (record: DocumentRecord) => renamed(record, takeId, mediaId);

    db.run(
      'INSERT INTO projects (id, name, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?)',
      ...[projectId, name, project.version, project.createdAt, project.updatedAt],
    );
    for (const record of project.records)
      db.run(
        'INSERT INTO records (project_id, id, kind, json) VALUES (?, ?, ?, ?)',
        ...[projectId, record.id, record.kind, JSON.stringify(rename(record))],
      );
    for (const { version, label, source, diff, createdAt } of project.journal) {
      const updated = diff.updated.map(({ from, to }) => ({ from: rename(from), to: rename(to) }));
      const own = { ...diff, added: diff.added.map(rename), updated, removed: diff.removed.map(rename) };
      db.run(
        'INSERT INTO journal (project_id, version, label, source, diff, created_at) VALUES (?, ?, ?, ?, ?, ?)',
        ...[projectId, version, label, source, JSON.stringify(own), createdAt],
      );
    }
    for (const { version, name: versionName, createdAt } of project.namedVersions)
      db.run('INSERT INTO named_versions VALUES (?, ?, ?, ?)', projectId, version, versionName, createdAt);
    for (const one of media.media)
      db.run(
        `INSERT INTO media (id, project_id, name, file, width, height, sample_rate, channels, samples, bytes, sha256,
                            created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[
          mediaId(one.id),
          projectId,
          one.name,
          one.file,
          one.width,
          one.height,
          one.sampleRate,
          one.channels,
          one.samples,
          one.bytes,
          one.sha256,
          one.createdAt,
        ],
      );
    for (const { id, name: own, facts, poster, bytes, sha256: print, createdAt } of media.footage)
      // An original that another project of this library has linked is linked here too.
      db.run(
        `INSERT INTO footage (id, project_id, name, place, facts, poster, bytes, sha256, created_at)
         VALUES (?, ?, ?, (SELECT place FROM footage WHERE sha256 = ? AND place IS NOT NULL LIMIT 1), ?, ?, ?, ?, ?)`,
        ...[mediaId(id), projectId, own, print, JSON.stringify(FootageFacts.parse(JSON.parse(facts))), poster],
        ...[bytes, print, createdAt],
      );
    for (const { mediaSha256, width, height, hash } of media.fitted) {
      store.addFrames([hash], project.createdAt);
      db.run(
        'INSERT INTO fitted_frames (media_sha256, width, height, hash) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
        ...[mediaSha256, width, height, hash],
      );
    }
    for (const take of parentsFirst(takes)) {
      const { isStarred, note, recipeHash: _hash, ...rest } = take;
      const id = takeId(take.id);
      const parentTakeId =
        take.parentTakeId === null || !ids.has(`take ${take.parentTakeId}`) ? null : takeId(take.parentTakeId);
      store.add({ ...rest, id, projectId, parentTakeId });
      if (isStarred || note !== '')
        db.run('UPDATE runs SET is_starred = ?, note = ? WHERE take_id = ?', isStarred ? 1 : 0, note, id);
    }
    return projectId;
  });
}

function renamed(
  record: DocumentRecord,
  takeId: (id: string) => string,
  mediaId: (id: string) => string,
): DocumentRecord {
  if (record.kind === 'segment') {
    const { activeTakeId, footage } = record;
    return {
      ...record,
      activeTakeId: activeTakeId === null ? null : takeId(activeTakeId),
      ...(footage && { footage: { ...footage, mediaId: mediaId(footage.mediaId) } }),
    };
  }
  if (record.kind === 'anchor') return { ...record, mediaId: mediaId(record.mediaId) };
  if (record.kind === 'clip' && record.source.type !== 'shot')
    return { ...record, source: { ...record.source, mediaId: mediaId(record.source.mediaId) } };
  return record;
}

/** A row may name only a parent that is there. @throws AppError media/unreadable when parents form a circle */
function parentsFirst(takes: BundleTakes): BundleTakes {
  const byId = new Map(takes.map((take) => [take.id, take]));
  const ordered = new Map<string, BundleTakes[number]>();
  // The oldest first, so that takes keep the order they were made in.
  for (const take of [...takes].reverse()) {
    const chain: BundleTakes = [];
    for (let at = byId.get(take.id); at !== undefined && !ordered.has(at.id);) {
      if (chain.includes(at)) throw damaged('its takes grew from one another in a circle');
      chain.unshift(at);
      at = at.parentTakeId === null ? undefined : byId.get(at.parentTakeId);
    }
    for (const one of chain) ordered.set(one.id, one);
  }
  return [...ordered.values()];
}

function missingModels(
  { models }: BundleManifest,
  installed: readonly Pick<ModelManifest, 'id' | 'version'>[],
): ImportedBundle['missingModels'] {
  return models.flatMap(({ id, version, name = null, licence = null, source = null }) => {
    const own = installed.find((model) => model.id === id);
    if (own?.version === version) return [];
    return [{ id, version, installed: own?.version ?? null, name, licence, source }];
  });
}

function parse<T>(schema: z.ZodType<T>, bytes: Uint8Array, name: string): T {
  try {
    return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (error) {
    throw damaged(`${name} cannot be read`, error);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
