/** What a timeline for other programs has beside its reference film: the lists as text, and which files they name. */
import { extname } from 'node:path';
import type { Document } from '@core/document/records';
import type { FrameHash, TakeIndex } from '@core/document/takes';
import { SPEED_OWN } from '@core/document/clip-speed';
import { EDL_EVENTS_MAX, edlOf } from '@core/interchange/edl';
import { listFiles } from '@core/interchange/files';
import { otioOf } from '@core/interchange/otio';
import { planInterchange, type Interchange } from '@core/interchange/plan';
import { invalidInput } from '@core/errors';
import type { Recipe } from '@contracts/recipe';
import type { TaskInterchange } from '../export/messages';
import type { SoundFile } from '../media/sound-files';

export interface InterchangeSource {
  readonly document: Document;
  readonly takes: TakeIndex;
  readonly from: number;
  readonly to: number;
  readonly stills: (mediaId: string) => FrameHash | null;
  /** Files of the sounds that are heard, by media id; their paths are absolute. */
  readonly soundFiles: ReadonlyMap<string, SoundFile>;
  /** Of the takes that these frames are from; null = nothing is said of how the film was made. */
  readonly recipesOf: ((frames: readonly FrameHash[]) => Recipe[]) | null;
}

/** @throws AppError input/invalid for a track of more cuts than an EDL can count */
export function interchangeTask(source: InterchangeSource): TaskInterchange {
  const { document, takes, from, to, stills, soundFiles, recipesOf } = source;
  const extensionOfSound = (mediaId: string) => extname(soundFiles.get(mediaId)?.path ?? '').toLowerCase();
  const interchange = planInterchange(document, takes, { from, to, stills, extensionOfSound });
  return {
    pictures: interchange.pictures.map(({ file, frames }) => ({
      file,
      frames: [...frames],
      recipes: recipesOf === null ? null : recipesOf(frames),
    })),
    sounds: interchange.sounds.map(({ file, mediaId, speed }) => {
      const { path, channels } = soundFiles.get(mediaId) ?? { path: '', channels: 1 };
      return { file, path, ...(speed !== SPEED_OWN && { stretch: { speed, channels } }) };
    }),
    lists: listsOf(interchange, recipesOf !== null),
  };
}

function listsOf(interchange: Interchange, withPrompts: boolean): TaskInterchange['lists'] {
  const { otio, edls } = listFiles(interchange);
  return [
    { file: otio, text: `${JSON.stringify(otioOf(interchange, { withPrompts }), null, 1)}\n` },
    ...edls.map(({ file, track }) => {
      if (track.clips.length > EDL_EVENTS_MAX)
        throw invalidInput(
          'clips',
          track.clips.length,
          `an EDL counts at most ${EDL_EVENTS_MAX} cuts, and ${track.name} has ${track.clips.length}`,
          'Export the film in parts, between in and out points.',
        );
      return { file, text: edlOf(interchange.name, track, interchange.rate) };
    }),
  ];
}
