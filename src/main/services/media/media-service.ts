/**
 * Imported stills and sounds: originals copied byte for byte or linked where they lie, the frames models and films are
 * given, which are scaled once and remembered by content and size, and the waveforms of sounds. A linked original is read
 * through its hash, so that one that was changed since is found out and never taken for what it was.
 */
import { access } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { z } from 'zod';
import { AppError, invalidInput } from '@core/errors';
import type { ImageMedia, MediaView, SoundMedia } from '@contracts/job';
import type { Clock } from '../../platform/clock';
import { writeFileAtomic } from '../../platform/fs-atomic';
import type { LibraryDatabase } from '../database/library-database';
import { decodeFitted, decodeImage, imageExtensions } from './decode-image';
import type { FrameStore } from './frame-store';
import { hashOfFile, stageFile, type StagedFile } from './media-files';
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
  place: z.string().nullable(),
});
const FileRow = z.object({ file: z.string(), place: z.string().nullable() });
const NameRow = z.object({ name: z.string() });
const HashRow = z.object({ hash: z.string() });

const columns = `id, name, width, height, sample_rate AS sampleRate, channels, samples, bytes, sha256,
                 created_at AS createdAt, place`;
const SIDE_MAX = 8_192;
/** More than any model's frame; a larger reference would only take time at every run. */
const WHOLE_SIDE_MAX = 2_048;
const NAME_MAX = 200;

