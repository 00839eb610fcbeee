/**
 * What a window of the model is drawn with where its shot has curves.
 *
 * - Guidance is per frame: the families that follow it mix the two predictions latent frame by latent frame.
 * - Prompt strength is per frame where the model reads a prompt per frame, else the mean over the frames kept.
 * - Hold is the mean over the frames kept, for the frames a window goes on from or leads to; a pinned image that the
 *   window keeps is held as its own frame says.
 * - The camera moves between windows, see diffusion/camera.ts.
 */
import { type CameraMove, type CameraPath } from '../diffusion/camera';
import { framesOfLatent, meanOf } from '../diffusion/frame-values';
import type { CurveParameter, ShotRecord } from '../document/records';
import type { ModelLimits } from '../prompt/model-limits';
import type { PlanNote } from '../prompt/plan';
import { ledTo, type WindowSpan } from '../prompt/windows';
import { curveValue } from './evaluate';
import {
  cameraParameters,
  curvesOf,
  followsCurves,
  hasCamera,
  parameterNames,
  plainValue,
  roundedValue,
} from './parameters';

export interface WindowHold {
  /** Of the frames before, and of the later image: 1 = kept as they are, 0 = free. */
  readonly prefix: number;
  readonly later: number;
}

export interface WindowCurves {
  /** One for the whole window, or one for each of its frames. */
  readonly guidance: readonly number[];
  readonly promptStrength: readonly number[];
  readonly hold: WindowHold;
}

type Shot = Pick<ShotRecord, 'sampling' | 'curves'>;

export interface CurveSetting {
  readonly limits: ModelLimits;
  /** The shot frame of index 0. */
  readonly offset: number;
}

export function windowCurves(all: Shot, window: WindowSpan, { limits, offset }: CurveSetting): WindowCurves {
  // Most shots have none, and this is asked for each window in sight.
  if (all.curves === undefined)
    return { guidance: [all.sampling.guidance], promptStrength: [1], hold: { prefix: 1, later: 1 } };
  const shot = followedBy(all, limits);
  const at = (parameter: CurveParameter, index: number): number => asked(shot, parameter, offset + index);
  const kept = (parameter: CurveParameter): number =>
    meanOf(range(window.keepFrom, window.keepTo).map((index) => at(parameter, index)));
  const inWindow = (parameter: CurveParameter): number[] =>
    range(window.start, window.start + window.frames).map((index) => at(parameter, index));
  const isKept = (index: number): boolean => window.keepFrom <= index && index < window.keepTo;
  const holdOf = (index: number): number => (isKept(index) ? at('hold', index) : kept('hold'));
  return {
    guidance: oneIfEqual(byLatent(inWindow('guidance'), limits)),
    promptStrength: limits.conditioning.perFramePrompts
      ? oneIfEqual(inWindow('promptStrength'))
      : [kept('promptStrength')],
    hold: {
      prefix: window.prefix === 0 ? 1 : holdOf(window.start + window.prefix - 1),
      later: ledTo(window) === null ? 1 : holdOf(ledTo(window) ?? 0),
    },
  };
}

/** What the hold curve says at a shot frame, for a model that follows it. */
export function followedHold(shot: Shot, limits: ModelLimits, frame: number): number {
  return asked(followedBy(shot, limits), 'hold', frame);
}

/** What curves add to a run; absent parts are as without curves. */
export interface RunCurves {
  /** The highest of all frames: what the run costs follows it. */
  readonly guidance?: number;
  readonly camera?: CameraPath;
  readonly windows: readonly {
    readonly guidance?: number[];
    readonly promptStrength?: number[];
    readonly hold?: WindowHold;
  }[];
  readonly notes: PlanNote[];
}

/** A run whose curves are all flat is the run with the plain settings of those values. */
export function runCurves(shot: Shot, windows: readonly WindowSpan[], setting: CurveSetting): RunCurves {
  const present = parameterNames.filter((name) => shot.curves?.[name] !== undefined);
  if (present.length === 0) return { windows: windows.map(() => ({})), notes: [] };
  if (!followsCurves(setting.limits.family))
    return {
      windows: windows.map(() => ({})),
      notes: [note('This model does not follow curves: its plain settings are used.')],
    };
  const isLeftOut = present.some((name) => !curvesOf(setting.limits.family).has(name));
  const each = windows.map((window) => windowCurves(shot, window, setting));
  const guidances = new Set(each.flatMap(({ guidance }) => guidance));
  const guidance = Math.max(...guidances);
  const follows = curvesOf(setting.limits.family);
  const camera = hasCamera(setting.limits.family) ? cameraOf(shot, windows, setting.offset) : null;
  return {
    guidance,
    ...(camera && { camera }),
    windows: each.map((one) => ({
      ...(guidances.size > 1 && { guidance: [...one.guidance] }),
      ...(one.promptStrength.some((value) => value !== 1) && { promptStrength: [...one.promptStrength] }),
      ...((one.hold.prefix !== 1 || one.hold.later !== 1) && { hold: one.hold }),
    })),
    notes: [
      ...(isLeftOut
        ? [
            note(
              follows.has('promptStrength')
                ? 'This model follows the curves of guidance and prompt strength only.'
                : 'This model follows the curves of guidance and camera only.',
            ),
          ]
        : []),
      ...meanNotes(followedBy(shot, setting.limits), windows, setting),
    ],
  };
}

