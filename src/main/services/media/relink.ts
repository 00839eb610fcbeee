/**
 * Imported files that are gone, found again: among files the artist points at, whole folders at once, by content first,
 * then by size, then by name. The first is the very file; the others are another version of it, taken only when just one
 * fits, and said so.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { AppError } from '@core/errors';
import type { MediaView } from '@contracts/job';
import type { Relinked, RelinkReport } from '@contracts/media';

export interface RelinkOptions {
  /** What is gone. */
  readonly offline: readonly MediaView[];
  /** Takes the file in place of the one that is gone. @throws AppError media/* when it cannot be */
  readonly take: (mediaId: string, path: string) => Promise<void>;
  readonly signal?: AbortSignal;
}

interface Candidate {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
}

const FILES_MAX = 50_000;
const DEPTH_MAX = 12;

/** The media among these whose file is not there. */
export async function offlineOf<T extends MediaView>(
  media: readonly T[],
  pathOf: (mediaId: string) => string,
): Promise<T[]> {
  const isGone = await Promise.all(
    media.map(({ id }) =>
      access(pathOf(id)).then(
        () => false,
        () => true,
      ),
    ),
  );
  return media.filter((_, at) => isGone[at]);
}

/** @param paths files and folders @throws AppError media/not-found, input/invalid (too many files), cancelled */
export async function relink(paths: readonly string[], options: RelinkOptions): Promise<RelinkReport> {
  const found: Relinked[] = [];
  const refused: RelinkReport['refused'] = [];
  const candidates = await filesUnder(paths, options.signal);
  const hashes = new Map<string, Promise<string>>();
  const hashOf = (path: string) => {
    const known = hashes.get(path) ?? sha256Of(path);
    hashes.set(path, known);
    return known;
  };
  const open = new Map(options.offline.map((one) => [one.id, one]));

  const take = async (media: MediaView, { path, name }: Candidate, by: Relinked['by']) => {
    assertGoingOn(options.signal);
    open.delete(media.id);
    try {
      await options.take(media.id, path);
      found.push({ mediaId: media.id, name: media.name, file: name, by });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.push({ name: media.name, file: name, why: error.message });
    }
  };

  for (const media of [...open.values()]) {
    for (const candidate of candidates.filter(({ bytes }) => bytes === media.bytes)) {
      assertGoingOn(options.signal);
      if ((await hashOf(candidate.path).catch(() => '')) !== media.sha256) continue;
      await take(media, candidate, 'hash');
      break;
    }
  }
  const sameKind = (media: MediaView, { name }: Candidate) => endingOf(name) === endingOf(media.name);
  for (const media of [...open.values()]) {
    const fits = candidates.filter((one) => one.bytes === media.bytes && sameKind(media, one));
    const [only] = fits;
    if (only !== undefined && fits.length === 1) await take(media, only, 'size');
  }
  for (const media of [...open.values()]) {
    const fits = candidates.filter((one) => one.name.toLowerCase() === media.name.toLowerCase());
    const [only] = fits;
    if (only !== undefined && fits.length === 1) await take(media, only, 'name');
  }
  return { found, refused, missing: [...open.values()].map(({ id, name }) => ({ mediaId: id, name })) };
}

/** All files at and below these places; hidden ones and links are passed over. */
async function filesUnder(paths: readonly string[], signal: AbortSignal | undefined): Promise<Candidate[]> {
  const found: Candidate[] = [];
  const add = async (path: string) => {
    assertGoingOn(signal);
    const info = await stat(path).catch(() => null);
    if (info === null || !info.isFile()) return;
    if (found.length >= FILES_MAX)
      throw new AppError('input/invalid', `There are more than ${FILES_MAX.toLocaleString('en')} files in there.`, {
        field: 'folder',
        value: basename(path),
        remedy: 'Choose a folder nearer to the files.',
      });
    found.push({ path, name: basename(path), bytes: info.size });
  };
  const walk = async (dir: string, depth: number): Promise<void> => {
    // A folder that may not be read holds nothing for us; the others may.
    const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.filter(({ name }) => !name.startsWith('.'))) {
      if (entry.isFile()) await add(join(dir, entry.name));
      else if (entry.isDirectory() && depth < DEPTH_MAX) await walk(join(dir, entry.name), depth + 1);
    }
  };
  for (const path of paths) {
    const info = await stat(path).catch(() => null);
    if (info === null)
      throw new AppError('media/not-found', `${basename(path)} is not there.`, {
        field: 'file',
        value: basename(path),
        remedy: 'Choose it again.',
      });
    if (info.isDirectory()) await walk(path, 0);
    else await add(path);
  }
  return found;
}

function endingOf(name: string): string {
  return extname(name).toLowerCase();
}

function assertGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AppError('cancelled', 'Looking for the files was stopped.');
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
