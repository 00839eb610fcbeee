/** Words of the prompt field. */
import { decimal } from '../../ui/format';
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  prompt: 'Prompt',
  placeholder: 'What should be seen? For example: a red ball rising over a green meadow',
  block: (index: number, total: number) => `Block ${index} of ${total}`,
  frames: (from: number, to: number) => `frames ${from}–${to}`,
  previous: 'Previous prompt block',
  next: 'Next prompt block',
  edit: 'Edit prompt',
  travel: 'Comes in by',
  travelTip:
    'How the prompt before this one becomes this one: at once, in a straight line, or along the arc between them',
  travelKinds: { cut: 'Cut', linear: 'Linear', slerp: 'Slerp' },
  travelFrames: 'Travel frames',
  framesUnit: 'f',
  travelEdit: 'Set prompt travel',
  travelFits: (from: number, to: number, asked: number) =>
    `Has room for frames ${from}–${to} of the ${asked} asked for.`,
  travelNone: 'The blocks are too short to travel between: each keeps one frame of its own.',
  resolved: (frame: number) => `Frame ${frame} is asked to be`,
  drawn: (from: number, to: number) => `Its window, frames ${from}–${to}, is drawn as`,
  drawnFrame: 'It is drawn as',
  weight: (weight: number) => `${decimal(weight, 2)} × `,
  plus: ' + ',
  noText: '(empty)',
  mapOpen: 'Prompt map…',
  mapOpenTip: 'Prompts as text: copy them out, or take them in from Deforum, FizzNodes or AnimateDiff',
  mapTitle: (shot: string) => `Prompt map of ${shot}`,
  mapText:
    'A frame of the shot and what it shows, counted from the shot’s first frame. Paste from Deforum, FizzNodes or AnimateDiff, or copy out.',
  mapLabel: 'Prompt map',
  mapPlaceholder: '"0": "a red ball",\n"24": "a blue ball"',
  mapStyle: 'Written as',
  mapStyles: { json: 'JSON (Deforum, AnimateDiff)', fizz: 'Lines with commas (FizzNodes)' },
  mapBetween: 'Between keys',
  mapBetweens: { travel: 'Travel in a straight line', hold: 'Hold until the next key' },
  mapSlerp: 'Prompt maps know straight lines only: slerp zones are written as linear ones.',
  mapCopy: 'Copy',
  mapCopied: 'Prompt map copied',
  mapCancel: 'Cancel',
  mapApply: 'Replace the prompts',
  mapEmpty: 'Write or paste a prompt map first',
  mapEdit: 'Import prompt map',
  mapNegatives: (lines: string) => `Negative parts (--neg) were left out: line ${lines}`,
  mapNegativesRemedy: (first: string) => `A shot has one negative prompt. Write it under Avoid: ${first}`,
  tokens: (count: number, limit: number) =>
    limit === 0 ? 'this model reads no prompts' : `${count} / ${limit} tokens`,
  cutOff: 'The model reads no further than this; the rest is cut off:',
  addBlock: 'Write a prompt',
  noBlock: 'This shot has no prompt block.',
  words: { head: 'Before every prompt', tail: 'After every prompt' },
  wordsPlaceholder: { head: 'For example: film still of', tail: 'For example: soft light, grain' },
  negative: 'Avoid',
  negativePlaceholder: 'What should not be seen',
  negativeEdit: 'Edit negative prompt',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
