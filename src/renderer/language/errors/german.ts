import { engine } from './engine.de';
import { formsOf, type ErrorTable } from './error-table';
import { film } from './film.de';
import { library } from './library.de';

/** Words that stand in a sentence in place of a value. */
const words: ErrorTable = {
  start: 'der Anfang',
  end: 'das Ende',
  width: 'die Breite',
  height: 'die Höhe',
  video: 'Bild',
  audio: 'Ton',
  project: 'das Projekt',
  track: 'die Spur',
  clip: 'den Clip',
  transition: 'den Übergang',
  marker: 'den Marker',
  shot: 'die Einstellung',
  segment: 'den Teil',
  'prompt-block': 'den Promptblock',
  anchor: 'das angeheftete Bild',
  undo: 'rückgängig zu machen',
  redo: 'zu wiederholen',
  missing: 'nicht da',
  damaged: 'beschädigt',
  queued: 'in der Warteschlange',
  running: 'am Laufen',
  paused: 'angehalten',
  done: 'fertig',
  failed: 'fehlgeschlagen',
  cancelled: 'abgebrochen',
  interrupted: 'unterbrochen',
  export: 'Export',
  import: 'Import',
  Export: 'Exportieren',
  Import: 'Importieren',
};

export const german: ErrorTable = { ...film, ...library, ...engine };
export const germanErrors = formsOf(german, words);
