/**
 * Windows that run into what is known behind them: the last one first, each into the frames that the one before it made.
 */
import { clipFloor, laterClipsOf } from '../diffusion/later-clips';
import { invalidInput } from '../errors';
import { gridFloor, nativeWindow, prefixFloor } from './frame-grid';
import type { ModelLimits } from './model-limits';
import {
  alsoKnown,
  assertBound,
  noteClip,
  placed,
  unsupported,
  windowFrames,
  type Findings,
  type WindowSpan,
  type WindowsRequest,
} from './window-parts';

export function backwardWindows(request: WindowsRequest, found: Findings): WindowSpan[] {
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
  const windows: WindowSpan[] = [];
  for (let end = frameCount; end > 0;) {
    const following = followingFrames(request, end);
    const room = longest - following;
    const newFrames = Math.min(request.framesPerWindow ?? Math.max(1, native - following), room);
    if (newFrames < 1)
      throw unsupported('direction', 'a window of one frame cannot lead to a given frame', 'Use another model.');
    const anchor = Math.max(-1, ...request.anchors.filter((index) => index < end));
    const isAnchored = anchor >= 0 && end - anchor <= newFrames;
    if (isAnchored && prefixFloor(1, limits) !== 1)
      throw unsupported(`frame ${anchor}`, 'this model cannot start from a pinned image', 'Remove the image.');
    const from = isAnchored ? anchor : beforeClips(request, { from: end - Math.min(newFrames, end), end });
    const kept = end - from;
    const clips = (request.clips ?? []).filter(({ index }) => from <= index && index < end);
    // A clip lies behind the window's first frame.
    const lead = !isAnchored && clips.some(({ index }) => index === from) ? 1 : 0;
    const frames = windowFrames(Math.min(lead + kept + following, longest), limits);
    // Frames beyond the request lie before the kept ones; a pinned first frame leaves them only the far side.
    const start = isAnchored ? anchor : end - frames + following;
    const prefix = isAnchored ? 1 : 0;
    const window = { request, next: from, start, prefix };
    const shown = clips.map((asked) => ({ asked, placed: placed(asked, window, end) }));
    for (const clip of shown) noteClip(request, found, clip);
    const ahead = following > 1 ? [{ index: end, frames: aheadOnGrid(limits, following, end - start) }] : [];
    windows.push({
      ...{ start, frames, prefix, later: following > 1 ? null : end, keepFrom: from, keepTo: end },
      ...alsoKnown([...shown.map((clip) => clip.placed), ...ahead]),
    });
    end = from;
    assertBound(windows);
  }
  return windows;
}

/** Known frames that the window before `end` runs into: as many as it would go on from, where the model is shown clips. */
function followingFrames(request: WindowsRequest, end: number): number {
  const { limits, contextFrames, frameCount, followingCount = 1 } = request;
  const rule = laterClipsOf(limits);
  if (rule === null) return 1;
  const available = frameCount - end + followingCount;
  const room = Math.max(1, nativeWindow(limits) - 1);
  return Math.max(1, clipFloor(Math.min(contextFrames, available, room), rule));
}

/** A pinned first frame can leave a long clip off the latents' grid: then its first two latent frames stand for it. */
function aheadOnGrid(limits: ModelLimits, frames: number, at: number): number {
  const rule = laterClipsOf(limits);
  return rule?.isOnGrid === true && at % rule.step !== 0 ? Math.min(frames, rule.least) : frames;
}

/** A window ends after a clip that it would begin within: the earlier one has it whole. */
function beforeClips(
  { clips = [] }: WindowsRequest,
  { from, end }: { readonly from: number; readonly end: number },
): number {
  const across = clips.find(({ index, frames }) => index < from && from < index + frames);
  const after = across === undefined ? from : across.index + across.frames;
  return after < end ? after : from;
}
