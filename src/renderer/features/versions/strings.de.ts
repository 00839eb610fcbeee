import type { Strings } from './strings';

export const de: Strings = {
  title: 'Versionen dieses Projekts',
  slider: 'Gezeigte Version',
  now: 'Jetzt',
  place: (place, count) => `${place} von ${count}`,
  named: 'Benannte Versionen',
  noNames: 'Noch keine benannten Versionen',
  chooseName: 'Benannte Versionen …',
  name: 'Name dieser Version',
  nameHint: 'Dieser Version einen Namen geben',
  keepName: 'Name behalten',
  keptName: (name) => `Diese Version heißt „${name}“`,
  removedName: 'Der Name ist weg; die Version bleibt in der Geschichte',
  older: 'Eine Änderung zurück',
  newer: 'Eine Änderung weiter',
  restore: 'Diese Version wiederherstellen',
  restoreEdit: 'Version wiederherstellen',
  restored: (name) => `${name} ist wiederhergestellt; Rückgängig bringt zurück, was da war`,
  version: (label) => `Die Version nach „${label}“`,
  isNow: 'Das ist der Film, wie er jetzt ist.',
  close: 'Zurück zu jetzt',
};
