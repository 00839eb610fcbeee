/**
 * How a run is cut into model windows. Windows keep exactly the frames asked for, each once, in the order they run.
 *
 * Forward: the first window starts from nothing, an image or the prior frames; each later one knows the last frames made
 * (its prefix). Backward: each window's last frame is the known one after it (`later`), and those before it are kept.
 * A pinned image is the prefix of the window it starts, or else the one `later` image of the window that holds it.
 * The frame after a retaken range is `later` in the last window, which reaches one frame beyond what it keeps.
 */
import { closesLoops } from '../diffusion/context-windows';
import { AppError, assert, invalidInput } from '../errors';
import { gridCeil, gridFloor, nativeWindow, prefixFloor } from './frame-grid';
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
  /** Indices 0 … frameCount−1 with a pinned image, each once. */
  readonly anchors: readonly number[];
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
  /** Further pinned images, behind `later`. */
  readonly also?: readonly { readonly index: number; readonly frames: number; readonly hold: number }[] | undefined;
  readonly loop?: true | undefined;
}

export interface WindowsPlan {
  readonly windows: WindowSpan[];
  readonly notes: PlanNote[];
}

const MAX_WINDOWS = 10_000;

/**
 * Needs no frames, only where they are known: so it also serves estimates and the chunk grid before anything is made.
 * @throws AppError input/invalid for counts out of range, model/unsupported for conditioning the model lacks
 */
export function planWindows(request: WindowsRequest): WindowsPlan {
  const { frameCount, anchors } = request;
  if (!Number.isInteger(frameCount) || frameCount < 1 || frameCount > 100_000)
    throw invalidInput('frames', frameCount, `${frameCount} frames cannot be made`, 'Ask for 1 to 100000 frames.');
  for (const index of anchors)
    if (!Number.isInteger(index) || index < 0 || index >= frameCount)
      throw invalidInput(
        'anchor',
        index,
        `an image is pinned to frame ${index}, outside the run`,
        `Pin it to a frame from 0 to ${frameCount - 1}.`,
      );
  if (new Set(anchors).size !== anchors.length)
    throw invalidInput('anchor', anchors.join(', '), 'two images are pinned to one frame', 'Remove one of them.');
  const notes: PlanNote[] = [];
  const windows = request.loop
    ? [loopWindow(request, notes)]
    : request.direction === 'backward'
      ? backwardWindows(request)
      : forwardWindows(request, notes);
  noteGrid(windows, request, notes);
  return { windows, notes };
}

function loopWindow(request: WindowsRequest, notes: PlanNote[]): WindowSpan {
  const { limits, frameCount } = request;
  if (!closesLoops(limits.family))
    throw unsupported('loop', 'this model cannot draw a loop', 'Turn the loop off, or use another model.');
  if (gridFloor(frameCount, limits.frameGrid) !== frameCount)
    throw invalidInput(
      'frames',
      frameCount,
      `a loop is drawn in one window, and the model has none of ${frameCount} frames`,
      `Ask for ${limits.frameGrid.min} to ${limits.frameGrid.max} frames, or turn the loop off.`,
    );
  const startsOnAnchor = request.anchors.includes(0) && prefixFloor(1, limits) === 1;
  const [later = null, ...rest] = laterTargets(request, startsOnAnchor, notes);
  if (rest.length + 1 > mostImages(limits))
    throw unsupported(
      `frame ${rest.at(-1)}`,
      'this model takes fewer images in one window',
      'Remove a pinned image, or turn the loop off.',
    );
  return {
    ...{ start: 0, frames: frameCount, prefix: startsOnAnchor ? 1 : 0, later, keepFrom: 0, keepTo: frameCount },
    ...alsoPinned(rest),
    loop: true,
  };
}

/** Pinned images that one window can hold besides its first frames. */
function mostImages(limits: ModelLimits): number {
  return Math.max(1, limits.conditioning.laterImages);
}

function alsoPinned(indices: readonly number[]): Pick<WindowSpan, 'also'> {
  return indices.length === 0 ? {} : { also: indices.map((index) => ({ index, frames: 1, hold: 1 })) };
}

