/** Words of the jobs strip and the queue panel. */
import { decimal } from '../../ui/format';
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  queue: 'Queue',
  show: 'Show queue',
  hide: 'Hide queue',
  idle: 'Nothing is running',
  idleReady: 'Ready',
  waiting: (count: number) => `${count} waiting`,
  paused: (count: number) => `${count} paused`,
  stop: 'Stop',
  stopping: 'Stopping after this step…',
  discard: 'Discard',
  discardTip: 'Stops at the next step; what is finished goes to the trash under Prune takes',
  stopTip: 'Stops at the next step and keeps the frames that are finished',
  cancel: 'Remove from the queue',
  retry: 'Run again',
  dragExport: 'Drag it into another program',
  reveal: 'Show file',
  clear: 'Clear finished',
  nothingFinished: 'Nothing has finished yet.',
  emptyTitle: 'Nothing queued yet',
  empty: 'Runs and exports line up here. They can be paused, put in another order and run again.',
  pause: 'Pause',
  pausing: 'Pausing after this step…',
  pauseTip: 'Stops after this step, frees the memory and goes on from there later, even after a restart',
  resume: 'Resume',
  resumeTip: (title: string) => `Goes on with: ${title}`,
  goOn: 'Go on',
  moveUp: 'Move up',
  moveDown: 'Move down',
  isFirst: 'It is next already.',
  isLast: 'It is last already.',
  showClip: (title: string) => `Show on the timeline: ${title}`,
  goesOn: ({ window, windows, step, steps }: { window: number; windows: number; step: number; steps: number }) =>
    windows > 1
      ? `goes on from step ${step} of ${steps}, window ${window + 1} of ${windows}`
      : `goes on from step ${step} of ${steps}`,
  goesOnFrame: (done: number, total: number) => `goes on after ${done} of ${total} frames`,
  startsAgain: 'starts again from the first step; the frames come out the same',
  next: 'next',
  place: (place: number) => `${ordinal(place)} in line`,
  growing: (count: number) =>
    count === 1 ? '1 more part waits for the one it grows from.' : `${count} more parts wait for those they grow from.`,
  keys: 'Arrow keys walk the list, Alt with ↑ or ↓ moves a waiting job.',
  moved: (title: string, place: number) => `${title}: now ${ordinal(place)} in line`,
  counts: {
    queued: (count: number) => `${count} waiting`,
    running: (count: number) => `${count} running`,
    paused: (count: number) => `${count} paused`,
    interrupted: (count: number) => `${count} interrupted`,
    failed: (count: number) => `${count} failed`,
    cancelled: (count: number) => `${count} stopped`,
    done: (count: number) => `${count} done`,
  },
  grid: 'Grid of settings',
  gridHint: 'Every guidance with every number of steps, each with the same seeds. Empty keeps what the shot has.',
  gridGuidance: 'Guidance',
  gridSteps: 'Steps',
  gridSize: (cells: number, seeds: number) => `${cells} settings × ${seeds === 1 ? '1 seed' : `${seeds} seeds`}`,
  gridQueue: (runs: number) => `Queue ${runs} runs`,
  gridTooMany: (runs: number, most: number) => `${runs} runs are too many at once; at most ${most}`,
  repeat: 'Other seeds of',
  repeatCount: 'Number of seeds',
  repeatQueue: (count: number) => (count === 1 ? 'Queue 1 more seed' : `Queue ${count} more seeds`),
  repeatCost: (seconds: string) => `about ${seconds} in all`,
  repeatMeasured: 'Measured on this machine',
  repeatTypical: 'A guess until this model has run here once',
  repeatHint: 'Select a generated clip to queue it with other seeds.',
  stages: {
    loading: 'Loading the model',
    'encoding-prompt': 'Reading the prompt',
    'encoding-images': 'Reading the given frames',
    denoising: 'Denoising',
    decoding: 'Decoding frames',
    writing: 'Writing frames',
  },
  starting: 'Starting',
  exporting: 'Exporting',
  importing: 'Importing',
  step: (step: number, steps: number) => `step ${step}/${steps}`,
  window: (window: number, windows: number) => `window ${window}/${windows}`,
  perStep: (seconds: string) => `${seconds} per step`,
  left: (seconds: string) => `${seconds} left`,
  framesDone: (done: number, total: number) => `${done}/${total} frames`,
  framesPerSecond: (rate: number) => `${decimal(rate, rate < 10 ? 1 : 0)} frames/s`,
  states: {
    queued: 'Waiting',
    running: 'Running',
    done: 'Done',
    failed: 'Failed',
    cancelled: 'Stopped',
    interrupted: 'Interrupted',
    paused: 'Paused',
  },
  frames: (count: number) => (count === 1 ? '1 frame' : `${count} frames`),
  seed: (seed: number) => `seed ${seed}`,
  took: (seconds: string) => `took ${seconds}`,
  untitled: 'No prompt',
  progress: 'Progress of the running job',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });

function ordinal(place: number): string {
  const ends = { one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' } as const;
  return `${place}${ends[new Intl.PluralRules('en', { type: 'ordinal' }).select(place)]}`;
}
