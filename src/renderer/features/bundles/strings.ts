/** Words of saving and opening bundles. */
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  exportTitle: 'Save a bundle',
  exportText: 'One .onionskin file with this project, its history, all its takes with their recipes, and its images.',
  importTitle: 'Open a bundle',
  importText: 'The project in the file comes into this library; nothing that is here is lost.',
  choosing: 'Choose a file…',
  saving: (done: number, total: number) => `Writing ${done} of ${total} files`,
  opening: (done: number, total: number) => `Reading ${done} of ${total} files`,
  stopping: 'Stopping…',
  cancelledExport: 'The bundle was not saved',
  cancelledImport: 'The bundle was not opened; the library is as it was',
  saved: (name: string) => `Saved ${name}`,
  opened: (name: string) => `“${name}” is in the library`,
  merged: (name: string) => `Merged into “${name}”`,
  takes: (count: number) => (count === 1 ? '1 take' : `${count} takes`),
  frames: (count: number) => (count === 1 ? '1 frame' : `${count} frames`),
  files: (count: number) => (count === 1 ? '1 imported file' : `${count} imported files`),
  versions: (count: number) => (count === 1 ? '1 version' : `${count} versions`),
  adds: (what: string) => `Adds ${what}`,
  addsNothing: 'Adds nothing: all of it is here',
  known: (name: string, ago: string) => `“${name}” is in this library already, last changed ${ago}.`,
  into: 'Project',
  candidate: (name: string, ago: string, isArchived: boolean) => `${name} · ${ago}${isArchived ? ' · archived' : ''}`,
  merge: 'Merge',
  sameFilm: 'The films are the same. Takes, files and versions that are new come in beside those that are here.',
  mergeMine: 'Merge, and go on with the film as it is here',
  mergeMineText: 'What is new comes in. The film of the bundle becomes a version in the history.',
  mergeTheirs: 'Merge, and go on with the film of the bundle',
  mergeTheirsText: 'What is new comes in. The film as it is here becomes a version; undo brings it back.',
  copy: 'Open as a project of its own',
  copyText: 'The project that is here stays as it is.',
  differences: 'Where the films differ',
  is: { changed: 'differs', 'only-here': 'only here', 'only-there': 'only in the bundle' },
  others: (count: number) =>
    count === 1
      ? '1 other difference: a track, still, sound, marker or setting'
      : `${count} other differences: tracks, stills, sounds, markers, settings`,
  versionOf: (file: string) => `From ${file}`,
  versionBefore: (file: string) => `Before ${file}`,
  edit: (file: string) => `Merge ${file}`,
  goOn: { mine: 'Merge', theirs: 'Merge', copy: 'Open as a copy' },
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
