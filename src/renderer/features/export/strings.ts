/** Words of the export form. */
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  title: 'Export film',
  presets: {
    'h264-mp4': { label: 'H.264 film', text: 'MP4 that plays everywhere' },
    'prores-mov': { label: 'ProRes film', text: 'Ten-bit 422 HQ, for an editor' },
    gif: { label: 'GIF', text: 'Loops in a message or a page' },
    'png-sequence': { label: 'PNG frames', text: 'A folder, every pixel kept' },
    timeline: {
      label: 'Timeline for another editor',
      text: 'OTIO and EDL, with a ProRes film of every shot and the sounds',
    },
  },
  format: 'Format',
  range: 'Range',
  whole: 'Whole film',
  inOut: 'In to out',
  clip: 'This clip alone',
  clipHint: (name: string) => `${name}, with the sound that is linked with it`,
  noInOut: 'Mark an in or out point on the timeline first (I, O).',
  smoothing: 'Motion',
  asItIs: (rate: string) => `${rate}, as it is`,
  smoothingHint: 'A higher rate draws frames in between; those of the film stay what they are.',
  smoothingCost: (frames: number) => `${frames} frames are drawn in between. Cuts stay cuts.`,
  tooFast: 'That would be more than 120 frames a second.',
  ownFrames: 'A timeline has the frames of the film; draw more in an export of the whole film.',
  tooFastForGif: 'A GIF plays at most 50 frames a second.',
  size: 'Size',
  rate: 'Rate',
  frames: 'Frames',
  duration: 'Duration',
  embed: 'Write the recipe into the file',
  embedHint: 'Prompts, seeds and settings travel with the film. Off: nothing about how it was made.',
  files: 'Files',
  takes: 'Takes',
  onDisk: 'On the disk',
  about: (time: string) => `about ${time}`,
  typical: {
    both: 'Time and size are typical ones; after the first export of this kind they go by what it took here.',
    time: 'The time is a typical one; after the first export of this kind it goes by what it took here.',
    size: 'The size is a typical one; after the first export of this kind it goes by what it took here.',
  },
  listsHint: (lists: string) =>
    `${lists}, a ProRes film of every shot with all its frames, the sounds as they were imported, and the whole film for reference.`,
  lists: 'An OTIO and an EDL for each video track',
  listsWithoutEdl: (rate: string) => `An OTIO (no EDL: none is read at ${rate})`,
  start: 'Choose file and export…',
  startFolder: 'Choose folder and export…',
  cancel: 'Cancel',
  empty: 'There is nothing on the timeline yet.',
  missing: 'Some clips have no frames in this range:',
  missingClip: (name: string, from: string, to: string) => `${name}, ${from} to ${to}`,
  missingMore: (count: number) => `and ${count} more`,
  missingReason: 'Generate these clips first, or export a range without them.',
  saving: 'Your last edit is not saved yet; press Save again above.',
  started: 'The export is in the queue',
  evenReason: 'H.264 needs even sizes; the last row or column is cut.',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
