/** Words of the library dialog: checking, giving space back, backups. */
import { formatBytes, formatClock } from '../../ui/format';
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  title: 'Library',
  text: 'Every film, take, frame and image of this studio lies in one folder.',
  open: 'Show folder',
  close: 'Close',

  verify: 'Check',
  verifyText: 'Reads every frame and image and compares it with its name; then the database. Nothing is changed.',
  verifyRun: 'Check the library',
  verifyAgain: 'Check again',
  verifying: 'Checking…',
  verifyCount: (done: number, total: number) => `${done} of ${total} files`,
  sound: 'Everything is as it should be.',
  unsound: (problems: number) => (problems === 1 ? 'One thing is wrong.' : `${problems} things are wrong.`),
  read: (frames: number, media: number, bytes: number) =>
    `${frames} ${frames === 1 ? 'frame' : 'frames'} and ${media} ${media === 1 ? 'image' : 'images'} read, ${formatBytes(bytes)}.`,
  missingFrames: (count: number) => `${count} ${count === 1 ? 'frame is' : 'frames are'} gone.`,
  damagedFrames: (count: number) => `${count} ${count === 1 ? 'frame has' : 'frames have'} changed on disk.`,
  missingMedia: (names: string) => `Images that are gone: ${names}.`,
  damagedMedia: (names: string) => `Images that have changed on disk: ${names}.`,
  affected: (takes: number, films: number) =>
    `This shows in ${takes} ${takes === 1 ? 'take' : 'takes'} of ${films} ${films === 1 ? 'film' : 'films'}.`,
  framesRemedy: 'Run those takes again from their recipe: the same recipe makes the same frames.',
  mediaRemedy: 'Import those images again.',
  databaseProblem: (sentence: string) => `Database: ${sentence}`,
  databaseRemedy: 'Go back to a backup below.',
  unnamed: (files: number, bytes: number) =>
    `${files} ${files === 1 ? 'file belongs' : 'files belong'} to nothing any more (${formatBytes(bytes)}). That does no harm; they are swept away after a day.`,
  more: (count: number) => `and ${count} more`,

  reclaim: 'Space',
  reclaimText: 'Lists what could be removed and how much it gives back, before anything is.',
  reclaimRun: 'See what could go',
  reclaimLooking: 'Looking…',
  nothing: 'There is nothing to give back.',
  item: {
    unreferenced: 'Files that nothing uses',
    'trashed-project': (name: string) => `“${name}”, in the trash`,
    'trashed-takes': (name: string) => `Pruned takes of “${name}”`,
    backup: (createdAt: number) => `Backup of ${formatClock(createdAt)}`,
    'moved-aside': (name: string) => `Database put aside: ${name}`,
  },
  facts: {
    unreferenced: (files: number) => `${files} ${files === 1 ? 'file' : 'files'}`,
    'trashed-project': (takes: number, files: number) =>
      `${takes} ${takes === 1 ? 'take' : 'takes'}, ${files} ${files === 1 ? 'file' : 'files'} of its own`,
    'trashed-takes': (takes: number, files: number) =>
      `${takes} ${takes === 1 ? 'take' : 'takes'}, ${files} ${files === 1 ? 'frame' : 'frames'} of their own`,
    backup: 'one of those below',
    'moved-aside': 'was damaged, or replaced by a backup',
  },
  choose: (what: string) => `Remove: ${what}`,
  reclaimChosen: (bytes: number) => (bytes === 0 ? 'Remove…' : `Remove ${formatBytes(bytes)}…`),
  noneChosen: 'Choose what should go.',
  confirmReclaim: (count: number, bytes: number) =>
    `Remove ${count} ${count === 1 ? 'entry' : 'entries'} and ${formatBytes(bytes)} for good?`,
  confirmReclaimText: (names: readonly string[]) =>
    `${names.slice(0, 5).join('; ')}${names.length > 5 ? `; and ${names.length - 5} more` : ''}. This cannot be undone. What another film uses stays.`,
  confirmReclaimYes: 'Remove for good',
  keep: 'Keep everything',
  removing: 'Removing…',
  reclaimed: (files: number, bytes: number) =>
    `${files} ${files === 1 ? 'file' : 'files'} removed, ${formatBytes(bytes)} given back`,

  backups: 'Backups',
  backupsText:
    'Copies of the database: all films, edits, recipes and where frames lie. Frames themselves are not copied.',
  noBackups: 'There are no backups yet. One is made every day the studio runs.',
  backupKinds: { daily: 'of the day', schema: 'before an upgrade' },
  restore: 'Go back…',
  restoreLabel: (when: string) => `Go back to the backup of ${when}`,
  confirmRestore: (when: string) => `Go back to ${when}?`,
  confirmRestoreText:
    'The studio starts again with the library as it was then. Films, edits and takes made since leave it; the database of now is put aside in the library’s folder, not deleted.',
  confirmRestoreYes: 'Go back and restart',
  cancel: 'Stay here',
  restoring: 'Going back…',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
