/** Every file of the folder that a timeline for other programs is, by its path in it: what is said first is what is written. */
import { edlTracks } from './edl';
import { FileNames } from './file-names';
import type { Interchange, InterchangeTrack } from './plan';

/** The film itself, to lay beside what another program makes of the lists. */
export const REFERENCE_FILE = 'reference.mov';
/** Which files are the export's, so that the next one over it removes no others. */
export const CONTENTS_FILE = 'contents.json';

export interface ListFiles {
  readonly otio: string;
  readonly edls: readonly { readonly file: string; readonly track: InterchangeTrack }[];
}

export function listFiles(interchange: Interchange): ListFiles {
  const names = new FileNames();
  const otio = names.give(interchange.name, '.otio');
  return {
    otio,
    edls: edlTracks(interchange).map((track) => {
      return { file: names.give(`${interchange.name} ${track.name}`, '.edl'), track };
    }),
  };
}

export function filesOf(interchange: Interchange): string[] {
  const { otio, edls } = listFiles(interchange);
  const media = [...interchange.pictures, ...interchange.sounds];
  return [REFERENCE_FILE, CONTENTS_FILE, otio, ...[...edls, ...media].map(({ file }) => file)];
}
