/** Words of the dialog that pastes attributes. */
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  action: 'Paste attributes',
  title: 'Paste attributes',
  text: (from: string, count: number) => `From ${from} to ${count === 1 ? '1 clip' : `${count} clips`}`,
  names: {
    prompts: 'Prompts',
    words: 'Head and tail',
    negative: 'Negative prompt',
    sampling: 'Sampling settings',
    curves: 'Curves',
    seed: 'Seed',
    length: 'Length',
    sound: 'Gain and fades',
  },
  prompts: (count: number, first: string) => `${count === 1 ? '1 block' : `${count} blocks`}: ${first}`,
  sampling: (steps: number, guidance: number) => `${steps} steps, guidance ${guidance}`,
  seedNone: 'a new one for every run',
  length: (frames: number) => (frames === 1 ? '1 frame' : `${frames} frames`),
  sound: (gainDb: number, fadeIn: number, fadeOut: number) => `${gainDb} dB, fades ${fadeIn} and ${fadeOut} f`,
  none: 'none',
  edit: 'Paste attributes',
  apply: 'Paste',
  cancel: 'Cancel',
  chooseOne: 'Choose at least one',
  nothingCopied: 'Copy one clip first',
  nothingCopiedRemedy: 'Its attributes are what is pasted.',
  nothingSelected: 'Select the clips that should get them',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
