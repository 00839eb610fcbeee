/**
 * Imported films of a project: linked originals, known again by their fingerprint, with a poster and what is needed to
 * say what they cost. Their frames are takes (services/queue/conform-run.ts), so an original that is gone hurts nothing
 * that is on the timeline already.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError, invalidInput } from '@core/errors';
import { plainFileName } from '@core/file-name';
import type { Rate } from '@core/time/rate';
import type { FootageMedia, MediaView } from '@contracts/job';
import type { Clock } from '../../platform/clock';
import { parseJson } from '../database/json-column';
import type { LibraryDatabase } from '../database/library-database';
import { examineFootage, smallPicture } from './examine-footage';
import { extractSound } from './extract-sound';
import { fingerprintOf } from './fingerprint';
import { assertOnline, filesOf, FootagePlace, nameOf } from './footage-file';
import { FootageFacts } from './probe-footage';

export interface FootageServiceOptions {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly onAdded: (projectId: string, media: FootageMedia) => void;
  /** Imports a file as a picture or a sound of the project. */
  readonly importFile: (projectId: string, path: string, signal?: AbortSignal) => Promise<MediaView>;
}

/** An original as a conform needs it. */
export interface Footage {
  readonly media: FootageMedia;
  readonly facts: FootageFacts;
  /** null = it came in a bundle, from another machine. */
  readonly place: FootagePlace | null;
}

const Row = z.object({
  id: z.string(),
  name: z.string(),
  place: z.string().nullable(),
  facts: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  createdAt: z.int(),
});
const Poster = z.object({ poster: z.string() });
const columns = 'id, name, place, facts, bytes, sha256, created_at AS createdAt';
const NAME_MAX = 200;

export class FootageService {
  readonly #db: LibraryDatabase;
  readonly #options: FootageServiceOptions;

  constructor(db: LibraryDatabase, options: FootageServiceOptions) {
    this.#db = db;
    this.#options = options;
  }

