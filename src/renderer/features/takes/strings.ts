/** Words of the takes panel. */
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  imported: 'imported',
  useImported: (number: number) => `Use import ${number}`,
  emptyTitle: 'No clip selected',
  emptyText: 'Select a generated clip to see every take of every part, and choose between them.',
  stillTitle: 'A still has no takes',
  stillText: 'Takes belong to generated clips.',
  roles: { first: 'Start', forward: 'Extension', backward: 'Lead-in', retake: 'Retake' },
  part: (role: string, seconds: string) => `${role} · ${seconds}`,
  otherBranches: 'Other branches',
  otherHint: 'Earlier ways this clip went on. Using one makes it the film again.',
  planned: 'Planned, not made yet',
  waiting: 'Waits for the part before it',
  stale: (reason: string) => `Out of date: ${reason}`,
  seed: (seed: number) => `seed ${seed}`,
  inUse: 'in use',
  dragHint: 'Drag: its frames as a folder for another program',
  use: 'Use this take',
  useLabel: (number: number, seed: number) => `Use take ${number}, seed ${seed}`,
  short: (kept: number, wanted: number) => `${kept} of ${wanted} frames kept`,
  showRecipe: 'Show recipe, copy or save it, render it again',
  star: 'Star',
  unstar: 'Take the star away',
  starred: 'starred',
  starredOnly: 'Only takes with a star',
  prune: 'Prune takes of the film…',
  filter: 'Note or seed',
  hidden: (count: number) =>
    count === 1 ? '1 take is hidden by the filter' : `${count} takes are hidden by the filter`,
  note: 'Note',
  notePlaceholder: 'Add a note',
  editNote: 'Change the note',
  copyRecipe: 'Copy recipe as JSON',
  lockSeed: 'Lock this seed for the next run',
  lockSeedEdit: 'Lock seed',
  number: (number: number, total: number) => `${number}/${total}`,
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
