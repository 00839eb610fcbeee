/**
 * Imported stills: originals kept byte for byte, and the frames models and films are given, which are scaled once and
 * remembered by content and size.
 */
import { basename, join } from 'node:path';
import { z } from 'zod';
import { AppError, invalidInput } from '@core/errors';
import type { MediaView } from '@contracts/job';
import type { Clock } from '../../platform/clock';
import type { LibraryDatabase } from '../database/library-database';
import { decodeFitted, decodeImage } from './decode-image';
import type { FrameStore } from './frame-store';
import { stageFile } from './media-files';

export interface MediaServiceOptions {
  readonly mediaDir: string;
  readonly frames: FrameStore;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly onAdded: (projectId: string, media: MediaView) => void;
}

const MediaRow = z.object({
  id: z.string(),
  name: z.string(),
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  createdAt: z.int(),
});
const FileRow = z.object({ file: z.string() });
const HashRow = z.object({ hash: z.string() });

const columns = 'id, name, width, height, bytes, sha256, created_at AS createdAt';
const SIDE_MAX = 8_192;
const NAME_MAX = 200;

export class MediaService {
  readonly #db: LibraryDatabase;
  readonly #options: MediaServiceOptions;
  /** Fits under way, so that two callers of one picture wait for one ffmpeg. Emptied as they end. */
  readonly #fitting = new Map<string, Promise<string>>();

  constructor(db: LibraryDatabase, options: MediaServiceOptions) {
    this.#db = db;
    this.#options = options;
  }

  /**
   * The same bytes twice in one project are one media row.
   * @param projectId null for images used outside any project (command line)
   * @throws AppError media/not-found, media/unreadable, media/unsupported, library/*, cancelled
   */
  async importFile(projectId: string | null, path: string, signal?: AbortSignal): Promise<MediaView> {
    const { mediaDir, clock, newId, onAdded } = this.#options;
    const name = basename(path);
    const staged = await stageFile(mediaDir, path, signal);
    try {
      const known = this.#find(projectId, staged.sha256);
      if (known !== null) return known;
      const { width, height } = await decodeImage(staged.path, name, { signal });
      const file = await staged.keep();
      const added: MediaView = {
        id: newId(),
        name: name.slice(0, NAME_MAX),
        width,
        height,
        bytes: staged.bytes,
        sha256: staged.sha256,
        createdAt: clock.now(),
      };
      const changes = this.#db.run(
        `INSERT INTO media (id, project_id, name, file, width, height, bytes, sha256, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
        ...[added.id, projectId, added.name, file, width, height, added.bytes, added.sha256, added.createdAt],
      );
      // Imported twice at the same time: the row that came first stands for both.
      if (changes === 0) return this.#find(projectId, staged.sha256) ?? added;
      if (projectId !== null) onAdded(projectId, added);
      return added;
    } finally {
      await staged.discard();
    }
  }

  list(projectId: string): MediaView[] {
    const sql = `SELECT ${columns} FROM media WHERE project_id = ? ORDER BY created_at, rowid`;
    return this.#db.all(MediaRow, sql, projectId);
  }

  /** @throws AppError media/not-found */
  get(mediaId: string): MediaView {
    const row = this.#db.get(MediaRow, `SELECT ${columns} FROM media WHERE id = ?`, mediaId);
    if (row === null) throw notFound(mediaId);
    return row;
  }

  /** @throws AppError media/not-found */
  pathOf(mediaId: string): string {
    const row = this.#db.get(FileRow, 'SELECT file FROM media WHERE id = ?', mediaId);
    if (row === null) throw notFound(mediaId);
    return join(this.#options.mediaDir, ...row.file.split('/'));
  }

  /**
   * Hash of the stored frame: the image scaled to cover width × height and cropped at the centre.
   * @throws AppError media/not-found, media/unreadable, input/invalid, library/*
   */
  async fittedFrame(mediaId: string, width: number, height: number): Promise<string> {
    const isSide = (n: number) => Number.isInteger(n) && n >= 1 && n <= SIDE_MAX;
    if (!isSide(width) || !isSide(height))
      throw invalidInput('size', `${width}x${height}`, 'the frame size must be whole pixels', `Use 1 to ${SIDE_MAX}.`);
    const media = this.get(mediaId);
    const known = this.#fitted(media.sha256, width, height);
    if (known !== null && (await this.#options.frames.has(known))) return known;
    const key = `${media.sha256} ${width} ${height}`;
    const running = this.#fitting.get(key);
    if (running !== undefined) return running;
    const fit = this.#fit(media, width, height).finally(() => this.#fitting.delete(key));
    this.#fitting.set(key, fit);
    return fit;
  }

  async #fit(media: MediaView, width: number, height: number): Promise<string> {
    const image = await decodeFitted(this.pathOf(media.id), media.name, media, { width, height });
    const { hash } = await this.#options.frames.put(image.rgb, width, height);
    this.#db.transaction(() => {
      this.#db.run(
        'INSERT INTO frames (hash, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
        hash,
        this.#options.clock.now(),
      );
      this.#db.run(
        `INSERT INTO fitted_frames (media_sha256, width, height, hash) VALUES (?, ?, ?, ?)
         ON CONFLICT (media_sha256, width, height) DO UPDATE SET hash = excluded.hash`,
        ...[media.sha256, width, height, hash],
      );
    });
    return hash;
  }

  #fitted(sha256: string, width: number, height: number): string | null {
    const sql = 'SELECT hash FROM fitted_frames WHERE media_sha256 = ? AND width = ? AND height = ?';
    return this.#db.get(HashRow, sql, sha256, width, height)?.hash ?? null;
  }

  #find(projectId: string | null, sha256: string): MediaView | null {
    const sql = `SELECT ${columns} FROM media WHERE ifnull(project_id, '') = ? AND sha256 = ?`;
    return this.#db.get(MediaRow, sql, projectId ?? '', sha256);
  }
}

function notFound(mediaId: string): AppError {
  return new AppError('media/not-found', 'This image is not in the library.', {
    field: 'mediaId',
    value: mediaId,
    remedy: 'Import it again.',
  });
}