function forwardWindows(request: WindowsRequest, notes: PlanNote[]): WindowSpan[] {
  const { limits, frameCount, priorCount } = request;
  const startsOnAnchor = priorCount === 0 && request.anchors.includes(0) && prefixFloor(1, limits) === 1;
  const targets = laterTargets(request, startsOnAnchor, notes);
  const windows: WindowSpan[] = [];
  for (let next = 0; next < frameCount;) {
    const isAnchored = next === 0 && startsOnAnchor;
    const prefix = isAnchored ? 1 : contextPrefix(request, next, notes);
    const start = isAnchored ? 0 : next - prefix;
    const pending = targets.filter((target) => target >= next).slice(0, mostImages(limits) + 1);
    const { end, later, also = [] } = nextCut({ request, next, known: next - start, pending });
    assert(end > next, `the window at ${next} makes nothing`);
    const total = reachOf({ start, prefix, later, keepTo: end }) - start;
    const frames = windowFrames(total, limits);
    windows.push({ start, frames, prefix, later, keepFrom: next, keepTo: end, ...alsoPinned(also) });
    next = end;
    assertBound(windows);
  }
  return windows;
}

/** Indices that must be `later` in some window, in order; the frame after the run is one of them. */
function laterTargets(request: WindowsRequest, startsOnAnchor: boolean, notes: PlanNote[]): number[] {
  const { frameCount, limits } = request;
  const targets = request.anchors.filter((index) => !(startsOnAnchor && index === 0)).sort((a, b) => a - b);
  if (request.hasFollowing && targets.at(-1) === frameCount - 1) {
    notes.push({
      kind: 'anchor',
      requested: frameCount,
      effective: frameCount - 1,
      text: 'The image pinned to the last frame takes the place of the frame after it.',
    });
  } else if (request.hasFollowing) targets.push(frameCount);
  if (targets.length > 0 && limits.conditioning.laterImages < 1)
    throw unsupported(
      `frame ${targets[0]}`,
      'this model takes no image at a later frame',
      'Pin the image to the first frame, or use another model.',
    );
  return targets;
}

interface CutQuestion {
  readonly request: WindowsRequest;
  readonly next: number;
  /** Frames of the window before the first new one. */
  readonly known: number;
  /** The next indices that want to be `later`: one more than a window holds. */
  readonly pending: readonly number[];
}

/** Where the window that makes frame `next` ends, and its later images: one more than it holds cuts it short. */
function nextCut({ request, next, known, pending }: CutQuestion): {
  readonly end: number;
  readonly later: number | null;
  readonly also?: readonly number[];
} {
  const { limits, frameCount } = request;
  const native = nativeWindow(limits);
  const longest = gridFloor(limits.frameGrid.max, limits.frameGrid) ?? native;
  const newFrames = known === 0 ? native : Math.min(request.framesPerWindow ?? native - known, longest - known);
  const end = Math.min(frameCount, next + newFrames);
  const [first] = pending;
  if (first === undefined || first > end) return { end, later: null };
  if (first < end) {
    const also = pending.filter((target) => target < end).slice(1, mostImages(limits));
    const over = pending[also.length + 1];
    if (over === undefined || over > end) return { end, later: first, also };
    // The frame after the run needs one more window, with at least one frame of its own.
    const cut = over === frameCount ? Math.min(end, frameCount - 1) : Math.min(end, over);
    return { end: cut, later: first, also: also.filter((target) => target < cut) };
  }
  if (first < frameCount) return { end, later: null };
  const reach = known + (frameCount - next) + 1;
  if (reach <= native || (frameCount - next === 1 && reach <= longest)) return { end, later: frameCount };
  if (frameCount - next === 1)
    throw unsupported(
      'following',
      `a window of ${longest} frames is too short to bridge from ${known} prior frames`,
      'Use fewer context frames.',
    );
  return { end: end - 1, later: null };
}

/** Frames the window at `next` knows before it; 0 only where nothing is known. */
function contextPrefix(request: WindowsRequest, next: number, notes: PlanNote[]): number {
  const { limits, contextFrames, priorCount } = request;
  const { min } = limits.conditioning.firstFrames;
  const available = next + priorCount;
  if (available === 0) return 0;
  // A window has at least one new frame; a bridge has one more, the known frame it lands on.
  const room = Math.max(1, nativeWindow(limits) - (request.hasFollowing ? 2 : 1));
  const wanted = Math.min(Math.max(contextFrames, min), available);
  const prefix = prefixFloor(Math.min(wanted, room), limits);
  if (prefix === 0)
    throw next > 0
      ? unsupported(
          'frames',
          `this model makes at most ${next} frames in one run and cannot go on from them`,
          `Ask for at most ${next} frames.`,
        )
      : unsupported(
          'prior',
          `this model cannot go on from ${available} prior frames`,
          min > available ? `It needs at least ${min}.` : 'Start a new shot.',
        );
  if (prefix < Math.min(contextFrames, available) && !notes.some(({ kind }) => kind === 'context'))
    notes.push({
      kind: 'context',
      requested: contextFrames,
      effective: prefix,
      text: `The model sees ${prefix} prior frames, not ${contextFrames}.`,
    });
  return prefix;
}

