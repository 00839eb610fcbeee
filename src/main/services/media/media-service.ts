/**
 * Imported stills and sounds: originals kept byte for byte, the frames models and films are given, which are scaled once
 * and remembered by content and size, and the waveforms of sounds.
 */
import { access } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError, invalidInput } from '@core/errors';
import type { ImageMedia, MediaView, SoundMedia } from '@contracts/job';
import type { Clock } from '../../platform/clock';
import { writeFileAtomic } from '../../platform/fs-atomic';
import type { LibraryDatabase } from '../database/library-database';
import { decodeFitted, decodeImage } from './decode-image';
import type { FrameStore } from './frame-store';
import { stageFile, type StagedFile } from './media-files';
import { isSoundName, measureSound, PEAKS_EXTENSION } from './sound-files';

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
  width: z.int().nullable(),
  height: z.int().nullable(),
  sampleRate: z.int().nullable(),
  channels: z.int().nullable(),
  samples: z.int().nullable(),
  bytes: z.int(),
  sha256: z.string(),
  createdAt: z.int(),
});
const FileRow = z.object({ file: z.string() });
const NameRow = z.object({ name: z.string() });
const HashRow = z.object({ hash: z.string() });

const columns =
  'id, name, width, height, sample_rate AS sampleRate, channels, samples, bytes, sha256, created_at AS createdAt';
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
  importFile(projectId: string | null, path: string, signal?: AbortSignal): Promise<MediaView> {
    return this.#import(projectId, path, basename(path), signal);
  }

  /** @param path of a stored frame */
  importFrame(projectId: string, path: string, name: string): Promise<MediaView> {
    return this.#import(projectId, path, `${name}.png`);
  }

  async #import(projectId: string | null, path: string, name: string, signal?: AbortSignal): Promise<MediaView> {
    const { mediaDir, clock, newId, onAdded } = this.#options;
    const staged = await stageFile(mediaDir, path, signal);
    try {
      const known = this.#find(projectId, staged.sha256);
      if (known !== null) return known;
      const { content, file } = await this.#read(staged, name, signal);
      const added: MediaView = {
        id: newId(),
        name: name.slice(0, NAME_MAX),
        ...content,
        bytes: staged.bytes,
        sha256: staged.sha256,
        createdAt: clock.now(),
      };
      const size = content.kind === 'image' ? [content.width, content.height] : [null, null];
      const length =
        content.kind === 'sound' ? [content.sampleRate, content.channels, content.samples] : [null, null, null];
      const changes = this.#db.run(
        `INSERT INTO media (id, project_id, name, file, width, height, sample_rate, channels, samples, bytes, sha256,
                            created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
        ...[added.id, projectId, added.name, file, ...size, ...length, added.bytes, added.sha256, added.createdAt],
      );
      // Imported twice at the same time: the row that came first stands for both.
      if (changes === 0) return this.#find(projectId, staged.sha256) ?? added;
      if (projectId !== null) onAdded(projectId, added);
      return added;
    } finally {
      await staged.discard();
    }
  }

  /**
   * Takes this file in place of the one behind the media: the very same one for everybody who has it, another one for
   * this media alone, which then is what the new file is.
   * @throws AppError media/*, input/invalid (of another kind, or imported already), library/*
   */
  async replaceFile(mediaId: string, path: string, signal?: AbortSignal): Promise<void> {
    const media = this.get(mediaId);
    const name = basename(path);
    const staged = await stageFile(this.#options.mediaDir, path, signal);
    try {
      if (staged.sha256 === media.sha256) {
        const file = await staged.keep();
        this.#db.run('UPDATE media SET file = ? WHERE sha256 = ?', file, staged.sha256);
        return;
      }
      const twin = this.#twinOf(mediaId, staged.sha256);
      if (twin !== null)
        throw invalidInput('file', name, `it is in this project already, as ${twin}`, 'Choose another file.');
      const { content, file } = await this.#read(staged, name, signal);
      if (content.kind !== media.kind)
        throw invalidInput('file', name, `${media.name} is not of this kind`, 'Choose a file of the same kind.');
      const size = content.kind === 'image' ? [content.width, content.height] : [null, null];
      const length =
        content.kind === 'sound' ? [content.sampleRate, content.channels, content.samples] : [null, null, null];
      this.#db.run(
        `UPDATE media SET file = ?, width = ?, height = ?, sample_rate = ?, channels = ?, samples = ?, bytes = ?,
                          sha256 = ? WHERE id = ?`,
        ...[file, ...size, ...length, staged.bytes, staged.sha256, mediaId],
      );
    } finally {
      await staged.discard();
    }
  }

  /** Name of another media of the same project with this content. */
  #twinOf(mediaId: string, sha256: string): string | null {
    const sql = `SELECT o.name FROM media m JOIN media o ON o.project_id IS m.project_id AND o.id <> m.id
                 WHERE m.id = ? AND o.sha256 = ?`;
    return this.#db.get(NameRow, sql, mediaId, sha256)?.name ?? null;
  }

  /** Tells what the staged file is, by decoding it, and keeps it. */
  async #read(staged: StagedFile, name: string, signal?: AbortSignal): Promise<{ content: Content; file: string }> {
    if (!isSoundName(name)) {
      const { width, height } = await decodeImage(staged.path, name, { signal });
      return { content: { kind: 'image', width, height }, file: await staged.keep() };
    }
    const { peaks, ...sound } = await measureSound(staged.path, name, signal);
    const file = await staged.keep();
    await writeFileAtomic(peaksPath(this.#pathOf(file), staged.sha256), peaks);
    return { content: { kind: 'sound', ...sound }, file };
  }

  list(projectId: string): MediaView[] {
    const sql = `SELECT ${columns} FROM media WHERE project_id = ? ORDER BY created_at, rowid`;
    return this.#db.all(MediaRow, sql, projectId).map(viewOf);
  }

  /** @throws AppError media/not-found */
  get(mediaId: string): MediaView {
    const row = this.#db.get(MediaRow, `SELECT ${columns} FROM media WHERE id = ?`, mediaId);
    if (row === null) throw notFound(mediaId);
    return viewOf(row);
  }

  /** @throws AppError media/not-found */
  pathOf(mediaId: string): string {
    const row = this.#db.get(FileRow, 'SELECT file FROM media WHERE id = ?', mediaId);
    if (row === null) throw notFound(mediaId);
    return this.#pathOf(row.file);
  }

  #pathOf(file: string): string {
    return join(this.#options.mediaDir, ...file.split('/'));
  }

  /** @throws AppError media/not-found, input/invalid when it is a picture */
  soundOf(mediaId: string): SoundMedia & { readonly path: string } {
    const media = this.get(mediaId);
    if (media.kind !== 'sound')
      throw invalidInput('mediaId', mediaId, `${media.name} is a picture`, 'Choose an imported sound.');
    return { ...media, path: this.pathOf(mediaId) };
  }

  /**
   * The file of a sound's waveform (core/export/sound-plan.ts says what is in it), made again where it is missing.
   * @throws AppError media/not-found, media/unreadable, input/invalid, library/*
   */
  async peaksFile(mediaId: string): Promise<string> {
    const { path, name, sha256 } = this.soundOf(mediaId);
    const file = peaksPath(path, sha256);
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (!isThere) await writeFileAtomic(file, (await measureSound(path, name)).peaks);
    return file;
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
    if (media.kind !== 'image')
      throw invalidInput('mediaId', mediaId, `${media.name} is a sound and has no picture`, 'Choose an image.');
    const known = this.#fitted(media.sha256, width, height);
    if (known !== null && (await this.#options.frames.has(known))) return known;
    const key = `${media.sha256} ${width} ${height}`;
    const running = this.#fitting.get(key);
    if (running !== undefined) return running;
    const fit = this.#fit(media, width, height).finally(() => this.#fitting.delete(key));
    this.#fitting.set(key, fit);
    return fit;
  }

  async #fit(media: ImageMedia, width: number, height: number): Promise<string> {
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
    const row = this.#db.get(MediaRow, sql, projectId ?? '', sha256);
    return row === null ? null : viewOf(row);
  }
}

type Content =
  Pick<ImageMedia, 'kind' | 'width' | 'height'> | Pick<SoundMedia, 'kind' | 'sampleRate' | 'channels' | 'samples'>;

function peaksPath(path: string, sha256: string): string {
  return join(dirname(path), `${sha256}${PEAKS_EXTENSION}`);
}

/** The table's own checks say that a row is whole. */
function viewOf({ width, height, sampleRate, channels, samples, ...row }: z.infer<typeof MediaRow>): MediaView {
  if (samples !== null && sampleRate !== null && channels !== null)
    return { kind: 'sound', sampleRate, channels, samples, ...row };
  return { kind: 'image', width: width ?? 0, height: height ?? 0, ...row };
}

function notFound(mediaId: string): AppError {
  return new AppError('media/not-found', 'This file is not in the library.', {
    field: 'mediaId',
    value: mediaId,
    remedy: 'Import it again.',
  });
}
