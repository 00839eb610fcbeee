import type { Strings } from './strings';

export const de: Strings = {
  action: 'Attribute einsetzen',
  title: 'Attribute einsetzen',
  text: (from, count) => `Von ${from} auf ${count === 1 ? '1 Clip' : `${count} Clips`}`,
  names: {
    prompts: 'Prompts',
    words: 'Vor- und Nachsatz',
    negative: 'Negativ-Prompt',
    sampling: 'Sampling',
    seed: 'Seed',
    length: 'Länge',
    sound: 'Pegel und Blenden',
  },
  prompts: (count, first) => `${count === 1 ? '1 Block' : `${count} Blöcke`}: ${first}`,
  sampling: (steps, guidance) => `${steps} Schritte, Guidance ${guidance}`,
  seedNone: 'ein neuer bei jedem Lauf',
  length: (frames) => (frames === 1 ? '1 Bild' : `${frames} Bilder`),
  sound: (gainDb, fadeIn, fadeOut) => `${gainDb} dB, Blenden ${fadeIn} und ${fadeOut} B`,
  none: 'keine',
  edit: 'Attribute einsetzen',
  apply: 'Einsetzen',
  cancel: 'Abbrechen',
  chooseOne: 'Mindestens eines wählen',
  nothingCopied: 'Zuerst einen Clip kopieren',
  nothingCopiedRemedy: 'Seine Attribute werden eingesetzt.',
  nothingSelected: 'Die Clips auswählen, die sie bekommen sollen',
};
