/**
 * Files for a drag out of the window. The other program gets copies, so that nothing it does reaches the library; they lie
 * in a folder of the system's temporary files until the studio closes.
 */
import { app, nativeImage, type NativeImage, type WebContents } from 'electron';
import { constants } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@core/errors';
import { plainFileName } from '@core/file-name';
import type { DraggedOut } from '@contracts/drag-out';
import type { ClipFile } from '@contracts/ipc';
import { fileErrorFrom } from '@main/platform/fs-atomic';
import type { Studio } from '@main/studio';

/** A drag cannot wait: more than this is what an export of numbered pictures is for. */
const MAX_FRAMES = 1_000;
const ICON_HEIGHT = 64;
/** Files of clips that are remembered; of those before them the file stays, and is made again when it is asked for. */
const MAX_CLIPS = 200;

interface ClipRef {
  readonly projectId: string;
  readonly clipId: string;
}

/** What the clip would be as a film of its own; asking for it plans that film. */
type ClipFilm = Awaited<ReturnType<Studio['jobs']['clipFilm']>>;

export class DragOut {
  readonly #studio: Studio;
  #folder: Promise<string> | null = null;
  /** By what the film would be: the file and the job that makes it. The same film is not made twice. */
  readonly #clips = new Map<string, { readonly file: string; readonly jobId: string }>();

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /** @throws AppError input/*, media/*, library/io; then no drag begins */
  async start(what: DraggedOut, page: Pick<WebContents, 'startDrag'>): Promise<void> {
    const { file, picture } = await this.#prepare(what);
    page.startDrag({ file, icon: await iconOf(picture, file) });
  }

  /** @throws AppError export/missing-frames, input/* */
  async clipFile(clip: ClipRef): Promise<ClipFile> {
    return this.#stateOf(await this.#studio.jobs.clipFilm(clip));
  }

  async #stateOf({ key, from, to }: ClipFilm): Promise<ClipFile> {
    const made = this.#clips.get(key);
    const frameCount = to - from;
    if (made === undefined) return { state: 'unmade', frameCount, jobId: null, bytes: null };
    const { jobId } = made;
    const job = this.#studio.jobs.list().find(({ id }) => id === jobId);
    if (job?.state === 'queued' || job?.state === 'running' || job?.state === 'paused')
      return { state: 'making', frameCount, jobId, bytes: null };
    // Finished jobs leave the list when the artist clears it; the file tells.
    const bytes = job === undefined || job.state === 'done' ? await sizeOf(made.file) : null;
    return { state: bytes === null ? 'failed' : 'ready', frameCount, jobId, bytes };
  }

  /** @throws AppError what an export throws */
  async makeClip(clip: ClipRef): Promise<ClipFile> {
    const { jobs } = this.#studio;
    const film = await jobs.clipFilm(clip);
    const known = await this.#stateOf(film);
    if (known.state === 'making' || known.state === 'ready') return known;
    const { key, from, to, name } = film;
    const outPath = await this.#place(`${plainFileName(name)}.mp4`);
    const range = { from, to, embedRecipe: true, smoothing: 1 } as const;
    const jobId = await jobs.export({ ...clip, ...range, preset: 'h264-mp4', outPath });
    this.#clips.delete(key);
    this.#clips.set(key, { file: outPath, jobId });
    const oldest = this.#clips.keys().next();
    if (this.#clips.size > MAX_CLIPS && oldest.done !== true) this.#clips.delete(oldest.value);
    return this.#stateOf(film);
  }

  async #prepare(what: DraggedOut): Promise<{ readonly file: string; readonly picture: string | null }> {
    const { frames, takes, media, jobs } = this.#studio;
    switch (what.kind) {
      case 'frame': {
        const picture = frames.pathOf(what.frame);
        return { file: await this.#copy(picture, `${plainFileName(what.name)}.png`), picture };
      }
      case 'take': {
        const files = takes.framesOf(what.takeId, MAX_FRAMES).map((hash) => frames.pathOf(hash));
        const folder = await this.#place(plainFileName(what.name));
        await attempt(folder, async () => {
          await mkdir(folder);
          for (const [n, from] of files.entries())
            await copyFile(
              from,
              path.join(folder, `${String(n + 1).padStart(4, '0')}.png`),
              constants.COPYFILE_FICLONE,
            );
        });
        return { file: folder, picture: files[0] ?? null };
      }
      case 'media': {
        const from = media.pathOf(what.mediaId);
        const name = `${plainFileName(path.parse(what.name).name)}${path.extname(from)}`;
        return { file: await this.#copy(from, name), picture: from };
      }
      case 'clip': {
        const film = await this.#studio.jobs.clipFilm(what);
        const { state } = await this.#stateOf(film);
        const file = this.#clips.get(film.key)?.file;
        const { name } = film;
        if (state === 'ready' && file !== undefined) return { file, picture: null };
        throw new AppError('job/invalid-state', 'The film of this clip is not made yet.', {
          field: 'clipId',
          value: name,
          remedy: 'Make the file in the inspector first, then drag it.',
        });
      }
      case 'export':
        return { file: jobs.outPathOf(what.jobId), picture: null };
      default:
        return what satisfies never;
    }
  }

  async #copy(from: string, name: string): Promise<string> {
    const to = await this.#place(name);
    await attempt(from, () => copyFile(from, to, constants.COPYFILE_FICLONE));
    return to;
  }

  /** A folder for each drag: the same frame dragged twice has the same name twice. */
  async #place(name: string): Promise<string> {
    this.#folder ??= this.#createFolder();
    return path.join(await mkdtemp(path.join(await this.#folder, 'drag-')), name);
  }

  async #createFolder(): Promise<string> {
    const folder = await mkdtemp(path.join(app.getPath('temp'), 'onionskin-'));
    app.once('will-quit', () => void rm(folder, { recursive: true, force: true }));
    return folder;
  }
}

async function attempt(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw fileErrorFrom(error, file);
  }
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch {
    return null;
  }
}

/** Electron wants one that is not empty. */
async function iconOf(picture: string | null, file: string): Promise<NativeImage> {
  const own = picture === null ? nativeImage.createEmpty() : nativeImage.createFromPath(picture);
  return own.isEmpty() ? app.getFileIcon(file) : own.resize({ height: ICON_HEIGHT });
}
