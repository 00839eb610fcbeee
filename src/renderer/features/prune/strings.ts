/** Words of pruning takes. */
import { formatBytes } from '../../ui/format';
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const takes = (count: number): string => (count === 1 ? '1 take' : `${count} takes`);
const en = {
  title: 'Prune takes',
  text: 'Takes that nothing needs: not in the film, without star, note or pin, in no named version, and no other take was made from them.',
  looking: 'Looking through the takes…',
  nothing: 'There is nothing to prune',
  nothingText: (kept: number) =>
    kept === 0 ? 'This film has no takes yet.' : `Each of the ${kept} takes is used, marked, or the origin of another.`,
  ofFilm: 'Replaced by another take',
  ofBranch: 'On branches the film has left',
  take: (shot: string, seed: number | null) => `${shot}, ${seed === null ? 'imported' : `seed ${seed}`}`,
  gone: 'deleted shot',
  seed: (seed: number) => `seed ${seed}`,
  imported: 'imported',
  frames: (count: number) => (count === 1 ? '1 frame' : `${count} frames`),
  all: 'All',
  none: 'None',
  kept: (count: number) => `${takes(count)} of the film ${count === 1 ? 'stays' : 'stay'} in any case`,
  cancel: 'Cancel',
  trash: (count: number, bytes: number) => `Move ${takes(count)} to the trash · ${formatBytes(bytes)}`,
  chooseOne: 'Choose at least one take.',
  trashed: (count: number) => `${takes(count)} moved to the trash`,
  trashedRemedy: 'The space is given back when you reclaim it in the library.',
  undo: 'Undo',
  inTrash: (count: number) => `${takes(count)} in the trash`,
  restore: 'Restore all',
  restored: (count: number) => `${takes(count)} restored`,
  openLibrary: 'Reclaim space…',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
