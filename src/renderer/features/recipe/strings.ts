/** Words of the recipe dialogs and of rendering a take again. */
import type { TakeComparison } from '@contracts/history';
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  title: 'Recipe',
  text: 'Everything that decides these frames. The same recipe on the same machine gives the same bytes.',
  loading: 'Reading…',
  copy: 'Copy',
  save: 'Save as JSON…',
  close: 'Close',
  json: 'All of it',
  facts: {
    model: 'Model',
    seed: 'Seed',
    frames: 'Frames',
    sampling: 'Sampling',
    scheduler: 'Scheduler',
    provider: 'Runs on',
    versions: 'Made with',
  },
  model: (name: string, version: string) => `${name}, version ${version}`,
  frames: (count: number, width: number, height: number, fps: number) =>
    `${count} of ${width} × ${height} at ${Number(fps.toFixed(3))} frames a second`,
  sampling: (steps: number, guidance: number) => `${steps} steps, guidance ${guidance}`,
  provider: (provider: string, threads: number) => `${provider}, ${threads === 1 ? '1 thread' : `${threads} threads`}`,
  versions: (app: string, onnxruntime: string) => `Onionskin ${app}, ONNX Runtime ${onnxruntime}`,
  noPrompt: 'No prompt',

  fileTitle: (name: string) => `Recipe in ${name}`,
  fileText: (count: number) =>
    count === 1
      ? 'What decided its frames, as the file says it.'
      : `The file carries ${count} recipes, one for each run in it.`,
  which: 'Which recipe',
  choice: (place: number, prompt: string, seed: number) => `${place}. ${prompt.slice(0, 80)} · seed ${seed}`,
  here: 'This library has a take of exactly this recipe.',
  notHere: 'No take in this library was made by it. Plan a shot to render it here.',
  plan: 'Plan a shot',
  planTip: 'At the playhead, with these prompts, these settings and this seed',
  openAProject: 'Open a project first.',
  modelMissing: (id: string) => `The model ${id} is not installed here.`,
  showRecipe: 'Show recipe',
  carries: (name: string) => `${name} carries its recipe`,

  rerenderTitle: 'Still the same?',
  rerenderText: 'Runs the recipe again with what is installed now and compares every frame. The film is not touched.',
  rerender: 'Re-render and compare',
  rerenderAgain: 'Once more',
  stop: 'Stop',
  waiting: 'Waits in the queue…',
  running: (step: number, steps: number) => `Rendering, step ${step} of ${steps}`,
  starting: 'Rendering…',
  comparing: 'Comparing…',
  stopped: 'The run was stopped before its end, so there is nothing to compare.',
  paused: 'The run is paused in the queue. Resume it there to go on.',
  identical: (frames: number) =>
    frames === 1
      ? 'Identical: the frame is the same, byte for byte.'
      : `Identical: all ${frames} frames are the same, byte for byte.`,
  different: ({ differingFrames, framesCompared, worstPsnrDb }: TakeComparison) =>
    `Not identical: ${differingFrames} of ${framesCompared} frames differ` +
    (worstPsnrDb === null ? '.' : `; the furthest has a PSNR of ${worstPsnrDb.toFixed(1)} dB.`),
  inputs: 'These inputs are not what they were:',
  noInputs: 'Every input is what it was.',
  noCause: 'Every input is what it was, so the cause lies outside the recipe: another processor, or a driver.',
  was: 'was',
  now: 'is now',
  nothing: 'nothing',
  resultToast: 'The re-rendered take was compared',
  show: 'Show',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
