/** Words of the command palette. */
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  title: 'Search commands',
  placeholder: 'What do you want to do?',
  results: 'Commands',
  recent: 'Recent',
  all: 'All commands',
  none: 'No command matches.',
  needsProject: 'Open a project first',
  notNow: 'Not possible right now',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
