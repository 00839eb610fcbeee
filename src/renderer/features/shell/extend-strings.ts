/** Words of the form that asks how far a clip grows. */
import { inLanguage, type Translation } from '../../language/language';
import { de } from './extend-strings.de';

const en = {
  forward: 'Extend from the end',
  backward: 'Extend from the start',
  frames: 'New frames',
  prompt: 'What happens in the new frames',
  promptEmpty: 'What happens next? Empty: no prompt',
  promptGoesOn: (text: string) => `Goes on with “${text.length > 60 ? `${text.slice(0, 60)}…` : text}”`,
  branchForward: (frame: number) => `Branch at the playhead, after frame ${frame}`,
  branchBackward: (frame: number) => `Lead into the playhead, frame ${frame}`,
  runsInto: (frames: number) =>
    frames === 1 ? 'Runs into the first frame of the clip' : `Runs into the first ${frames} frames of the clip`,
  branchHint: 'What is there now stays under Takes, as another branch.',
  about: (seconds: string) => `about ${seconds}`,
  windows: (count: number) => (count === 1 ? 'in 1 window' : `in ${count} windows`),
  cancel: 'Cancel',
  queue: 'Generate',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
