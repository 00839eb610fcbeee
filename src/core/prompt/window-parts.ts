/**
 * What every way of cutting a run into windows has in common: the question, a window without prompts and seed, where a
 * pinned clip lies in it, and which frames it knows.
 */
import { laterClipsOf, type LaterClips } from '../diffusion/later-clips';
import { AppError, assert, invalidInput } from '../errors';
import { placeClip, placeNotes, type ClipRoom, type Stretch } from './clip-places';
import { gridCeil } from './frame-grid';
import type { ModelLimits } from './model-limits';
import type { PlanNote } from './plan';

export interface WindowsRequest {
  readonly limits: ModelLimits;
  readonly frameCount: number;
  readonly direction: 'forward' | 'backward';
  /** Known frames right before index 0. */
  readonly priorCount: number;
  /** Whether the frame at index frameCount is known. */
  readonly hasFollowing: boolean;
  /** How many are known from there on; absent = one. */
  readonly followingCount?: number;
  /** Indices 0 … frameCount−1 with a pinned image, each once. */
  readonly anchors: readonly number[];
  /** Pinned clips that begin at such an index. */
  readonly clips?: readonly Stretch[];
  readonly contextFrames: number;
  /** New frames per window that goes on from an earlier one; null = what the native length leaves room for. */
  readonly framesPerWindow: number | null;
  /** The last frame goes on into the first: all in one window. */
  readonly loop?: boolean;
}

/** A recipe's window without prompts and seed: frames [start, start + frames), of which [keepFrom, keepTo) are kept. */
export interface WindowSpan {
  readonly start: number;
  readonly frames: number;
  readonly prefix: number;
  readonly later: number | null;
  readonly keepFrom: number;
  readonly keepTo: number;
  /** Further known images and clips, behind the first frames. */
  readonly also?: readonly { readonly index: number; readonly frames: number; readonly hold: number }[] | undefined;
  readonly loop?: true | undefined;
}

/** A pinned clip as it was asked for, and the part of it that a window is shown. */
export interface PlacedClip {
  readonly asked: Stretch;
  readonly placed: Stretch;
}

export interface WindowsPlan {
  readonly windows: WindowSpan[];
  readonly clips: PlacedClip[];
  readonly notes: PlanNote[];
}

/** What planning finds out on its way through the windows. */
export interface Findings {
  readonly clips: PlacedClip[];
  readonly notes: PlanNote[];
}

const MAX_WINDOWS = 10_000;

/** Pinned images that one window can hold besides its first frames. */
export function mostImages(limits: ModelLimits): number {
  return Math.max(1, limits.conditioning.laterImages);
}

export function alsoKnown(stretches: readonly Stretch[]): Pick<WindowSpan, 'also'> {
  return stretches.length === 0 ? {} : { also: stretches.map(({ index, frames }) => ({ index, frames, hold: 1 })) };
}

/** What must be known behind the first frames of some window, in order; the frame after the run is a part of it. */
export function laterTargets(request: WindowsRequest, opening: number | null, notes: PlanNote[]): Stretch[] {
  const { frameCount, limits, clips = [] } = request;
  const images = request.anchors.map((index): Stretch => ({ index, frames: 1 }));
  const targets = [...images, ...clips].filter(({ index }) => index !== opening).sort((a, b) => a.index - b.index);
  if (request.hasFollowing && targets.at(-1)?.index === frameCount - 1) {
    notes.push({
      kind: 'anchor',
      requested: frameCount,
      effective: frameCount - 1,
      text: 'The image pinned to the last frame takes the place of the frame after it.',
    });
  } else if (request.hasFollowing) targets.push({ index: frameCount, frames: 1 });
  const [first] = targets;
  if (first !== undefined && limits.conditioning.laterImages < 1)
    throw unsupported(
      `frame ${first.index}`,
      'this model takes no image at a later frame',
      'Pin the image to the first frame, or use another model.',
    );
  return targets;
}

export function noteClip({ limits }: WindowsRequest, found: Findings, clip: PlacedClip): void {
  const rule = laterClipsOf(limits);
  assert(rule, 'only a model that is shown clips has placed one');
  found.clips.push(clip);
  found.notes.push(...placeNotes(clip.asked, clip.placed, rule));
}

/** A window before it is known how long it is. */
export interface WindowStart {
  readonly request: WindowsRequest;
  /** Its first new frame. */
  readonly next: number;
  readonly start: number;
  readonly prefix: number;
}

export function roomFor({ start, prefix, next }: WindowStart, rule: LaterClips, to: number): ClipRoom {
  return { rule, start, from: Math.max(next, start + Math.max(1, prefix)), to };
}

export function placed(target: Stretch, window: WindowStart, to: number): Stretch {
  const rule = laterClipsOf(window.request.limits);
  if (target.frames === 1 || rule === null) return target;
  const place = placeClip(target, roomFor(window, rule, to));
  if (place === null)
    throw unsupported(
      `frame ${target.index}`,
      'the window has no room for a clip that is pinned there',
      'Pin it to an earlier frame, or pin a single image.',
    );
  return place;
}

/** The end of a forward window: its kept frames, what it knows, and at least one frame that is not known. */
export function reachOf({ start, prefix, later, keepTo, also = [] }: Omit<WindowSpan, 'frames' | 'keepFrom'>): number {
  const ends = also.map(({ index, frames }) => index + frames);
  return Math.max(keepTo, later === null ? keepTo : later + 1, start + prefix + 1, ...ends);
}

export function windowFrames(total: number, limits: ModelLimits): number {
  const frames = gridCeil(total, limits.frameGrid);
  assert(frames !== null, `no window on the model's grid holds ${total} frames`);
  return frames;
}

/** The later image, or the first frame of the clip that a window runs into; null = neither. */
export function ledTo(window: Pick<WindowSpan, 'later' | 'also' | 'keepTo'>): number | null {
  return window.later ?? (framesAhead(window) > 0 ? window.keepTo : null);
}

/** Known frames right behind those that a window keeps, which it runs into. */
export function framesAhead({ later, also = [], keepTo }: Pick<WindowSpan, 'later' | 'also' | 'keepTo'>): number {
  return later === keepTo ? 1 : (also.find(({ index }) => index === keepTo)?.frames ?? 0);
}

export function assertBound(windows: readonly WindowSpan[]): void {
  if (windows.length > MAX_WINDOWS)
    throw invalidInput(
      'frames',
      windows.length,
      `a run has at most ${MAX_WINDOWS} windows`,
      'Ask for fewer frames, or more per window.',
    );
}

export function unsupported(field: string, message: string, remedy: string): AppError {
  return new AppError('model/unsupported', message, { field, remedy });
}
