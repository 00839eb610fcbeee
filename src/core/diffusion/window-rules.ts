/**
 * What a model can be asked for: sizes and window lengths on its grids, no more known frames than it was trained with,
 * and windows that together make every frame of the take exactly once. The main process asks before a job is queued and
 * the engine asks again before it runs, by the same rules. Nothing is adjusted here: what does not fit is refused with
 * the field, the value and what would fit.
 */
import { curvesOf } from '../curve/parameters';
import type { CurveParameter } from '../document/records';
import { invalidInput } from '../errors';
import type { ModelLimits } from '../prompt/model-limits';
import { closesLoops } from './context-windows';
import { hasTwoExperts } from './experts';
import { laterClipsOf } from './later-clips';
import { firstStepOf, redrawsFilms } from './source-film';

export interface WindowLimits extends ModelLimits {
  readonly name: string;
  readonly maxSize: readonly [number, number];
  readonly conditioning: ModelLimits['conditioning'] & { readonly text: boolean };
}

export interface PlannedWindow {
  readonly start: number;
  readonly frames: number;
  readonly prefix: number;
  readonly later: number | null;
  readonly keepFrom: number;
  readonly keepTo: number;
  readonly prompt: string;
  readonly travel?: readonly { readonly frames: number; readonly from: string; readonly to: string }[] | undefined;
  readonly guidance?: readonly number[] | undefined;
  readonly promptStrength?: readonly number[] | undefined;
  readonly hold?: unknown;
  readonly also?: readonly { readonly index: number; readonly frames: number }[] | undefined;
  readonly loop?: true | undefined;
}

export interface PlannedRun {
  readonly width: number;
  readonly height: number;
  readonly frameCount: number;
  readonly known: readonly {
    readonly index: number;
    readonly mask?: unknown;
    readonly maskMediaId?: unknown;
  }[];
  readonly references?: readonly unknown[] | undefined;
  readonly referenceMediaIds?: readonly unknown[] | undefined;
  readonly windows: readonly PlannedWindow[];
  readonly camera?: unknown;
  readonly steps: number;
  readonly guidance?: number;
  readonly secondGuidance?: number | undefined;
  readonly source?: { readonly strength: number } | undefined;
}

/** @throws AppError input/invalid, naming the first thing that does not fit */
export function assertRunFits(run: PlannedRun, limits: WindowLimits): void {
  assertSide('width', run.width, limits.maxSize[0], limits);
  assertSide('height', run.height, limits.maxSize[1], limits);
  if (run.camera !== undefined) assertFollows('camera', 'panX', limits);
  assertSource(run, limits);

  assertReferences(run, limits);
  assertSecondGuidance(run, limits);

  const available = new Set<number>();
  run.known.forEach(({ index, mask, maskMediaId }, i) => {
    if ((mask ?? maskMediaId) !== undefined && limits.conditioning.masks !== true)
      throw invalidInput(
        `known.${i}.mask`,
        index,
        `${limits.name} knows frames whole or not at all`,
        'Leave the mask out, or choose a model that takes masks.',
      );
    if (available.has(index))
      throw invalidInput(`known.${i}.index`, index, `two images are given for frame ${index}`, 'Keep one of them.');
    available.add(index);
  });

  const made = new Set<number>();
  run.windows.forEach((window, i) => {
    const field = `windows.${i}`;
    assertWindow(window, field, limits);
    for (let index = window.start; index < window.start + window.prefix; index++)
      assertAvailable(available, index, `${field}.prefix`, window.prefix);
    if (window.later !== null) assertAvailable(available, window.later, `${field}.later`, window.later);
    for (const { index, frames } of window.also ?? [])
      for (let frame = index; frame < index + frames; frame++)
        assertAvailable(available, frame, `${field}.also`, index);
    if (window.loop) assertLoop(window, run, field, limits);
    for (let index = window.keepFrom; index < window.keepTo; index++) {
      if (index < 0 || index >= run.frameCount || made.has(index))
        throw invalidInput(
          `${field}.keepFrom`,
          window.keepFrom,
          made.has(index)
            ? `frame ${index} is made twice`
            : `frame ${index} is not one of the ${run.frameCount} asked for`,
          'Windows must make every frame of the segment once.',
        );
      made.add(index);
      available.add(index);
    }
  });
  if (made.size !== run.frameCount)
    throw invalidInput(
      'frameCount',
      run.frameCount,
      `the windows make ${made.size} of ${run.frameCount} frames`,
      'Windows must make every frame of the segment once.',
    );
}

