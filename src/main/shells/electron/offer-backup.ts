/**
 * The library's database was damaged and is moved aside: the artist is asked how to go on, before there is a window.
 */
import { dialog } from 'electron';
import { rescueOf } from '@main/compose';
import type { AppError } from '@core/errors';
import { defaultLibraryDir } from '@main/platform/library-dir';
import type { Log } from '@main/platform/log';

/** @returns true when the library can be opened again, false when the artist would rather look for themselves */
export async function offerBackup(error: AppError, log: Log): Promise<boolean> {
  const rescue = await rescueOf(defaultLibraryDir(), log);
  const when = rescue === null ? '' : new Date(rescue.backup.createdAt).toLocaleString();
  const goBack = rescue === null ? [] : [`Go back to the backup of ${when}`];
  const buttons = [...goBack, 'Start with an empty library', 'Quit'];
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Onionskin',
    message: error.message,
    detail:
      rescue === null
        ? 'There is no good backup. Frames and media stay in the folder, and the damaged file may still be repaired.'
        : 'The backup holds all films, edits, recipes and takes of that time. Frames made since stay in the folder.',
    buttons,
    defaultId: 0,
    cancelId: buttons.length - 1,
    noLink: true,
  });
  if (response === buttons.length - 1) return false;
  if (rescue !== null && response === 0) await rescue.restore();
  return true;
}
