/** Words of the title bar, the side panel and the window's frame. */
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  allProjects: 'All projects',
  rename: 'Rename project',
  renameEdit: 'Rename project',
  undo: (label: string | undefined) => (label === undefined ? 'Undo' : `Undo: ${label}`),
  redo: (label: string | undefined) => (label === undefined ? 'Redo' : `Redo: ${label}`),
  versions: 'Versions: look back and name',
  nothingToUndo: 'Nothing to undo.',
  nothingToRedo: 'Nothing to redo.',
  saved: 'Saved',
  savedTip: 'Every change is written to the library as you make it.',
  saving: 'Saving…',
  saveFailed: 'Not saved',
  saveAgain: 'Save again',
  export: 'Export',
  model: (name: string) => `About the model ${name}`,
  modelProblem: (name: string) => `${name} has a problem`,
  media: 'Media',
  takes: 'Takes',
  history: 'History',
  resizeLeft: 'Resize the media panel',
  resizeRight: 'Resize the inspector',
  resizeBottom: 'Resize the timeline',
  loading: 'Opening the studio…',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
