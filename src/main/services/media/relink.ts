/**
 * Imported files that are gone, found again: among files the artist points at, whole folders at once, by content first,
 * then by size, then by name. The first is the very file; the others are another version of it, taken only when just one
 * fits, and said so.
 */
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { AppError } from '@core/errors';
import type { MediaView } from '@contracts/job';
import type { Relinked, RelinkReport } from '@contracts/media';
import { assertGoingOn, type FoundFile } from './files-under';
import { hashOfFile } from './media-files';

export interface RelinkOptions {
  /** What is gone. */
  readonly offline: readonly MediaView[];
  /** Takes the file in place of the one that is gone. @throws AppError media/* when it cannot be */
  readonly take: (mediaId: string, path: string) => Promise<void>;
  readonly signal?: AbortSignal;
}

/** The media among these whose file is not there, or, of a linked one, is another one by its length. */
export async function offlineOf<T extends MediaView>(
  media: readonly T[],
  pathOf: (mediaId: string) => string,
): Promise<T[]> {
  const isGone = await Promise.all(
    media.map((one) =>
      stat(pathOf(one.id)).then(
        ({ size }) => one.kind !== 'footage' && one.isLinked === true && size !== one.bytes,
        () => true,
      ),
    ),
  );
  return media.filter((_, at) => isGone[at]);
}

/** @param candidates what may be them (files-under.ts) @throws AppError cancelled */
export async function relink(candidates: readonly FoundFile[], options: RelinkOptions): Promise<RelinkReport> {
  const found: Relinked[] = [];
  const refused: RelinkReport['refused'] = [];
  const hashes = new Map<string, Promise<string>>();
  const hashOf = (path: string) => {
    const known = hashes.get(path) ?? hashOfFile(path, basename(path), options.signal);
    hashes.set(path, known);
    return known;
  };
  const open = new Map(options.offline.map((one) => [one.id, one]));

  const take = async (media: MediaView, { path, name }: FoundFile, by: Relinked['by']) => {
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
      const hash = await hashOf(candidate.path).catch(() => '');
      assertGoingOn(options.signal);
      if (hash !== media.sha256) continue;
      await take(media, candidate, 'hash');
      break;
    }
  }
  const sameKind = (media: MediaView, { name }: FoundFile) => endingOf(name) === endingOf(media.name);
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

function endingOf(name: string): string {
  return extname(name).toLowerCase();
}
