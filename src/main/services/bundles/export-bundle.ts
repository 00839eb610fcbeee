/**
 * Writes a project as a `.onionskin` file: its document with its history, every take with its recipe, the frames of all
 * takes, the imported pictures and sounds, and what was fitted from them. Each entry's sha256 stands in the manifest. The file appears
 * whole or not at all.
 */
import { createHash, randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '@core/errors';
import type { BundleManifest, BundleMedia, BundleModel, BundleProject, BundleTakes } from '@contracts/bundle';
import { DocumentDiff } from '@contracts/document';
import { isFootage } from '@contracts/recipe';
import { NamedVersion } from '@contracts/versions';
import type { ModelManifest } from '@contracts/model-manifest';
import type { Clock } from '../../platform/clock';
import { errnoOf, fileErrorFrom, syncDir } from '../../platform/fs-atomic';
import { framePath, type LibraryPaths } from '../../platform/paths';
import { parseJson } from '../database/json-column';
import type { LibraryDatabase } from '../database/library-database';
import { ProjectRows } from '../projects/project-rows';
import { TakeStore } from '../takes/take-store';
import { ZipWriter } from './zip-file';

export interface ExportBundleOptions {
  readonly clock: Clock;
  readonly appVersion: string;
  /** What is said of the models in the takes' recipes, where they are installed. */
  readonly installedModels?: readonly InstalledModel[];
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

export interface InstalledModel extends Pick<ModelManifest, 'id' | 'name' | 'licence' | 'source'> {
  readonly isEmbedded: boolean;
}

const ENTRIES_MAX = 65_000;
const BYTES_MAX = 4 * 1024 ** 3 - 64 * 1024 ** 2;

const Project = z.object({ version: z.int(), createdAt: z.int(), updatedAt: z.int(), name: z.string() });
const Journal = z.object({
  version: z.int(),
  label: z.string(),
  source: z.string(),
  diff: z.string(),
  createdAt: z.int(),
});
const Media = z.object({
  id: z.string(),
  name: z.string(),
  file: z.string(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  sampleRate: z.int().nullable(),
  channels: z.int().nullable(),
  samples: z.int().nullable(),
  bytes: z.int(),
  sha256: z.string(),
  createdAt: z.int(),
});
const Footage = z.object({
  id: z.string(),
  name: z.string(),
  facts: z.string(),
  poster: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  createdAt: z.int(),
});
const Linked = z.object({ id: z.string(), place: z.string() });
const Fitted = z.object({ mediaSha256: z.string(), width: z.int(), height: z.int(), hash: z.string() });

/**
 * @param outPath absolute; what lies there is replaced when the bundle is whole
 * @throws AppError project/not-found, media/unreadable (a frame is missing or damaged), input/invalid (too large for a
 * zip), library/disk-full, cancelled
 */
export async function exportBundle(
  db: LibraryDatabase,
  paths: LibraryPaths,
  { projectId, outPath }: { readonly projectId: string; readonly outPath: string },
  options: ExportBundleOptions,
): Promise<{ bytes: number; entries: number }> {
  const project = readProject(db, projectId);
  const takes = readTakes(db, projectId);
  const media = readMedia(db, projectId);
  const files = filesOf(paths, takes, media, linkedPlaces(db, projectId));
  if (files.length > ENTRIES_MAX) throw tooLarge(`${files.length} files`);
  const temporary = join(dirname(outPath), `.${basename(outPath)}.${randomUUID()}.tmp`);
  const entries: BundleManifest['entries'] = [];
  try {
    const file = await open(temporary, 'wx');
    let bytes = 0;
    try {
      const zip = new ZipWriter(file);
      const add = async (path: string, content: Uint8Array, isText: boolean) => {
        if (options.signal?.aborted === true) throw new AppError('cancelled', 'Saving the bundle was cancelled.');
        bytes += content.length;
        if (bytes > BYTES_MAX) throw tooLarge('more than 4 GiB');
        entries.push({ path, bytes: content.length, sha256: sha256(content) });
        await zip.add(path, content, isText);
        options.onProgress?.({ done: entries.length, total: files.length + 3 });
      };
      await add('project.json', jsonBytes(project.content), true);
      await add('takes.json', jsonBytes(takes), true);
      await add('media.json', jsonBytes(media), true);
      for (const { path, entry, hash } of files) await add(entry, await readWhole(path, hash), false);
      const manifest: BundleManifest = {
        ...{ format: 'onionskin-bundle', formatVersion: 1, app: options.appVersion, createdAt: options.clock.now() },
        ...{ projectName: project.name, models: modelsOf(takes, options), entries },
      };
      await zip.add('manifest.json', jsonBytes(manifest), true);
      await zip.end();
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, outPath);
    await syncDir(dirname(outPath));
    return { bytes, entries: entries.length + 1 };
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileErrorFrom(error, outPath);
  }
}

export function readProject(db: LibraryDatabase, projectId: string): { name: string; content: BundleProject } {
  const sql = 'SELECT version, created_at AS createdAt, updated_at AS updatedAt, name FROM projects WHERE id = ?';
  const row = db.get(Project, sql, projectId);
  if (row === null)
    throw new AppError('project/not-found', 'This project is not in the library.', {
      field: 'projectId',
      value: projectId,
      remedy: 'Go back to the list of projects.',
    });
  const { name, ...rest } = row;
  const journal = db
    .all(
      Journal,
      'SELECT version, label, source, diff, created_at AS createdAt FROM journal WHERE project_id = ? ORDER BY version',
      projectId,
    )
    .map((entry) => ({ ...entry, diff: parseJson(DocumentDiff, entry.diff, 'journal.diff') }));
  const namedSql =
    'SELECT version, name, created_at AS createdAt FROM named_versions WHERE project_id = ? ORDER BY version';
  const namedVersions = db.all(NamedVersion, namedSql, projectId);
  return { name, content: { ...rest, records: new ProjectRows(db).records(projectId), journal, namedVersions } };
}

export function readTakes(db: LibraryDatabase, projectId: string): BundleTakes {
  const store = new TakeStore(db);
  return store.list(projectId).map(({ id, isStarred = false, note = '', isTrashed = false }) => {
    const { view, recipe } = store.get(id);
    const { seed: _seed, frames, draftKey, ...rest } = view;
    return { ...rest, recipe, draftKey, frames: [...frames], isStarred, note, isTrashed };
  });
}

export function readMedia(db: LibraryDatabase, projectId: string): BundleMedia {
  const mediaSql = `SELECT id, name, file, width, height, sample_rate AS sampleRate, channels, samples, bytes, sha256,
                           created_at AS createdAt FROM media
                    WHERE project_id = ? ORDER BY created_at, rowid`;
  const fittedSql = `SELECT DISTINCT f.media_sha256 AS mediaSha256, f.width, f.height, f.hash FROM fitted_frames f
                     JOIN media m ON m.sha256 = f.media_sha256 WHERE m.project_id = ? ORDER BY 1, 2, 3`;
  const footageSql = `SELECT id, name, facts, poster, bytes, sha256, created_at AS createdAt FROM footage
                      WHERE project_id = ? ORDER BY created_at, rowid`;
  const footage = db.all(Footage, footageSql, projectId);
  return { media: db.all(Media, mediaSql, projectId), footage, fitted: db.all(Fitted, fittedSql, projectId) };
}

/** Where linked originals lie, by media id. */
export function linkedPlaces(db: LibraryDatabase, projectId: string): ReadonlyMap<string, string> {
  const sql = 'SELECT id, place FROM media WHERE project_id = ? AND place IS NOT NULL';
  return new Map(db.all(Linked, sql, projectId).map(({ id, place }) => [id, place]));
}

interface BundleFile {
  readonly path: string;
  readonly entry: string;
  readonly hash: string;
}

function filesOf(
  paths: LibraryPaths,
  takes: BundleTakes,
  { media, fitted }: BundleMedia,
  places: ReadonlyMap<string, string>,
): BundleFile[] {
  const hashes = new Set([...takes.flatMap((take) => take.frames), ...fitted.map(({ hash }) => hash)]);
  const frames = [...hashes].map((hash) => ({
    path: framePath(paths.frames, hash),
    entry: `frames/${hash}.png`,
    hash,
  }));
  const originals = media.map(({ id, file, sha256: hash }) => ({
    path: places.get(id) ?? join(paths.media, ...file.split('/')),
    entry: `media/${file.slice(3)}`,
    hash,
  }));
  return [...frames, ...originals];
}

function modelsOf(
  takes: BundleTakes,
  { installedModels = [], appVersion }: Pick<ExportBundleOptions, 'installedModels' | 'appVersion'>,
): BundleModel[] {
  const used = takes.flatMap(({ recipe }) => (isFootage(recipe) ? [] : [recipe.model]));
  const models = new Map(used.map((model) => [JSON.stringify(model), model]));
  return [...models.values()].map((model) => {
    const installed = installedModels.find(({ id }) => id === model.id);
    if (installed === undefined) return model;
    const { name, licence } = installed;
    const source = installed.isEmbedded ? `It comes with Onionskin ${appVersion}.` : installed.source;
    return { ...model, name, licence, ...(source !== undefined && { source }) };
  });
}

async function readWhole(path: string, hash: string): Promise<Uint8Array> {
  let bytes: Uint8Array | null;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw fileErrorFrom(error, path);
    bytes = null;
  }
  if (bytes !== null && sha256(bytes) === hash) return bytes;
  throw new AppError(
    'media/unreadable',
    `${basename(path)} of this project is ${bytes === null ? 'missing' : 'damaged'}.`,
    {
      field: 'file',
      value: basename(path),
      remedy: 'Find it again in the media panel, or verify the library, which names the takes to generate again.',
    },
  );
}

function tooLarge(what: string): AppError {
  return new AppError('input/invalid', `This project has ${what}, and a bundle holds at most 65,000 files and 4 GiB.`, {
    field: 'project',
    value: what,
    remedy: 'Duplicate the project, delete takes you no longer need, or copy the library folder instead.',
  });
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
