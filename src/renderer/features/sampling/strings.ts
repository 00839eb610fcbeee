/** Words about how runs are guided, what they save and what they cost. */
import type { Recipe } from '@contracts/recipe';
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  title: 'Guidance and speed',
  plain: 'plain',
  /** Of rules that are on, in a row. */
  brief: {
    steady: (percent: string) => `steady ${percent}`,
    contrast: (percent: string) => `contrast −${percent}`,
    guided: (from: string, to: string) => `guided ${from} to ${to}`,
    reuse: (percent: string) => `reuse ${percent}`,
  },
  method: 'Guidance',
  methods: { plain: 'Plain', apg: 'Projected (APG)', 'zero-star': 'Zero-Star' },
  methodHelp: {
    plain: 'Pushes every step away from the negative prompt. High values burn colours out.',
    apg: 'Leaves out the part of the push that only burns colours out, so guidance can be higher.',
    'zero-star': 'Fits the push to the picture first, and keeps still in the first steps, where the push misleads.',
  },
  eta: 'Saturation kept',
  etaTip: '0 % leaves out all that only saturates; 100 % is plain guidance.',
  silent: 'Silent steps',
  silentTip: 'First steps that are not computed. 1 is usual; models that predict noise allow none.',
  steady: 'Steadiness',
  steadyTip:
    'How much of guidance is only what neighbouring frames share. 100 % flickers least; fast, small movements keep more at less.',
  rescale: 'Calm contrast',
  rescaleTip: 'Takes back the contrast that guidance adds. 0 % is off, 70 % is usual.',
  from: 'Guided from',
  fromTip: 'Before this part of the run the prompt alone decides, and a step costs half.',
  to: 'Guided until',
  toTip: 'After this part of the run the prompt alone decides. The last steps draw detail and hardly need guidance.',
  reuse: 'Reuse steps',
  reuseTip: 'Steps whose answer can be foreseen this closely are not computed. 0 % is off, 5 to 15 % is usual.',
  reuseHelp: (percent: string) =>
    `A step is left out while it is foreseen within ${percent}. How many were, and how far off they may be, stands with the take.`,
  percent: '%',
  saves: (seconds: string) => `saves about ${seconds}`,
  edit: (what: string) => `Change ${what.toLowerCase()}`,
  cost: {
    range: (low: string, high: string) => `${low} to ${high}`,
    memory: (bytes: string) => `${bytes} memory`,
    disk: (bytes: string) => `${bytes} disk`,
    memoryTip: 'The most memory that the run will hold at once.',
    tooMuchMemory: (needed: string, free: string) =>
      `It may need ${needed} of memory and ${free} are free. Close other programs, or make fewer frames at once.`,
    tooMuchDisk: (needed: string, free: string) => `Its frames need ${needed} and the disk has ${free} free.`,
  },
  details: {
    show: 'How it was made',
    time: 'Time',
    memory: 'Memory',
    disk: 'Frames on disk',
    device: 'Runs on',
    steps: 'Steps',
    guidance: 'Guidance',
    scales: (first: number, second: number) => `${first}, second expert ${second}`,
    model: 'Model runs',
    reuse: 'Reused steps',
    none: 'Nothing was noted of this run’s cost.',
    promised: (text: string) => `promised ${text}`,
    unmeasured: 'not measured: an earlier run had held more',
    reused: (count: number, steps: number, error: string) =>
      count === 0 ? `none of ${steps}` : `${count} of ${steps}, error estimated at ${error} at most`,
    passes: (passes: number, steps: number) => `${passes} for ${steps} steps`,
    noReason: (provider: string) => `${provider} could not run it`,
    fellBack: (graph: string, reason: string) => `${graph} on the processor: ${reason.slice(0, 160)}`,
    threads: (threads: number) => (threads === 1 ? '1 thread' : `${threads} threads`),
  },
  providers: {
    cpu: 'Processor',
    webgpu: 'Graphics card (WebGPU)',
    cuda: 'NVIDIA card (CUDA)',
    dml: 'Graphics card (DirectML)',
    coreml: 'Apple silicon (Core ML)',
  } satisfies Record<Recipe['provider'], string>,
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
