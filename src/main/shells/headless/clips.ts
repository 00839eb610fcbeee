/** The clips of `onionskin generate`: --clip FRAME=FILM, a film or a folder of PNGs that the new one passes through. */
import { stat } from 'node:fs/promises';
import { laterClipsOf } from '@core/diffusion/later-clips';
import { invalidInput } from '@core/errors';
import type { KnownImage } from '@core/prompt/plan';
import type { ModelManifest } from '@contracts/model-manifest';
import { libraryPaths } from '@main/platform/paths';
import { FrameStore } from '@main/services/media/frame-store';
import type { CommandContext } from './context';
import { readFilm } from './film-source';
import { parsePlace } from './images';
import type { Size } from './options';

export interface GivenClip {
  readonly index: number;
  readonly frames: readonly KnownImage[];
}

/** @throws AppError input/invalid naming the option, media/* */
export async function importClips(
  { studio, reporter, signal }: CommandContext,
  given: readonly string[],
  {
    manifest,
    frameCount,
    size,
  }: { readonly manifest: ModelManifest; readonly frameCount: number; readonly size: Size },
): Promise<GivenClip[]> {
  const option = '--clip';
  if (given.length > 0 && laterClipsOf(manifest) === null)
    throw invalidInput(
      option,
      '',
      `the model ${manifest.id} is shown no clips, only single images`,
      `leave ${option} out`,
    );
  const store = new FrameStore(libraryPaths(studio.libraryDir).frames);
  const clips: GivenClip[] = [];
  for (const text of given) {
    const { index, path } = parsePlace(option, text, frameCount);
    if ((await stat(path).catch(() => null)) === null)
      throw invalidInput(option, path, 'there is no such film', 'name a film, a GIF or a folder of PNGs');
    const film = await readFilm(path, size, { store, signal });
    // No window could be shown more of it.
    const visible = film.frames.slice(0, manifest.frameGrid.max);
    if (visible.length < film.frames.length)
      reporter.note(`${path} has ${film.frames.length} frames: its first ${visible.length} are used`);
    const frames: KnownImage[] = [];
    // As media, the frames the recipe names stay in the library for as long as the take does.
    for (const hash of visible)
      frames.push({ mediaId: (await studio.media.importFile(null, store.pathOf(hash), signal)).id });
    clips.push({ index, frames });
  }
  return clips;
}
