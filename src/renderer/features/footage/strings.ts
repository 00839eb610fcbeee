/** Words of the import of films: the dialog, and the tile in the media panel. */
import type { FootageNote } from '@contracts/job';
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  offline: 'Offline',
  title: (name: string) => `Place ${name}`,
  several: (left: number) => (left === 1 ? '1 more film follows' : `${left} more films follow`),
  file: 'The file',
  film: 'In the film',
  length: 'Length',
  size: 'Size',
  rate: 'Rate',
  rateVaries: (fps: string) => `${fps}, uneven`,
  pictures: (count: number) => `${count} pictures, one per frame`,
  codec: 'Codec',
  range: 'Part',
  from: 'From frame',
  to: 'To frame',
  firstFrame: 'First frame of this part',
  lastFrame: 'Last frame of this part',
  rangeHint: (from: string, to: string) => `${from} to ${to}`,
  whole: 'Whole file',
  fit: 'Frame',
  fits: {
    fill: { label: 'Fill', text: 'covers the frame, the rest is cropped' },
    fit: { label: 'Fit', text: 'seen whole, with black bars' },
  },
  sound: 'With its sound',
  soundHint: 'as a clip on an audio track below',
  noSound: 'This file has no sound.',
  frames: 'Frames',
  disk: 'On disk',
  atMost: (bytes: string) => `at most ${bytes}`,
  time: 'Takes',
  about: (seconds: string) => `about ${seconds}`,
  measured: 'By what this machine has measured.',
  typical: 'A guess until a film was imported here once.',
  place: 'Place on the timeline',
  reading: 'Reading the sound…',
  cancel: 'Cancel',
  skip: 'Skip this one',
  asImages: 'As single images',
  notes: {
    'variable-rate': 'Its rate varies: each frame of the film shows what is on screen at its start.',
    rotated: 'It is turned upright, as its file says.',
    'wide-pixels': 'Its pixels are not square; it is stretched to its true shape.',
    interlaced: 'It is interlaced; its fields are joined.',
    hdr: 'It is HDR: its colours are brought to what ordinary screens show.',
    alpha: 'It has see-through parts, which lie over black.',
  } satisfies Record<FootageNote, string>,
  tile: (name: string, length: string, size: string) => `${name}, film, ${length}, ${size}`,
  dragHint: 'Drag onto the timeline.',
  placeTip: 'Place on the timeline…',
  reveal: 'Show the original',
  relink: 'Find the original…',
  relinked: (name: string) => `${name} is found again`,
  many: (count: number) => (count === 1 ? '1 picture' : `${count} pictures`),
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
