/**
 * How a run is cut into model windows. Windows keep exactly the frames asked for, each once, in the order they run.
 *
 * Forward: the first window starts from nothing, an image or the prior frames; each later one knows the last frames made
 * (its prefix). Backward: each window runs into the known frames after it, one (`later`) or as many as the model asks for
 * where it is shown clips, and those before them are kept.
 * A pinned image is the prefix of the window it starts, or else the one `later` image of the window that holds it. So is
 * a pinned clip, which lies in one window whole where it can: a window ends before it rather than within it.
 * The frame after a retaken range is `later` in the last window, which reaches one frame beyond what it keeps.
 */
import { closesLoops } from '../diffusion/context-windows';
import { laterClipsOf } from '../diffusion/later-clips';
import { invalidInput } from '../errors';
import { backwardWindows } from './backward-windows';
import { forwardWindows } from './forward-windows';
import { gridFloor, prefixFloor } from './frame-grid';
import type { PlanNote } from './plan';
import {
  alsoKnown,
  framesAhead,
  laterTargets,
  mostImages,
  reachOf,
  unsupported,
  type Findings,
  type PlacedClip,
  type WindowSpan,
  type WindowsPlan,
  type WindowsRequest,
} from './window-parts';

export { framesAhead, ledTo } from './window-parts';
export type { PlacedClip, WindowSpan, WindowsPlan, WindowsRequest } from './window-parts';

/**
 * Needs no frames, only where they are known: so it also serves estimates and the chunk grid before anything is made.
 * @throws AppError input/invalid for counts out of range, model/unsupported for conditioning the model lacks
 */
export function planWindows(request: WindowsRequest): WindowsPlan {
  const { frameCount, clips = [] } = request;
  const anchors = [...request.anchors, ...clips.map(({ index }) => index)];
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
  const rule = laterClipsOf(request.limits);
  for (const { index, frames } of clips) {
    if (rule === null)
      throw unsupported(
        `frame ${index}`,
        'this model is shown no clips, only single images',
        'Pin an image instead, or use another model.',
      );
    if (frames < rule.least)
      throw invalidInput(
        'anchor.clip',
        frames,
        `a pinned clip of ${frames} frames is too short for this model`,
        `Pin at least ${rule.least} frames, or a single image.`,
      );
  }
  const found: Findings = { clips: [], notes: [] };
  const windows = request.loop
    ? [loopWindow(request, found)]
    : request.direction === 'backward'
      ? backwardWindows(request, found)
      : forwardWindows(request, found);
  assertApart(request, found.clips);
  noteGrid(windows, request, found.notes);
  return { windows, ...found };
}

/** @throws AppError input/invalid where a frame would be two things at once */
function assertApart({ anchors }: WindowsRequest, clips: readonly PlacedClip[]): void {
  const ends = [...clips.map(({ placed }) => placed), ...anchors.map((index) => ({ index, frames: 1 }))].sort(
    (a, b) => a.index - b.index,
  );
  for (const [i, { index }] of ends.entries()) {
    const before = ends[i - 1];
    if (before && before.index + before.frames > index)
      throw invalidInput(
        'anchor',
        index,
        'a pinned clip lies over another pinned image or clip',
        'Move one of them, or pin a shorter clip.',
      );
  }
}

function loopWindow(request: WindowsRequest, { notes }: Findings): WindowSpan {
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
  if ((request.clips ?? []).length > 0)
    throw unsupported('loop', 'a loop is drawn around single images', 'Remove the pinned clip, or turn the loop off.');
  const startsOnAnchor = request.anchors.includes(0) && prefixFloor(1, limits) === 1;
  const [later = null, ...rest] = laterTargets(request, startsOnAnchor ? 0 : null, notes).map(({ index }) => index);
  if (rest.length + 1 > mostImages(limits))
    throw unsupported(
      `frame ${rest.at(-1)}`,
      'this model takes fewer images in one window',
      'Remove a pinned image, or turn the loop off.',
    );
  return {
    ...{ start: 0, frames: frameCount, prefix: startsOnAnchor ? 1 : 0, later, keepFrom: 0, keepTo: frameCount },
    ...alsoKnown(rest.map((index) => ({ index, frames: 1 }))),
    loop: true,
  };
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
  if (direction === 'backward') return framesAhead(window) + window.keepTo - window.keepFrom;
  return reachOf(window) - window.start;
}
