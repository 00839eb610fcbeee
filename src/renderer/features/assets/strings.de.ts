import type { Strings } from './strings';

export const de: Strings = {
  import: 'Filme, Bilder und Ton importieren',
  emptyTitle: 'Noch keine Filme, Bilder oder Töne',
  emptyText:
    'Filme, Bilder und Tondateien hier ablegen. Ein Film wird ein Clip; ein Bild kann erstes oder letztes Bild einer Einstellung sein oder stehen; ein Ton liegt unter dem Film.',
  dropHere: 'Zum Importieren ablegen',
  hide: 'In dieser Liste ausblenden',
  unhide: 'Wieder auflisten',
  hiddenCount: (count) => `${count} ausgeblendet; in der Bibliothek bleibt ${count === 1 ? 'es' : 'alles'}`,
  showHidden: 'Zeigen',
  leaveHidden: 'Ausblenden',
  useAsFirst: 'Als erstes Bild verwenden',
  useAsFirstTip: 'Mit diesem Bild eine neue Einstellung beginnen',
  placeStill: 'Als Standbild setzen',
  tile: (name, width, height) => `${name}, ${width} × ${height}`,
  placeSound: 'Am Abspielkopf auf eine Tonspur legen',
  soundTile: (name, length, channels) =>
    `${name}, Ton, ${length}, ${channels === 1 ? 'mono' : channels === 2 ? 'stereo' : `${channels} Kanäle`}`,
  length: (seconds) => {
    const tenths = Math.round(seconds * 10);
    const rest = tenths % 600;
    return `${Math.floor(tenths / 600)}:${String(Math.floor(rest / 10)).padStart(2, '0')},${rest % 10}`;
  },
  dragSoundHint: 'Auf die Zeitleiste ziehen; mit Alt in ein anderes Programm.',
  dragHint: 'Auf die Zeitleiste ziehen oder auf ein Bildfeld im Inspektor; mit Alt in ein anderes Programm.',
  noStart: 'Dieses Modell kann nicht von einem Bild ausgehen.',
  link: 'Originale dort lassen, wo sie sind',
  linkHint:
    'Bilder und Töne werden dann verknüpft statt in die Bibliothek kopiert, so wie Filme immer. Ein Bündel enthält sie trotzdem.',
  linked: 'Verknüpft: das Original bleibt, wo es ist',
  collect: 'In die Bibliothek kopieren',
  collected: (count) =>
    count === 1 ? '1 Datei ist jetzt in der Bibliothek' : `${count} Dateien sind jetzt in der Bibliothek`,
  nothingLinked: 'In diesem Projekt ist kein Bild und kein Ton verknüpft',
  stopLooking: 'Anhalten',
  stopped: 'Die Suche wurde angehalten; was gefunden ist, bleibt',
  offline: 'Offline',
  offlineCount: (count) =>
    count === 1
      ? 'Eine importierte Datei ist weg. Was daraus entstand, behält seine Bilder.'
      : `${count} importierte Dateien sind weg. Was daraus entstand, behält seine Bilder.`,
  findFolder: 'In einem Ordner suchen …',
  findFiles: 'Dateien wählen …',
  looking: 'Sucht …',
  found: (found, missing) => `${found} wiedergefunden${missing === 0 ? '' : `, ${missing} fehlen noch`}`,
  otherVersions: (names) =>
    `Nicht genau dieselben Dateien, aber gleich groß oder gleich benannt: ${names.slice(0, 5).join(', ')}.`,
  notUsed: (name, file) => `${file} kann ${name} nicht ersetzen`,
};
