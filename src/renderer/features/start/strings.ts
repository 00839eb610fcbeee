/** Words of the start screen and the new-project form. */
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  title: 'Onionskin',
  tagline: 'Grow film on a timeline, frame after frame, on your own machine.',
  projects: 'Projects',
  create: 'New project',
  openBundle: 'Open a bundle',
  openBundleTip: 'Adds the project in a .onionskin file to this library',
  open: (name: string) => `Open ${name}`,
  trash: (name: string) => `Move ${name} to the trash`,
  clips: (count: number) => (count === 1 ? '1 clip' : `${count} clips`),
  noPoster: 'No frames yet',
  emptyTitle: 'Your first film starts with a sentence',
  steps: [
    ['Write a prompt', 'Put a prompt block on the timeline and say what should be seen.'],
    ['Generate', 'Watch the frames sharpen, step by step, right on the clip.'],
    ['Grow it', 'Drag the clip’s end to extend it, retake what went wrong, then export.'],
  ],
  name: 'Name',
  defaultName: 'Untitled film',
  model: 'Model',
  size: 'Frame size',
  square: 'Square',
  wide: 'Wide',
  tall: 'Tall',
  custom: 'Custom',
  width: 'Width',
  height: 'Height',
  rate: 'Frame rate',
  nativeRate: (name: string) => `native to ${name}`,
  sizeNote: (width: number, height: number) =>
    `The model was trained at ${width} × ${height}; other sizes work, and quality falls off with distance.`,
  rateNote: 'Every generated frame is held for as long as the film’s rate asks.',
  createButton: 'Create project',
  cancel: 'Cancel',
  nameMissing: 'Give the project a name.',
  noModel: 'No model is installed. Open the doctor to see why.',
  doctor: 'Doctor',
  shortcuts: 'Shortcuts',
  libraryCare: 'Check, space, backups',
  libraryCareTip: 'Checks the library, gives space back, goes back to a backup',
  showLibrary: 'Show library folder',
  library: (label: string) => `Library: ${label}`,
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
