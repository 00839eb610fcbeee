/**
 * What the model will really be told: the windows of a shot's segments with the prompts they take. It needs no frames,
 * only how many there would be, so that lane and inspector can say it before anything is made.
 */
import { followsCurves } from '../curve/parameters';
import { windowCurves, type WindowCurves } from '../curve/window-curves';
import type { CurveParameter, Document, RecordId, SegmentRecord, ShotRecord } from '../document/records';
import { AppError } from '../errors';
import type { ModelLimits } from './model-limits';
import { wordedPrompts } from './shot-words';
import { promptsOnly, windowPrompt, type PlannedMix } from './travel';
import { ledTo, planWindows } from './windows';

export interface EffectiveWindow {
  readonly segmentId: RecordId;
  /** Shot frames [from, to) that come from this window. */
  readonly from: number;
  readonly to: number;
  /** The shot frame of the window's own first frame; its mixes count from there. */
  readonly start: number;
  readonly prompt: string;
  readonly travel: readonly PlannedMix[] | null;
  /** What it goes on from, or else leads to; null = neither. */
  readonly knows: 'prefix' | 'later' | null;
  /** null = the model does not follow curves. */
  readonly curves: WindowCurves | null;
}

/** None for a segment that this model could not make: generating it says why. */
export function effectiveWindows(
  doc: Document,
  shot: ShotRecord,
  segment: SegmentRecord,
  limits: ModelLimits,
): EffectiveWindow[] {
  const { contextFrames, framesPerWindow } = shot.sampling;
  const prompts = wordedPrompts(shot, promptsOnly(doc, shot.id));
  const mixing = { offset: segment.from, perFrame: limits.conditioning.perFramePrompts };
  try {
    const { windows } = planWindows({
      limits,
      frameCount: segment.frameCount,
      direction: segment.role === 'backward' ? 'backward' : 'forward',
      priorCount: segment.role === 'forward' || segment.role === 'retake' ? contextFrames : 0,
      hasFollowing: segment.role === 'backward' || segment.role === 'retake',
      followingCount: contextFrames,
      anchors: [],
      contextFrames,
      framesPerWindow,
      loop: segment.loop ?? false,
    });
    return windows.map((window) => ({
      segmentId: segment.id,
      from: segment.from + window.keepFrom,
      to: segment.from + window.keepTo,
      start: segment.from + window.start,
      ...windowPrompt(prompts, shot.id, window, mixing),
      knows: window.prefix > 0 ? 'prefix' : ledTo(window) === null ? null : 'later',
      curves: followsCurves(limits.family) ? windowCurves(shot, window, { limits, offset: segment.from }) : null,
    }));
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}

/**
 * The value of a curve that one of the window's frames is drawn with. null = it has no effect there: the model does not
 * follow curves, or the window goes on from no frame that could be held.
 */
export function drawnValue(
  window: EffectiveWindow,
  parameter: CurveParameter,
  { frame, asked }: { readonly frame: number; readonly asked: number },
): number | null {
  const { curves, start, knows } = window;
  if (curves === null) return null;
  const at = (values: readonly number[]): number | null =>
    values[values.length === 1 ? 0 : Math.min(values.length - 1, Math.max(0, frame - start))] ?? null;
  switch (parameter) {
    case 'guidance':
    case 'promptStrength':
      return at(curves[parameter]);
    case 'hold':
      return knows === null ? null : curves.hold[knows];
    case 'panX':
    case 'panY':
    case 'zoom':
    case 'rotate':
      return asked;
    default:
      return parameter satisfies never;
  }
}

/** The mix that one of the window's frames is drawn with. */
export function drawnMix(window: EffectiveWindow, frame: number): PlannedMix {
  let end = window.start;
  for (const mix of window.travel ?? []) {
    end += mix.frames;
    if (frame < end) return mix;
  }
  return { frames: window.to - window.from, from: window.prompt, to: window.prompt, kind: 'linear', weight: 0 };
}
