/**
 * Files for a drag out of the window. The other program gets copies, so that nothing it does reaches the library; they lie
 * in a folder of the system's temporary files until the studio closes.
 */
import { app, nativeImage, type NativeImage, type WebContents } from 'electron';
import { constants } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { DraggedOut } from '@contracts/drag-out';
import { fileErrorFrom } from '@main/platform/fs-atomic';
import type { Studio } from '@main/studio';

/** A drag cannot wait: more than this is what an export of numbered pictures is for. */
const MAX_FRAMES = 1_000;
const ICON_HEIGHT = 64;

export class DragOut {
  readonly #studio: Studio;
  #folder: Promise<string> | null = null;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /** @throws AppError input/*, media/*, library/io; then no drag begins */
  async start(what: DraggedOut, page: Pick<WebContents, 'startDrag'>): Promise<void> {
    const { file, picture } = await this.#prepare(what);
    page.startDrag({ file, icon: await iconOf(picture, file) });
  }

  async #prepare(what: DraggedOut): Promise<{ readonly file: string; readonly picture: string | null }> {
    const { frames, takes, media, jobs } = this.#studio;
    switch (what.kind) {
      case 'frame': {
        const picture = frames.pathOf(what.frame);
        return { file: await this.#copy(picture, `${fileName(what.name)}.png`), picture };
      }
      case 'take': {
        const files = takes.framesOf(what.takeId, MAX_FRAMES).map((hash) => frames.pathOf(hash));
        const folder = await this.#place(fileName(what.name));
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
        const name = `${fileName(path.parse(what.name).name)}${path.extname(from)}`;
        return { file: await this.#copy(from, name), picture: from };
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

/** Electron wants one that is not empty. */
async function iconOf(picture: string | null, file: string): Promise<NativeImage> {
  const own = picture === null ? nativeImage.createEmpty() : nativeImage.createFromPath(picture);
  return own.isEmpty() ? app.getFileIcon(file) : own.resize({ height: ICON_HEIGHT });
}

/** Without what a file system refuses; never empty. */
export function fileName(name: string): string {
  const plain = name
    .replace(/[<>:"/\\|?*\p{Cc}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.replace(/[. ]+$/, '').slice(0, 120) || 'onionskin';
}
