/** Sentences the state classes show. */
import { inLanguage, type Translation } from '../language/language';
import { de } from './strings.de';

const en = {
  undo: 'Undo',
  unsaved: 'This project has changes that are not saved yet',
  unsavedRemedy: 'Make room or write access for the library, then press Save again.',
  reveal: 'Show file',
  trashed: (name: string) => `“${name}” is in the trash`,
  reloaded: 'This project was changed elsewhere, so it was opened again',
  reloadedRemedy: 'Your last edit may be missing; check it before you go on.',
  jobFailed: (title: string, message: string) => `“${title}” failed: ${message}`,
  exported: (name: string) => `Exported ${name}`,
  waitingDropped: 'A part that waited for the stopped one was not queued',
  waitingDroppedRemedy: 'Generate the earlier part, then press Generate again.',
  lookingBack: 'You are looking at an earlier version',
  lookingBackRemedy: 'Restore it, or go back to now, before you change the film.',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