function assertSide(field: 'width' | 'height', pixels: number, most: number, limits: WindowLimits): void {
  const grid = limits.sizeGrid;
  if (pixels % grid !== 0 || pixels < grid || pixels > most) {
    const fitting = Math.min(most - (most % grid), Math.max(grid, Math.round(pixels / grid) * grid));
    throw invalidInput(
      field,
      pixels,
      `${limits.name} draws ${field}s that are multiples of ${grid}, up to ${most} pixels; ${pixels} is not one`,
      `Use ${fitting} instead.`,
    );
  }
}

function assertSource({ source, steps }: PlannedRun, { family, name }: WindowLimits): void {
  if (source === undefined) return;
  if (!redrawsFilms(family))
    throw invalidInput('source', family ?? 'unknown', `${name} cannot draw over a film`, 'Choose another model.');
  if (firstStepOf({ steps, source }) >= steps)
    throw invalidInput(
      'source.strength',
      source.strength,
      `${source.strength} of ${steps} steps is less than one step`,
      `Use a strength of at least ${(Math.ceil(100 / steps) / 100).toFixed(2)}, or more steps.`,
    );
}

function assertLoop(window: PlannedWindow, run: PlannedRun, field: string, { family, name }: WindowLimits): void {
  if (!closesLoops(family))
    throw invalidInput(`${field}.loop`, family ?? 'unknown', `${name} cannot draw a loop`, 'Turn the loop off.');
  const { start, frames, keepFrom, keepTo, later } = window;
  const isWhole = start === 0 && keepFrom === 0 && keepTo === frames && frames === run.frameCount;
  if (!isWhole || (later !== null && later >= frames))
    throw invalidInput(
      `${field}.loop`,
      run.frameCount,
      'a loop is drawn in one window, with nothing before it or behind it',
      'Ask for fewer frames, or turn the loop off.',
    );
}

function assertWindow(window: PlannedWindow, field: string, limits: WindowLimits): void {
  const { frameGrid: grid, conditioning, name } = limits;
  const isOnGrid = (window.frames - grid.plus) % grid.multiple === 0;
  if (!isOnGrid || window.frames < grid.min || window.frames > grid.max)
    throw invalidInput(
      `${field}.frames`,
      window.frames,
      `${name} cannot make a window of ${window.frames} frames`,
      `Use ${grid.min} to ${grid.max} frames${grid.multiple > 1 ? ` of the form ${grid.multiple}n+${grid.plus}` : ''}.`,
    );
  const { min, max } = conditioning.firstFrames;
  if (window.prefix > 0 && (window.prefix < min || window.prefix > max))
    throw invalidInput(
      `${field}.prefix`,
      window.prefix,
      max === 0
        ? `${name} cannot go on from earlier frames`
        : `${name} goes on from ${min} to ${max} earlier frames, not ${window.prefix}`,
      max === 0
        ? 'Choose another model for this.'
        : `Use ${Math.min(max, Math.max(min, window.prefix))} context frames.`,
    );
  if (window.prefix >= window.frames)
    throw invalidInput(
      `${field}.prefix`,
      window.prefix,
      `a window of ${window.frames} frames with ${window.prefix} known ones makes nothing new`,
      'Use fewer context frames or a longer window.',
    );
  if (window.later !== null && conditioning.laterImages === 0)
    throw invalidInput(
      `${field}.later`,
      window.later,
      `${name} cannot be given a later image`,
      'Remove the last-frame image.',
    );
  const images = (window.later === null ? 0 : 1) + (window.also?.length ?? 0);
  if (images > Math.max(1, conditioning.laterImages))
    throw invalidInput(
      `${field}.also`,
      images,
      `${name} is given at most ${conditioning.laterImages} later images in one window, not ${images}`,
      'Remove one of the pinned images, or use fewer new frames per window.',
    );
  const isShownClips = laterClipsOf(limits) !== null || conditioning.masks === true;
  for (const { frames } of window.also ?? [])
    if (frames > 1 && !isShownClips)
      throw invalidInput(
        `${field}.also.frames`,
        frames,
        `${name} is shown no clips behind a window's first frames, only single images`,
        'Give a single image, or choose another model.',
      );
  const firstFree = window.start + Math.max(max === 0 ? 0 : 1, window.prefix);
  for (const { index } of window.also ?? [])
    if (index < firstFree)
      throw invalidInput(
        `${field}.also`,
        index,
        `the image at frame ${index} is not after the window's first frames`,
        'Pin it to a later frame, or give it as the first frame.',
      );
  if (window.later !== null && window.later < firstFree)
    throw invalidInput(
      `${field}.later`,
      window.later,
      `the later image at frame ${window.later} is not after the window's first frames`,
      'Pin it to a later frame, or give it as the first frame.',
    );
  if (
    window.keepFrom < window.start ||
    window.keepTo > window.start + window.frames ||
    window.keepFrom >= window.keepTo
  )
    throw invalidInput(
      `${field}.keepTo`,
      `${window.keepFrom}…${window.keepTo}`,
      `frames ${window.keepFrom} to ${window.keepTo} are not all in the window`,
      `A window from ${window.start} has frames up to ${window.start + window.frames}.`,
    );
  assertTravel(window, field, limits);
  assertCurves(window, field, limits);
  if (!conditioning.text && window.prompt.trim() !== '')
    throw invalidInput(`${field}.prompt`, window.prompt, `${name} does not read prompts`, 'Leave the prompt empty.');
}