/** copy: into the library · link: it stays where it is */
export type Keeping = 'copy' | 'link';

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
  importFile(
    projectId: string | null,
    path: string,
    { keeping = 'copy', signal }: { readonly keeping?: Keeping; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<MediaView> {
    return this.#import(projectId, path, basename(path), keeping, signal);
  }

  /** @param path of a stored frame */
  importFrame(projectId: string, path: string, name: string): Promise<MediaView> {
    return this.#import(projectId, path, `${name}.png`, 'copy');
  }

  async #import(
    projectId: string | null,
    path: string,
    name: string,
    keeping: Keeping,
    signal?: AbortSignal,
  ): Promise<MediaView> {
    const { mediaDir, clock, newId, onAdded } = this.#options;
    const staged = await stageFile(mediaDir, path, signal);
    try {
      const known = this.#find(projectId, staged.sha256);
      if (known !== null) return await this.#again(known, staged, keeping === 'link' ? resolve(path) : null);
      const content = await this.#read(staged, name, signal);
      const place = keeping === 'link' ? resolve(path) : null;
      if (place === null) await staged.keep();
      const added: MediaView = {
        id: newId(),
        name: name.slice(0, NAME_MAX),
        ...content,
        bytes: staged.bytes,
        sha256: staged.sha256,
        createdAt: clock.now(),
        ...(place !== null && { isLinked: true }),
      };
      const size = content.kind === 'image' ? [content.width, content.height] : [null, null];
      const length =
        content.kind === 'sound' ? [content.sampleRate, content.channels, content.samples] : [null, null, null];
      const changes = this.#db.run(
        `INSERT INTO media (id, project_id, name, file, width, height, sample_rate, channels, samples, bytes, sha256,
                            created_at, place)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
        ...[added.id, projectId, added.name, staged.file, ...size, ...length],
        ...[added.bytes, added.sha256, added.createdAt, place],
      );
      // Imported twice at the same time: the row that came first stands for both.
      if (changes === 0) return this.#find(projectId, staged.sha256) ?? added;
      if (projectId !== null) onAdded(projectId, added);
      return added;
    } finally {
      await staged.discard();
    }
  }

  /** The same file once more: a linked one lies there now, or is a copy from now on. */
  async #again(known: MediaView, staged: StagedFile, place: string | null): Promise<MediaView> {
    if (known.kind === 'footage' || known.isLinked !== true) return known;
    if (place === null) await staged.keep();
    this.#db.run('UPDATE media SET place = ?, file = ? WHERE id = ?', place, staged.file, known.id);
    return this.get(known.id);
  }

  /**
   * Takes this file in place of the one behind the media: the very same one for everybody who has it, another one for
   * this media alone, which then is what the new file is.
   * @throws AppError media/*, input/invalid (of another kind, or imported already), library/*
   */
  async replaceFile(mediaId: string, path: string, signal?: AbortSignal): Promise<void> {
    const media = this.get(mediaId);
    const name = basename(path);
    const isLinked = media.kind !== 'footage' && media.isLinked === true;
    const staged = await stageFile(this.#options.mediaDir, path, signal);
    try {
      if (staged.sha256 === media.sha256) {
        if (isLinked) {
          const sql = 'UPDATE media SET place = ? WHERE sha256 = ? AND place IS NOT NULL';
          this.#db.run(sql, resolve(path), staged.sha256);
        } else {
          const file = await staged.keep();
          this.#db.run('UPDATE media SET file = ? WHERE sha256 = ? AND place IS NULL', file, staged.sha256);
        }
        return;
      }
      const twin = this.#twinOf(mediaId, staged.sha256);
      if (twin !== null)
        throw invalidInput('file', name, `it is in this project already, as ${twin}`, 'Choose another file.');
      const content = await this.#read(staged, name, signal);
      if (content.kind !== media.kind)
        throw invalidInput('file', name, `${media.name} is not of this kind`, 'Choose a file of the same kind.');
      const size = content.kind === 'image' ? [content.width, content.height] : [null, null];
      const length =
        content.kind === 'sound' ? [content.sampleRate, content.channels, content.samples] : [null, null, null];
      if (!isLinked) await staged.keep();
      this.#db.run(
        `UPDATE media SET file = ?, width = ?, height = ?, sample_rate = ?, channels = ?, samples = ?, bytes = ?,
                          sha256 = ?, place = ? WHERE id = ?`,
        ...[staged.file, ...size, ...length, staged.bytes, staged.sha256, isLinked ? resolve(path) : null, mediaId],
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

  /** Copies a linked original into the library, where it stays whatever becomes of the original. */
  async collect(mediaId: string, signal?: AbortSignal): Promise<MediaView> {
    const media = this.get(mediaId);
    if (media.kind === 'footage' || media.isLinked !== true) return media;
    const staged = await this.#original(media, signal);
    try {
      const file = await staged.keep();
      this.#db.run('UPDATE media SET place = NULL, file = ? WHERE id = ?', file, mediaId);
      return this.get(mediaId);
    } finally {
      await staged.discard();
    }
  }

  /** A copy of the original that is the very file that was imported. @throws AppError media/* */
  async #original(media: MediaView, signal?: AbortSignal): Promise<StagedFile> {
    const staged = await stageFile(this.#options.mediaDir, this.pathOf(media.id), signal);
    if (staged.sha256 === media.sha256) return staged;
    await staged.discard();
    throw changed(media.name);
  }

  /** Tells what the staged file is, by decoding it; the waveform of a sound is kept. */
  async #read(staged: StagedFile, name: string, signal?: AbortSignal): Promise<Content> {
    if (!isSoundName(name)) {
      const { width, height } = await decodeImage(staged.path, name, { signal }).catch((error: unknown) => {
        throw isOfNoKind(name, error) ? notMedia(name, error) : error;
      });
      return { kind: 'image', width, height };
    }
    const { peaks, ...sound } = await measureSound(staged.path, name, signal);
    await writeFileAtomic(this.#peaksPath(staged.sha256), peaks);
    return { kind: 'sound', ...sound };
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
    const row = this.#db.get(FileRow, 'SELECT file, place FROM media WHERE id = ?', mediaId);
    if (row === null) throw notFound(mediaId);
    return row.place ?? join(this.#options.mediaDir, ...row.file.split('/'));
  }

  #peaksPath(sha256: string): string {
    return join(this.#options.mediaDir, sha256.slice(0, 2), `${sha256}${PEAKS_EXTENSION}`);
  }

  /**
   * A sound whose original is the one that was imported.
   * @throws AppError media/not-found, media/unreadable (changed since it was linked), input/invalid when it is a picture
   */
  async soundOf(mediaId: string): Promise<SoundMedia & { readonly path: string }> {
    const media = this.get(mediaId);
    if (media.kind !== 'sound')
      throw invalidInput('mediaId', mediaId, `${media.name} is a picture`, 'Choose an imported sound.');
    const path = this.pathOf(mediaId);
    if (media.isLinked === true && (await hashOfFile(path, media.name)) !== media.sha256) throw changed(media.name);
    return { ...media, path };
  }

  /**
   * The file of a sound's waveform (core/export/sound-plan.ts says what is in it), made again where it is missing.
   * @throws AppError media/not-found, media/unreadable, input/invalid, library/*
   */
  async peaksFile(mediaId: string): Promise<string> {
    const { sha256 } = this.get(mediaId);
    const file = this.#peaksPath(sha256);
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
    const { path, name } = await this.soundOf(mediaId);
    await writeFileAtomic(file, (await measureSound(path, name)).peaks);
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
    const media = this.#imageOf(mediaId);
    const known = this.#fitted(media.sha256, width, height);
    if (known !== null && (await this.#options.frames.has(known))) return known;
    const key = `${media.sha256} ${width} ${height}`;
    const running = this.#fitting.get(key);
    if (running !== undefined) return running;
    const fit = this.#fit(media, width, height).finally(() => this.#fitting.delete(key));
    this.#fitting.set(key, fit);
    return fit;
  }

  /** The whole image in its own proportions, no side longer than WHOLE_SIDE_MAX. @throws AppError as fittedFrame */
  async wholeFrame(mediaId: string): Promise<string> {
    const media = this.#imageOf(mediaId);
    const scale = Math.min(1, WHOLE_SIDE_MAX / Math.max(media.width, media.height));
    const side = (pixels: number): number => Math.max(1, Math.round(pixels * scale));
    return this.fittedFrame(mediaId, side(media.width), side(media.height));
  }

  #imageOf(mediaId: string): ImageMedia {
    const media = this.get(mediaId);
    if (media.kind === 'image') return media;
    throw invalidInput('mediaId', mediaId, `${media.name} is a sound and has no picture`, 'Choose an image.');
  }

  async #fit(media: ImageMedia, width: number, height: number): Promise<string> {
    const image = await this.#decode(media, { width, height });
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

  async #decode(media: ImageMedia, size: { readonly width: number; readonly height: number }) {
    if (media.isLinked !== true) return decodeFitted(this.pathOf(media.id), media.name, media, size);
    const staged = await this.#original(media);
    try {
      return await decodeFitted(staged.path, media.name, media, size);
    } finally {
      await staged.discard();
    }
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

/** The table's own checks say that a row is whole. */
function viewOf({ width, height, sampleRate, channels, samples, place, ...row }: z.infer<typeof MediaRow>): MediaView {
  const rest = { ...row, ...(place !== null && { isLinked: true }) };
  if (samples !== null && sampleRate !== null && channels !== null)
    return { kind: 'sound', sampleRate, channels, samples, ...rest };
  return { kind: 'image', width: width ?? 0, height: height ?? 0, ...rest };
}

function changed(name: string): AppError {
  return new AppError('media/unreadable', `${name} was changed since it was linked.`, {
    field: 'file',
    value: name,
    remedy: 'Bring the original back, or import the changed file as well. Frames that were made from it stay.',
  });
}

function notFound(mediaId: string): AppError {
  return new AppError('media/not-found', 'This file is not in the library.', {
    field: 'mediaId',
    value: mediaId,
    remedy: 'Import it again.',
  });
}

/** Neither read as an image nor called one: then it is not a damaged image but something else. */
function isOfNoKind(name: string, error: unknown): boolean {
  const isUnreadable = error instanceof AppError && error.code === 'media/unreadable';
  return isUnreadable && !imageExtensions.includes(extname(name).slice(1).toLowerCase());
}

function notMedia(name: string, cause: unknown): AppError {
  return new AppError(
    'media/unreadable',
    `${name} is no film, image or sound that can be read here`,
    {
      field: 'file',
      value: name,
      remedy:
        'Choose a film (MP4, MOV, WebM, MKV, GIF, AVI), an image (PNG, JPEG, WebP, TIFF, BMP) or a sound (WAV, MP3, M4A, FLAC, Ogg).',
    },
    cause,
  );
}