function backwardWindows(request: WindowsRequest): WindowSpan[] {
  const { limits, frameCount } = request;
  if (!request.hasFollowing)
    throw invalidInput('following', 'none', 'growing backward needs the frame it leads to', 'Make that frame first.');
  if (request.priorCount > 0)
    throw invalidInput(
      'prior',
      request.priorCount,
      'growing backward takes no prior frames',
      'To join two sides, grow forward to the following frame.',
    );
  if (limits.conditioning.laterImages < 1)
    throw unsupported('direction', 'this model cannot lead to a given frame', 'Grow forward, or use another model.');
  const native = nativeWindow(limits);
  const longest = gridFloor(limits.frameGrid.max, limits.frameGrid) ?? native;
  const newFrames = Math.min(request.framesPerWindow ?? Math.max(1, native - 1), longest - 1);
  if (newFrames < 1)
    throw unsupported('direction', 'a window of one frame cannot lead to a given frame', 'Use another model.');
  const windows: WindowSpan[] = [];
  for (let end = frameCount; end > 0;) {
    const anchor = Math.max(-1, ...request.anchors.filter((index) => index < end));
    const isAnchored = anchor >= 0 && end - anchor <= newFrames;
    if (isAnchored && prefixFloor(1, limits) !== 1)
      throw unsupported(`frame ${anchor}`, 'this model cannot start from a pinned image', 'Remove the image.');
    const kept = isAnchored ? end - anchor : Math.min(newFrames, end);
    const frames = windowFrames(kept + 1, limits);
    // Frames beyond the request lie before the kept ones; a pinned first frame leaves them only the far side.
    const start = isAnchored ? anchor : end - frames + 1;
    windows.push({ start, frames, prefix: isAnchored ? 1 : 0, later: end, keepFrom: end - kept, keepTo: end });
    end -= kept;
    assertBound(windows);
  }
  return windows;
}

/** The end of a forward window: its kept frames, its later image, and at least one frame that is not known. */
function reachOf({ start, prefix, later, keepTo }: Omit<WindowSpan, 'frames' | 'keepFrom'>): number {
  return Math.max(keepTo, later === null ? keepTo : later + 1, start + prefix + 1);
}

function windowFrames(total: number, limits: ModelLimits): number {
  const frames = gridCeil(total, limits.frameGrid);
  assert(frames !== null, `no window on the model's grid holds ${total} frames`);
  return frames;
}

function noteGrid(
  windows: readonly WindowSpan[],
  { limits, frameCount, direction }: WindowsRequest,
  notes: PlanNote[],
): void {
  const extra = windows.reduce((sum, window) => sum + window.frames - neededFrames(window, direction), 0);
  if (extra === 0) return;
  const { multiple, plus, min, max } = limits.frameGrid;
  const counts = min === max ? `${min} frames` : `${multiple}·k${plus > 0 ? ` + ${plus}` : ''} frames, from ${min}`;
  notes.push({
    kind: 'window-grid',
    requested: frameCount,
    effective: frameCount + extra,
    text: `The model makes windows of ${counts}: ${extra} more ${extra === 1 ? 'frame is' : 'frames are'} made and not kept.`,
  });
}

function neededFrames(window: WindowSpan, direction: 'forward' | 'backward'): number {
  if (direction === 'backward') return window.keepTo - window.keepFrom + 1;
  return reachOf(window) - window.start;
}

function assertBound(windows: readonly WindowSpan[]): void {
  if (windows.length > MAX_WINDOWS)
    throw invalidInput(
      'frames',
      windows.length,
      `a run has at most ${MAX_WINDOWS} windows`,
      'Ask for fewer frames, or more per window.',
    );
}

function unsupported(field: string, message: string, remedy: string): AppError {
  return new AppError('model/unsupported', message, { field, remedy });
}
