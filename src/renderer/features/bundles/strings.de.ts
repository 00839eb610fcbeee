import type { Strings } from './strings';

export const de: Strings = {
  exportTitle: 'Bündel sichern',
  exportText:
    'Eine .onionskin-Datei mit diesem Projekt, seiner Geschichte, allen Takes samt Rezepten und seinen Bildern.',
  importTitle: 'Bündel öffnen',
  importText: 'Das Projekt in der Datei kommt als eigenes in diese Bibliothek; nichts, was hier ist, ändert sich.',
  choosing: 'Datei wählen …',
  saving: (done, total) => `Schreibe ${done} von ${total} Dateien`,
  opening: (done, total) => `Lese ${done} von ${total} Dateien`,
  stopping: 'Hält an …',
  cancelledExport: 'Das Bündel wurde nicht gesichert',
  cancelledImport: 'Das Bündel wurde nicht geöffnet; die Bibliothek ist, wie sie war',
  saved: (name) => `${name} gesichert`,
  opened: (name) => `„${name}“ ist in der Bibliothek`,
  counts: (takes, frames, images) =>
    `${takes === 1 ? '1 Take' : `${takes} Takes`}, ${frames === 1 ? '1 Einzelbild' : `${frames} Einzelbilder`}, ` +
    (images === 1 ? '1 Bild' : `${images} Bilder`),
  missingTitle: 'Modelle, die auf diesem Rechner fehlen',
  missingText:
    'Der Film läuft, lässt sich schneiden und exportieren. Um mehr davon zu generieren, werden zuerst diese gebraucht:',
  missingModel: (name, version) => `${name}, Version ${version}`,
  otherVersion: (version) => `Hier ist Version ${version} installiert; neue Takes werden anders aussehen.`,
  notInstalled: 'Hier nicht installiert.',
  source: (text) => `Woher es kommt: ${text}`,
  noSource: (id) =>
    `Wer das Bündel gemacht hat, hat auch das Modellpaket „${id}“; danach den Ordner mit \`onionskin models add\` hinzufügen.`,
  licence: (text) => `Lizenz: ${text}`,
  openProject: 'Projekt öffnen',
  cancel: 'Abbrechen',
  close: 'Schließen',
};