function assertReferences({ references, referenceMediaIds }: PlannedRun, { name, conditioning }: WindowLimits): void {
  const count = (references ?? referenceMediaIds ?? []).length;
  const most = conditioning.references ?? 0;
  if (count > most)
    throw invalidInput(
      'references',
      count,
      most === 0 ? `${name} takes no reference images` : `${name} takes up to ${most} reference images`,
      most === 0 ? 'Leave them out, or choose another model.' : 'Use fewer.',
    );
}

function assertSecondGuidance({ guidance = 0, secondGuidance }: PlannedRun, limits: WindowLimits): void {
  if (secondGuidance === undefined) return;
  if (!hasTwoExperts(limits))
    throw invalidInput(
      'secondGuidance',
      secondGuidance,
      `${limits.name} has one expert, which is guided by the guidance`,
      'Leave the second guidance out.',
    );
  if (guidance <= 1)
    throw invalidInput(
      'secondGuidance',
      secondGuidance,
      `a guidance of ${guidance} guides neither of the experts of ${limits.name}`,
      'Set the guidance above 1, or leave the second one out.',
    );
}

function assertTravel({ frames, travel }: PlannedWindow, field: string, { name, conditioning }: WindowLimits): void {
  if (travel === undefined) return;
  const covered = travel.reduce((sum, mix) => sum + mix.frames, 0);
  if (covered !== frames)
    throw invalidInput(
      `${field}.travel`,
      covered,
      `the prompts are given for ${covered} frames of a window of ${frames}`,
      'Give one mix for the whole window, or mixes that cover every frame of it.',
    );
  if (travel.length > 1 && !conditioning.perFramePrompts)
    throw invalidInput(
      `${field}.travel`,
      `${travel.length} mixes`,
      `${name} reads one prompt per window`,
      'Give one mix for the whole window.',
    );
  if (!conditioning.text && travel.some((mix) => mix.from.trim() !== '' || mix.to.trim() !== ''))
    throw invalidInput(`${field}.travel`, travel[0]?.to ?? '', `${name} does not read prompts`, 'Remove the travel.');
}

function assertCurves(window: PlannedWindow, field: string, limits: WindowLimits): void {
  if (window.hold !== undefined) assertFollows(`${field}.hold`, 'hold', limits);
  for (const name of ['guidance', 'promptStrength'] as const) {
    const count = window[name]?.length;
    if (count === undefined) continue;
    assertFollows(`${field}.${name}`, name, limits);
    if (count !== 1 && count !== window.frames)
      throw invalidInput(
        `${field}.${name}`,
        `${count} values`,
        `a window of ${window.frames} frames cannot have ${count} values`,
        'Give one value for the whole window, or one for each of its frames.',
      );
  }
  if ((window.promptStrength?.length ?? 1) > 1 && !limits.conditioning.perFramePrompts)
    throw invalidInput(
      `${field}.promptStrength`,
      `${window.promptStrength?.length} values`,
      `${limits.name} reads one prompt per window`,
      'Give one value for the whole window.',
    );
}

function assertFollows(field: string, parameter: CurveParameter, { family, name }: WindowLimits): void {
  if (!curvesOf(family).has(parameter))
    throw invalidInput(field, family ?? 'unknown', `${name} does not follow curves`, 'Remove the curve.');
}

function assertAvailable(available: ReadonlySet<number>, index: number, field: string, value: number): void {
  if (!available.has(index))
    throw invalidInput(
      field,
      value,
      `frame ${index} is needed but neither given nor made by an earlier window`,
      'Give an image for that frame, or let an earlier window make it.',
    );
}
