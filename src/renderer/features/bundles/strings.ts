/** Words of saving and opening bundles. */
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  exportTitle: 'Save a bundle',
  exportText: 'One .onionskin file with this project, its history, all its takes with their recipes, and its images.',
  importTitle: 'Open a bundle',
  importText: 'The project in the file is added to this library as one of its own; nothing that is here changes.',
  choosing: 'Choose a file…',
  saving: (done: number, total: number) => `Writing ${done} of ${total} files`,
  opening: (done: number, total: number) => `Reading ${done} of ${total} files`,
  stopping: 'Stopping…',
  cancelledExport: 'The bundle was not saved',
  cancelledImport: 'The bundle was not opened; the library is as it was',
  saved: (name: string) => `Saved ${name}`,
  opened: (name: string) => `“${name}” is in the library`,
  counts: (takes: number, frames: number, images: number) =>
    `${takes === 1 ? '1 take' : `${takes} takes`}, ${frames === 1 ? '1 frame' : `${frames} frames`}, ` +
    (images === 1 ? '1 image' : `${images} images`),
  missingTitle: 'Models this machine does not have',
  missingText: 'The film plays, can be cut and exported without them. To generate more of it, get these first:',
  missingModel: (name: string, version: string) => `${name}, version ${version}`,
  otherVersion: (version: string) => `Version ${version} is installed here; new takes will look different.`,
  notInstalled: 'Not installed here.',
  source: (text: string) => `Where to get it: ${text}`,
  noSource: (id: string) =>
    `Ask whoever made the bundle for the model package “${id}”, then add its folder with \`onionskin models add\`.`,
  licence: (text: string) => `Licence: ${text}`,
  openProject: 'Open the project',
  cancel: 'Cancel',
  close: 'Close',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
