/** Words of the shortcuts dialog. */
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  title: 'Keyboard shortcuts',
  searchKeys: 'Search shortcuts',
  preset: 'Keys like',
  noMatch: 'No shortcut matches.',
  noKeys: 'no keys',
  press: 'Press keys…',
  change: (keys: string, action: string) => `${keys}: change the keys of ${action}`,
  give: (action: string) => `Give keys to ${action}`,
  addTip: 'Add keys',
  dropTip: 'Remove these keys',
  resetTip: 'Back to the preset',
  takenBy: (keys: string, actions: string) => `${keys} belongs to ${actions}.`,
  takeOver: 'Take over',
  keep: 'Keep',
  conflicts: (count: number) => (count === 1 ? '1 key is given twice' : `${count} keys are given twice`),
  conflictTip: (others: string) => `Also: ${others}`,
  showConflicts: 'Show',
  changed: (count: number) => (count === 1 ? '1 change of yours' : `${count} changes of yours`),
  resetAll: 'Reset all',
  wasReset: 'All keys are those of the preset again',
  undo: 'Undo',
  copy: 'Copy as text',
  copied: 'Key map copied',
  copiedRemedy: 'Paste it into another studio, or keep it as a file.',
  paste: 'Paste text',
  pasteTitle: 'A key map as text',
  pasteHint: 'Paste what “Copy as text” gave.',
  use: 'Use this map',
  cancel: 'Cancel',
  unread: (reason: string) => `This is not a key map. ${reason}`,
  imported: 'Key map in use',
  unknown: (count: number) => `${count} of its commands are not in this studio and were left out.`,
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
