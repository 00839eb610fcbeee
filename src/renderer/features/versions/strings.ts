/** Words of the history slider and of named versions. */
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  title: 'Versions of this project',
  slider: 'Version that is shown',
  now: 'Now',
  place: (place: number, count: number) => `${place} of ${count}`,
  named: 'Named versions',
  noNames: 'No named versions yet',
  chooseName: 'Named versions…',
  name: 'Name of this version',
  nameHint: 'Name this version',
  keepName: 'Keep name',
  keptName: (name: string) => `This version is called “${name}”`,
  removedName: 'The name was taken away; the version stays in the history',
  older: 'One change back',
  newer: 'One change on',
  restore: 'Restore this version',
  restoreEdit: 'Restore version',
  restored: (name: string) => `${name} is restored; undo brings back what was there`,
  version: (label: string) => `The version after “${label}”`,
  isNow: 'This is the film as it is now.',
  close: 'Back to now',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
