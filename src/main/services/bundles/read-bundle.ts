/**
 * A `.onionskin` file, opened. Nothing in it is trusted: every entry must be listed with its hash, every row must have its
 * form, the history must lead to the document.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { applyDiff, documentFromRecords } from '@core/document/apply-diff';
import { assertInvariants } from '@core/document/invariants';
import type { Document, DocumentRecord } from '@core/document/records';
import { recordsEqual } from '@core/document/records-equal';
import { AppError } from '@core/errors';
import { BundleManifest, BundleMedia, BundleProject, BundleTakes, type ImportedBundle } from '@contracts/bundle';
import type { ModelManifest } from '@contracts/model-manifest';
import { writeFileAtomic } from '../../platform/fs-atomic';
import type { LibraryPaths } from '../../platform/paths';
import { assertFreeSpace } from '../library/free-space';
import { commitSources } from '../projects/project-rows';
import { recipeHash } from '../takes/recipe-hash';
import { damaged, ZipReader } from './zip-file';

export interface Bundle {
  readonly manifest: BundleManifest;
  readonly project: BundleProject;
  readonly takes: BundleTakes;
  readonly media: BundleMedia;
  /** Of an entry, compared with its hash. */
  readonly read: (entry: string) => Promise<Uint8Array>;
}

export interface InstalledModels {
  readonly installedModels: readonly Pick<ModelManifest, 'id' | 'version'>[];
}

const JSON_BYTES_MAX = 512 * 1024 ** 2;
const FILE_BYTES_MAX = 512 * 1024 ** 2;

/** @throws AppError media/unsupported (no bundle), media/unreadable (damaged), cancelled, and what the work throws */
export async function withBundle<T>(
  path: string,
  signal: AbortSignal | undefined,
  work: (bundle: Bundle) => Promise<T>,
): Promise<T> {
  const zip = await ZipReader.open(path);
  try {
    const manifest = parse(BundleManifest, await zip.read('manifest.json', JSON_BYTES_MAX), 'manifest.json');
    const listed = new Map(manifest.entries.map((entry) => [entry.path, entry]));
    const unlisted = zip.paths.find((name) => name !== 'manifest.json' && !listed.has(name));
    if (unlisted !== undefined || listed.size !== manifest.entries.length)
      throw damaged(`its manifest does not fit its entries (${(unlisted ?? 'one is listed twice').slice(0, 100)})`);
    const read = async (name: string, maxBytes = FILE_BYTES_MAX) => {
      if (signal?.aborted === true) throw new AppError('cancelled', 'The import was cancelled.');
      const bytes = await zip.read(name, maxBytes);
      if (sha256(bytes) !== listed.get(name)?.sha256) throw damaged(`${name} is not what its manifest says`);
      return bytes;
    };
    const project = parse(BundleProject, await read('project.json', JSON_BYTES_MAX), 'project.json');
    const takes = parse(BundleTakes, await read('takes.json', JSON_BYTES_MAX), 'takes.json');
    const media = parse(BundleMedia, await read('media.json', JSON_BYTES_MAX), 'media.json');
    assertConsistent(project, takes, media, listed);
    return await work({ manifest, project, takes, media, read });
  } finally {
    await zip.close();
  }
}

/** Files first, rows later: a stop leaves nothing but files for the sweep. @throws AppError library/disk-full, media/* */
export async function storeFiles(
  paths: LibraryPaths,
  { manifest, read }: Bundle,
  onProgress?: (progress: { readonly done: number; readonly total: number }) => void,
): Promise<void> {
  await assertFreeSpace(
    paths.dir,
    manifest.entries.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  const files = manifest.entries.filter((entry) => entry.path.includes('/'));
  for (const [done, entry] of files.entries()) {
    await storeFile(paths, entry.path, await read(entry.path));
    onProgress?.({ done: done + 1, total: files.length });
  }
}

export function framesIn({ manifest }: Bundle): string[] {
  return manifest.entries.flatMap(({ path }) => /^frames\/([0-9a-f]{64})\.png$/.exec(path)?.[1] ?? []);
}

/** The models of its recipes that are not installed here, or in another version. */
export function missingModels(
  { manifest: { models } }: Bundle,
  { installedModels }: InstalledModels,
): ImportedBundle['missingModels'] {
  return models.flatMap(({ id, version, name = null, licence = null, source = null }) => {
    const own = installedModels.find((model) => model.id === id);
    if (own?.version === version) return [];
    return [{ id, version, installed: own?.version ?? null, name, licence, source }];
  });
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
