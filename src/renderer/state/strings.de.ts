import type { Strings } from './strings';

export const de: Strings = {
  undo: 'Rückgängig',
  unsaved: 'Dieses Projekt hat Änderungen, die noch nicht gesichert sind',
  unsavedRemedy: 'Platz oder Schreibrecht für die Bibliothek schaffen, dann „Erneut sichern“ wählen.',
  reveal: 'Datei zeigen',
  trashed: (name) => `„${name}“ liegt im Papierkorb`,
  reloaded: 'Dieses Projekt wurde anderswo geändert und deshalb neu geöffnet',
  reloadedRemedy: 'Die letzte Änderung kann fehlen; bitte prüfen, bevor es weitergeht.',
  jobFailed: (title, message) => `„${title}“ ist fehlgeschlagen: ${message}`,
  exported: (name) => `${name} exportiert`,
  waitingDropped: 'Ein Teil, der auf den angehaltenen wartete, wurde nicht eingereiht',
  waitingDroppedRemedy: 'Den früheren Teil generieren, dann erneut „Generieren“ wählen.',
  lookingBack: 'Zu sehen ist eine frühere Version',
  lookingBackRemedy: 'Erst wiederherstellen oder zu jetzt zurückkehren, dann den Film ändern.',
};