  /**
   * Nothing is copied or decoded but one picture. The same film twice in one project is one row, which then names where it
   * was last.
   * @throws AppError media/not-found, media/unreadable, media/unsupported, cancelled
   */
  async link(projectId: string, place: FootagePlace, signal?: AbortSignal): Promise<FootageMedia> {
    const { clock, newId, onAdded } = this.#options;
    const { sha256, bytes } = await fingerprintOf(place, signal);
    const known = this.#find(projectId, sha256);
    if (known !== null) {
      this.#db.run('UPDATE footage SET place = ? WHERE id = ?', JSON.stringify(place), known.id);
      return known;
    }
    const { facts, poster } = await examineFootage(place, signal);
    const row = { id: newId(), name: nameOf(place).slice(0, NAME_MAX), bytes, sha256, createdAt: clock.now() };
    const changes = this.#db.run(
      `INSERT INTO footage (id, project_id, name, place, facts, poster, bytes, sha256, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      ...[row.id, projectId, row.name, JSON.stringify(place), JSON.stringify(facts)],
      ...[Buffer.from(poster).toString('base64'), bytes, sha256, row.createdAt],
    );
    const added = viewOf({ ...row, facts });
    if (changes === 0) return this.#find(projectId, sha256) ?? added;
    onAdded(projectId, added);
    return added;
  }

  list(projectId: string): FootageMedia[] {
    const sql = `SELECT ${columns} FROM footage WHERE project_id = ? ORDER BY created_at, rowid`;
    return this.#db.all(Row, sql, projectId).map((row) => footageOf(row).media);
  }

  has(mediaId: string): boolean {
    return this.#db.get(Row, `SELECT ${columns} FROM footage WHERE id = ?`, mediaId) !== null;
  }

  /** @throws AppError media/not-found */
  get(mediaId: string): Footage {
    const row = this.#db.get(Row, `SELECT ${columns} FROM footage WHERE id = ?`, mediaId);
    if (row !== null) return footageOf(row);
    throw new AppError('media/not-found', 'This film is not in the library.', {
      field: 'mediaId',
      value: mediaId,
      remedy: 'Import it again.',
    });
  }

  /**
   * With its original, which is there and is the one that was imported.
   * @throws AppError media/not-found when it is gone, media/unreadable when another file lies there
   */
  async online(mediaId: string, signal?: AbortSignal): Promise<Footage & { readonly place: FootagePlace }> {
    const footage = this.get(mediaId);
    const { media, place } = footage;
    await assertOnline(place, media.name);
    if (place === null || (await fingerprintOf(place, signal)).sha256 !== media.sha256) throw changed(media.name);
    return { ...footage, place };
  }

  /** PNG. */
  poster(mediaId: string): Uint8Array<ArrayBuffer> {
    this.get(mediaId);
    const row = this.#db.get(Poster, 'SELECT poster FROM footage WHERE id = ?', mediaId);
    return new Uint8Array(Buffer.from(row?.poster ?? '', 'base64'));
  }

  /** PNG of what is on screen when a film frame starts. @throws AppError media/not-found, media/unreadable, cancelled */
  async picture(
    mediaId: string,
    at: { readonly rate: Rate; readonly frame: number },
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { media, facts, place } = this.get(mediaId);
    await assertOnline(place, media.name);
    return place === null ? this.poster(mediaId) : smallPicture(place, facts, at, signal);
  }

  /** @throws AppError media/unreadable when it is not the same film */
  async relink(mediaId: string, place: FootagePlace, signal?: AbortSignal): Promise<FootageMedia> {
    const { media } = this.get(mediaId);
    if ((await fingerprintOf(place, signal)).sha256 !== media.sha256) throw changed(media.name);
    this.moved(mediaId, place);
    return media;
  }

  /** @param place of the same film */
  moved(mediaId: string, place: FootagePlace): void {
    this.#db.run('UPDATE footage SET place = ? WHERE id = ?', JSON.stringify(place), mediaId);
  }

  /** A file to show in the file manager. @throws AppError media/not-found */
  async originalOf(mediaId: string): Promise<string> {
    const { media, place } = this.get(mediaId);
    await assertOnline(place, media.name);
    return place === null ? '' : (filesOf(place)[0] ?? '');
  }

  /**
   * What is heard over the film frames [from, from + frameCount), as a sound of the project.
   * @throws AppError media/*, input/invalid for a film without sound
   */
  async sound(
    projectId: string,
    mediaId: string,
    range: { readonly rate: Rate; readonly from: number; readonly frameCount: number },
    signal?: AbortSignal,
  ): Promise<MediaView> {
    const { media, facts, place } = await this.online(mediaId, signal);
    if (!media.hasSound || place.type !== 'file')
      throw invalidInput('mediaId', media.name, `${media.name} has no sound`, 'Place it without.');
    const dir = await mkdtemp(join(tmpdir(), 'onionskin-sound-'));
    try {
      const stem = media.name.replace(/\.[A-Za-z0-9]{1,5}$/, '') || media.name;
      const file = join(dir, `${plainFileName(stem)}.flac`);
      await extractSound(
        place.path,
        file,
        { ...range, start: facts.start, clock: facts.clock, name: media.name },
        signal,
      );
      return await this.#options.importFile(projectId, file, signal);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }

  /** The pictures of a sequence, each by itself. */
  async asImages(projectId: string, mediaId: string): Promise<MediaView[]> {
    const { media, place } = await this.online(mediaId);
    if (place.type !== 'sequence')
      throw invalidInput('mediaId', media.name, `${media.name} is a film`, 'Choose numbered pictures.');
    const images: MediaView[] = [];
    for (const file of filesOf(place)) images.push(await this.#options.importFile(projectId, file));
    return images;
  }

  #find(projectId: string, sha256: string): FootageMedia | null {
    const sql = `SELECT ${columns} FROM footage WHERE project_id = ? AND sha256 = ?`;
    const row = this.#db.get(Row, sql, projectId, sha256);
    return row === null ? null : footageOf(row).media;
  }
}

function footageOf({ place, facts: text, ...row }: z.infer<typeof Row>): Footage {
  const facts = parseJson(FootageFacts, text, 'footage.facts');
  return {
    media: viewOf({ ...row, facts }),
    facts,
    place: place === null ? null : parseJson(FootagePlace, place, 'footage.place'),
  };
}

function viewOf({
  facts,
  ...row
}: Omit<z.infer<typeof Row>, 'place' | 'facts'> & { facts: FootageFacts }): FootageMedia {
  const { start: _start, matrix: _matrix, ...shown } = facts;
  return { kind: 'footage', ...shown, ...row };
}

function changed(name: string): AppError {
  return new AppError('media/unreadable', `The file that lies there is not the ${name} that was imported.`, {
    field: 'file',
    value: name,
    remedy: 'Bring the original back, or import the other file as a film of its own.',
  });
}
