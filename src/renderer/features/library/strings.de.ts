import { formatBytes, formatClock } from '../../ui/format';
import type { Strings } from './strings';

const files = (count: number): string => (count === 1 ? '1 Datei' : `${count} Dateien`);
const takes = (count: number): string => (count === 1 ? '1 Take' : `${count} Takes`);

export const de: Strings = {
  title: 'Bibliothek',
  text: 'Jeder Film, jeder Take und jedes Bild dieses Studios liegt in einem Ordner.',
  open: 'Ordner zeigen',
  close: 'Schließen',

  verify: 'Prüfen',
  verifyText: 'Liest jedes Bild und vergleicht es mit seinem Namen; danach die Datenbank. Nichts wird geändert.',
  verifyRun: 'Bibliothek prüfen',
  verifyAgain: 'Erneut prüfen',
  verifying: 'Wird geprüft …',
  verifyCount: (done, total) => `${done} von ${total} Dateien`,
  sound: 'Alles ist, wie es sein soll.',
  unsound: (problems) => (problems === 1 ? 'Eines stimmt nicht.' : `${problems} Dinge stimmen nicht.`),
  read: (frames, media, bytes) =>
    `${frames === 1 ? '1 Bild' : `${frames} Bilder`} und ${media === 1 ? '1 Medium' : `${media} Medien`} gelesen, ${formatBytes(bytes)}.`,
  missingFrames: (count) => (count === 1 ? '1 Bild fehlt.' : `${count} Bilder fehlen.`),
  damagedFrames: (count) =>
    count === 1
      ? '1 Bild hat sich auf dem Datenträger verändert.'
      : `${count} Bilder haben sich auf dem Datenträger verändert.`,
  missingMedia: (names) => `Fehlende Medien: ${names}.`,
  damagedMedia: (names) => `Auf dem Datenträger veränderte Medien: ${names}.`,
  affected: (count, films) => `Das betrifft ${takes(count)} ${films === 1 ? 'eines Films' : `aus ${films} Filmen`}.`,
  framesRemedy: 'Diese Takes aus ihrem Rezept neu rechnen: dasselbe Rezept ergibt dieselben Bilder.',
  mediaRemedy: 'Diese Medien erneut importieren.',
  databaseProblem: (sentence) => `Datenbank: ${sentence}`,
  databaseRemedy: 'Unten zu einer Sicherung zurückgehen.',
  unnamed: (count, bytes) =>
    `${count === 1 ? '1 Datei gehört' : `${count} Dateien gehören`} zu nichts mehr (${formatBytes(bytes)}). Das schadet nicht; nach einem Tag wird aufgeräumt.`,
  more: (count) => `und ${count} weitere`,

  reclaim: 'Platz',
  reclaimText: 'Listet auf, was entfernt werden könnte und wie viel es freigibt, bevor etwas geschieht.',
  reclaimRun: 'Zeigen, was weg kann',
  reclaimLooking: 'Wird gesucht …',
  nothing: 'Es gibt nichts freizugeben.',
  item: {
    unreferenced: 'Dateien, die nichts verwendet',
    'trashed-project': (name) => `„${name}“, im Papierkorb`,
    'trashed-takes': (name) => `Aussortierte Takes von „${name}“`,
    backup: (createdAt) => `Sicherung vom ${formatClock(createdAt)}`,
    'moved-aside': (name) => `Beiseitegelegte Datenbank: ${name}`,
  },
  facts: {
    unreferenced: files,
    'trashed-project': (count, own) => `${takes(count)}, ${own === 1 ? '1 eigene Datei' : `${own} eigene Dateien`}`,
    'trashed-takes': (count, own) => `${takes(count)}, ${own === 1 ? '1 eigenes Bild' : `${own} eigene Bilder`}`,
    backup: 'eine von denen unten',
    'moved-aside': 'war beschädigt oder wurde durch eine Sicherung ersetzt',
  },
  choose: (what) => `Entfernen: ${what}`,
  reclaimChosen: (bytes) => (bytes === 0 ? 'Entfernen …' : `${formatBytes(bytes)} entfernen …`),
  noneChosen: 'Wählen, was gehen soll.',
  confirmReclaim: (count, bytes) =>
    `${count === 1 ? '1 Eintrag' : `${count} Einträge`} und ${formatBytes(bytes)} endgültig entfernen?`,
  confirmReclaimText: (names) =>
    `${names.slice(0, 5).join('; ')}${names.length > 5 ? `; und ${names.length - 5} weitere` : ''}. Das lässt sich nicht rückgängig machen. Was ein anderer Film verwendet, bleibt.`,
  confirmReclaimYes: 'Endgültig entfernen',
  keep: 'Alles behalten',
  removing: 'Wird entfernt …',
  reclaimed: (count, bytes) => `${files(count)} entfernt, ${formatBytes(bytes)} freigegeben`,

  backups: 'Sicherungen',
  backupsText:
    'Kopien der Datenbank: alle Filme, Bearbeitungen und Rezepte, und wo die Bilder liegen. Die Bilder selbst werden nicht kopiert.',
  noBackups: 'Es gibt noch keine Sicherungen. An jedem Tag, an dem das Studio läuft, entsteht eine.',
  backupKinds: { daily: 'des Tages', schema: 'vor einer Umstellung' },
  restore: 'Zurückgehen …',
  restoreLabel: (when) => `Zur Sicherung vom ${when} zurückgehen`,
  confirmRestore: (when) => `Zu ${when} zurückgehen?`,
  confirmRestoreText:
    'Das Studio startet mit der Bibliothek von damals neu. Filme, Bearbeitungen und Takes von danach verlassen sie; die jetzige Datenbank wird im Ordner der Bibliothek beiseitegelegt, nicht gelöscht.',
  confirmRestoreYes: 'Zurückgehen und neu starten',
  cancel: 'Hierbleiben',
  restoring: 'Geht zurück …',
};
