import type { Strings } from './strings';

export const de: Strings = {
  title: 'Befehle suchen',
  placeholder: 'Was soll geschehen?',
  results: 'Befehle',
  recent: 'Zuletzt',
  all: 'Alle Befehle',
  none: 'Kein Befehl passt.',
  needsProject: 'Zuerst ein Projekt öffnen',
  notNow: 'Gerade nicht möglich',
};