/** Where a model has one value per window and the curve more than one. */
function meanNotes(shot: Shot, windows: readonly WindowSpan[], { limits, offset }: CurveSetting): PlanNote[] {
  const notes: PlanNote[] = [];
  const isUneven = (parameter: CurveParameter): boolean =>
    windows.some(
      ({ keepFrom, keepTo }) =>
        new Set(range(keepFrom, keepTo).map((index) => asked(shot, parameter, offset + index))).size > 1,
    );
  if (!limits.conditioning.perFramePrompts && isUneven('promptStrength'))
    notes.push(note('The model has one prompt strength per window: the mean of the curve over its frames.'));
  if (windows.some((window) => window.prefix > 0 || ledTo(window) !== null) && isUneven('hold'))
    notes.push(note('The model has one hold per window: the mean of the curve over its frames.'));
  return notes;
}

function note(text: string): PlanNote {
  return { kind: 'curve', requested: 0, effective: 0, text };
}

/** The camera's curves as moves; none when it stands still. */
function cameraOf(shot: Shot, windows: readonly WindowSpan[], offset: number): CameraPath | null {
  if (cameraParameters.every((name) => shot.curves?.[name] === undefined)) return null;
  return cameraPath(windows, (index) => {
    const at = (parameter: CurveParameter): number => asked(shot, parameter, offset + index);
    return { panX: at('panX'), panY: at('panY'), zoom: at('zoom'), rotate: at('rotate') };
  });
}

/** The moves that lead to every index from the first one known to the last; none when the camera stands still. */
export function cameraPath(
  windows: readonly Pick<WindowSpan, 'start' | 'keepFrom' | 'keepTo' | 'later' | 'also'>[],
  moveTo: (index: number) => CameraMove,
): CameraPath | null {
  const from = Math.min(...windows.map(({ start, keepFrom }) => Math.min(start, keepFrom))) + 1;
  const to = Math.max(
    ...windows.flatMap(({ keepTo, later, also = [] }) => [
      keepTo - 1,
      later ?? keepTo - 1,
      ...also.map(({ index, frames }) => index + frames - 1),
    ]),
  );
  const moves = range(from, to + 1).map(moveTo);
  const isStill = moves.every(({ panX, panY, zoom, rotate }) => panX === 0 && panY === 0 && zoom === 1 && rotate === 0);
  return isStill ? null : { from, moves };
}

function asked(shot: Shot, parameter: CurveParameter, frame: number): number {
  const keys = shot.curves?.[parameter];
  return keys === undefined ? plainValue(parameter, shot) : roundedValue(curveValue(keys, frame));
}

/** The shot with the curves that the model follows. */
function followedBy(shot: Shot, { family }: ModelLimits): Shot {
  const curves = curvesOf(family);
  const kept = Object.entries(shot.curves ?? {}).filter(([name]) => curves.has(name as CurveParameter));
  return { sampling: shot.sampling, curves: Object.fromEntries(kept) };
}

/** Frames that share a latent frame share its value; a grid with one length says nothing of them. */
function byLatent(values: readonly number[], { frameGrid }: ModelLimits): readonly number[] {
  const isStepped = frameGrid.min !== frameGrid.max && frameGrid.multiple > 1;
  if (!isStepped) return values;
  const groups = range(0, Math.ceil((values.length - 1) / frameGrid.multiple) + 1);
  return groups.flatMap((latent) => {
    const { from, to } = framesOfLatent(latent, frameGrid.multiple);
    const group = values.slice(from, to);
    return group.map(() => meanOf(group));
  });
}

function oneIfEqual(values: readonly number[]): readonly number[] {
  const [first = 0] = values;
  return values.every((value) => value === first) ? [first] : values;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}
