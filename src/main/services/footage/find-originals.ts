/**
 * Originals of imported films that are gone, found again in files and whole folders. Only the very same film is taken, by
 * its fingerprint: another one would have other frames under the same takes.
 */
import { basename } from 'node:path';
import type { Relinked } from '@contracts/media';
import type { FoundFile } from '../media/files-under';
import { fingerprintOf } from './fingerprint';
import { assertOnline, filesOf, nameOf, sortPlaces, type FootagePlace } from './footage-file';
import type { Footage } from './footage-service';

/** Those whose original is not where it was. */
export async function offlineFootage(footage: readonly Footage[]): Promise<Footage[]> {
  const isGone = await Promise.all(
    footage.map(({ place, media }) =>
      assertOnline(place, media.name).then(
        () => false,
        () => true,
      ),
    ),
  );
  return footage.filter((_, at) => isGone[at]);
}

/** @param link takes the place, which is that of the very same film @throws AppError cancelled */
export async function findOriginals(
  files: readonly FoundFile[],
  offline: readonly Footage[],
  link: (mediaId: string, place: FootagePlace) => void,
  signal?: AbortSignal,
): Promise<Relinked[]> {
  if (offline.length === 0) return [];
  const sizes = new Map(files.map(({ path, bytes }) => [path, bytes]));
  const bytesOf = (place: FootagePlace) => filesOf(place).reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0);
  const { places } = sortPlaces([...sizes.keys()]);
  const found: Relinked[] = [];
  for (const { media } of offline)
    for (const place of places.filter((one) => bytesOf(one) === media.bytes)) {
      if ((await fingerprintOf(place, signal)).sha256 !== media.sha256) continue;
      link(media.id, place);
      found.push({ mediaId: media.id, name: media.name, file: basename(nameOf(place)), by: 'hash' });
      break;
    }
  return found;
}
