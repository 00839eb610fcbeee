import { formatBytes } from '../../ui/format';
import type { Strings } from './strings';

const takes = (count: number): string => (count === 1 ? '1 Take' : `${count} Takes`);

export const de: Strings = {
  title: 'Takes aussortieren',
  text: 'Takes, die nichts braucht: nicht im Film, ohne Stern, Notiz oder Festlegung, in keiner benannten Fassung, und aus keinem ist ein anderer entstanden.',
  looking: 'Die Takes werden durchgesehen …',
  nothing: 'Es gibt nichts auszusortieren',
  nothingText: (kept) =>
    kept === 0
      ? 'Dieser Film hat noch keine Takes.'
      : `Jeder der ${kept} Takes wird verwendet, ist markiert oder der Ursprung eines anderen.`,
  ofFilm: 'Durch einen anderen Take ersetzt',
  ofBranch: 'Auf Zweigen, die der Film verlassen hat',
  take: (shot, seed) => `${shot}, ${seed === null ? 'importiert' : `Seed ${seed}`}`,
  gone: 'gelöschte Einstellung',
  seed: (seed) => `Seed ${seed}`,
  imported: 'importiert',
  frames: (count) => (count === 1 ? '1 Bild' : `${count} Bilder`),
  all: 'Alle',
  none: 'Keine',
  kept: (count) => `${takes(count)} des Films ${count === 1 ? 'bleibt' : 'bleiben'} in jedem Fall`,
  cancel: 'Abbrechen',
  trash: (count, bytes) => `${takes(count)} in den Papierkorb · ${formatBytes(bytes)}`,
  chooseOne: 'Mindestens einen Take wählen.',
  trashed: (count) => `${takes(count)} in den Papierkorb gelegt`,
  trashedRemedy: 'Der Platz wird frei, wenn er in der Bibliothek zurückgewonnen wird.',
  undo: 'Rückgängig',
  inTrash: (count) => `${takes(count)} im Papierkorb`,
  restore: 'Alle wiederherstellen',
  restored: (count) => `${takes(count)} wiederhergestellt`,
  openLibrary: 'Platz zurückgewinnen …',
};
