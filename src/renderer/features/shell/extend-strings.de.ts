import type { Strings } from './extend-strings';

export const de: Strings = {
  forward: 'Am Ende verlängern',
  backward: 'Am Anfang verlängern',
  frames: 'Neue Bilder',
  prompt: 'Was in den neuen Bildern geschieht',
  promptEmpty: 'Was geschieht als Nächstes? Leer: kein Prompt',
  promptGoesOn: (text) => `Geht weiter mit „${text.length > 60 ? `${text.slice(0, 60)}…` : text}“`,
  branchForward: (frame) => `Am Abspielkopf abzweigen, nach Bild ${frame}`,
  branchBackward: (frame) => `Zum Abspielkopf hinführen, Bild ${frame}`,
  runsInto: (frames) =>
    frames === 1 ? 'Läuft in das erste Bild des Clips' : `Läuft in die ersten ${frames} Bilder des Clips`,
  branchHint: 'Was jetzt dort ist, bleibt unter „Takes“ als anderer Zweig.',
  about: (seconds) => `etwa ${seconds}`,
  windows: (count) => (count === 1 ? 'in 1 Fenster' : `in ${count} Fenstern`),
  cancel: 'Abbrechen',
  queue: 'Generieren',
};
