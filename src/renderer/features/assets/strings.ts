/** Words of the media panel. */
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  import: 'Import films, images and sound',
  emptyTitle: 'No films, images or sounds yet',
  emptyText:
    'Drop films, pictures and audio files here. A film goes on the timeline and can be extended; a picture can be the first or last frame of a shot, or a still; a sound goes under the film.',
  dropHere: 'Drop to import',
  hide: 'Hide in this list',
  unhide: 'List it again',
  hiddenCount: (count: number) =>
    count === 1 ? '1 hidden; it stays in the library' : `${String(count)} hidden; they stay in the library`,
  showHidden: 'Show',
  leaveHidden: 'Hide',
  useAsFirst: 'Use as first frame',
  useAsFirstTip: 'Begin a new shot from this picture',
  placeStill: 'Place as still',
  tile: (name: string, width: number, height: number) => `${name}, ${width} × ${height}`,
  placeSound: 'Put on an audio track at the playhead',
  soundTile: (name: string, length: string, channels: number) =>
    `${name}, sound, ${length}, ${channels === 1 ? 'mono' : channels === 2 ? 'stereo' : `${String(channels)} channels`}`,
  /** 0:07.5, 3:25.0 */
  length: (seconds: number) => {
    const tenths = Math.round(seconds * 10);
    const rest = tenths % 600;
    return `${String(Math.floor(tenths / 600))}:${String(Math.floor(rest / 10)).padStart(2, '0')}.${String(rest % 10)}`;
  },
  dragSoundHint: 'Drag onto the timeline; with Alt, into another program.',
  dragHint: 'Drag onto the timeline, or onto a frame well in the inspector; with Alt, into another program.',
  link: 'Leave originals where they are',
  linkHint:
    'Pictures and sounds are then linked instead of copied into the library, as films always are. A bundle has them inside all the same.',
  linked: 'Linked: the original stays where it is',
  collect: 'Copy into the library',
  collected: (count: number) =>
    count === 1 ? '1 file is in the library now' : `${String(count)} files are in the library now`,
  nothingLinked: 'No picture or sound of this project is linked',
  stopLooking: 'Stop',
  stopped: 'The search was stopped; what was found is kept',
  offline: 'Offline',
  offlineCount: (count: number) =>
    `${count === 1 ? 'One imported file is' : `${String(count)} imported files are`} gone. Films made from ${count === 1 ? 'it' : 'them'} keep their frames.`,
  findFolder: 'Look in a folder…',
  findFiles: 'Choose files…',
  looking: 'Looking…',
  found: (found: number, missing: number) =>
    `${String(found)} found again${missing === 0 ? '' : `, ${String(missing)} still missing`}`,
  otherVersions: (names: readonly string[]) =>
    `Not the very same files, but of the same size or name: ${names.slice(0, 5).join(', ')}.`,
  notUsed: (name: string, file: string) => `${file} cannot stand in for ${name}`,
  noStart: 'This model cannot start from a picture.',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
