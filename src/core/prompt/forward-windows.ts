/**
 * Windows that go on from what is known before them, one after the other, towards what is pinned or follows.
 */
import { clipFloor, laterClipsOf } from '../diffusion/later-clips';
import { assert } from '../errors';
import { placeClip, type Stretch } from './clip-places';
import { gridFloor, nativeWindow, prefixFloor } from './frame-grid';
import type { PlanNote } from './plan';
import {
  alsoKnown,
  assertBound,
  laterTargets,
  mostImages,
  noteClip,
  placed,
  reachOf,
  roomFor,
  unsupported,
  windowFrames,
  type Findings,
  type PlacedClip,
  type WindowSpan,
  type WindowsRequest,
  type WindowStart,
} from './window-parts';

export function forwardWindows(request: WindowsRequest, found: Findings): WindowSpan[] {
  const { limits, frameCount } = request;
  const opening = request.priorCount === 0 ? openingOf(request, found) : null;
  const targets = laterTargets(request, opening === null ? null : 0, found.notes);
  const windows: WindowSpan[] = [];
  for (let next = 0; next < frameCount;) {
    const prefix = next === 0 && opening !== null ? opening : contextPrefix(request, next, found.notes);
    const start = next === 0 && opening !== null ? 0 : next - prefix;
    const pending = targets.filter(({ index }) => index >= next).slice(0, mostImages(limits) + 1);
    const { end, known } = nextCut({ request, next, start, prefix, pending });
    assert(end > next, `the window at ${next} makes nothing`);
    const shown = known.map(({ asked, placed }) => {
      if (asked.frames > 1) noteClip(request, found, { asked, placed });
      return placed;
    });
    const later = shown.find(({ frames }) => frames === 1)?.index ?? null;
    const also = alsoKnown(shown.filter(({ index }) => index !== later));
    const total = reachOf({ start, prefix, later, keepTo: end, ...also }) - start;
    windows.push({ start, frames: windowFrames(total, limits), prefix, later, keepFrom: next, keepTo: end, ...also });
    next = end;
    assertBound(windows);
  }
  return windows;
}

/** Frames of what is pinned to the first frame that the first window begins with; null = nothing, or it cannot. */
function openingOf(request: WindowsRequest, found: Findings): number | null {
  const { limits, anchors, clips = [], frameCount, hasFollowing } = request;
  const clip = clips.find(({ index }) => index === 0);
  // At least one frame is made; and what follows the run is known already, whatever the clip shows there.
  const most = Math.min(nativeWindow(limits) - 1, hasFollowing ? frameCount : Infinity);
  const frames = prefixFloor(Math.min(clip?.frames ?? 1, most), limits);
  if (frames === 0 || (clip === undefined && !anchors.includes(0))) return null;
  if (clip !== undefined) noteClip(request, found, { asked: clip, placed: { index: 0, frames } });
  return frames;
}

interface CutQuestion extends WindowStart {
  /** The next ones that are to be known behind the first frames: one more than a window holds. */
  readonly pending: readonly Stretch[];
}

interface Cut {
  readonly end: number;
  /** An image lies where it was asked for. */
  readonly known: readonly PlacedClip[];
}

/** Where the window that makes frame `next` ends, and what it knows: one more than it holds cuts it short. */
function nextCut(question: CutQuestion): Cut {
  const { request, next, start, pending } = question;
  const { limits, frameCount } = request;
  const known = next - start;
  const native = nativeWindow(limits);
  const longest = gridFloor(limits.frameGrid.max, limits.frameGrid) ?? native;
  const newFrames = known === 0 ? native : Math.min(request.framesPerWindow ?? native - known, longest - known);
  const room = openEnded(question, next + newFrames);
  const most = Math.min(frameCount, next + newFrames);
  const end = cutBeforeClip(question, { end: most, room }) ?? most;
  const inside = (before: number, targets: readonly Stretch[]): Cut => ({
    end: before,
    known: targets
      .filter(({ index }) => index < before)
      .map((asked) => ({ asked, placed: placed(asked, question, room) })),
  });
  const [first] = pending;
  if (first === undefined || first.index > end) return { end, known: [] };
  if (first.index < end) {
    const within = pending.filter(({ index }) => index < end).slice(0, mostImages(limits));
    const over = pending[within.length];
    if (over === undefined || over.index > end) return inside(end, within);
    // The frame after the run needs one more window, with at least one frame of its own.
    return inside(over.index === frameCount ? Math.min(end, frameCount - 1) : Math.min(end, over.index), within);
  }
  if (first.index < frameCount) return { end, known: [] };
  const reach = known + (frameCount - next) + 1;
  if (reach <= native || (frameCount - next === 1 && reach <= longest))
    return { end, known: [{ asked: first, placed: first }] };
  if (frameCount - next === 1)
    throw unsupported(
      'following',
      `a window of ${longest} frames is too short to bridge from ${known} prior frames`,
      'Use fewer context frames.',
    );
  return { end: end - 1, known: [] };
}

/** The frame that clips of the window must end before: they may reach beyond a run that leads to nothing. */
function openEnded({ request }: CutQuestion, end: number): number {
  const { hasFollowing, frameCount } = request;
  return hasFollowing ? Math.min(end, frameCount) : end;
}

/** Where the window must end so that a clip that it has no room for is whole in the next one; null = it need not, or cannot. */
function cutBeforeClip(
  question: CutQuestion,
  { end, room }: { readonly end: number; readonly room: number },
): number | null {
  const { request, next, pending } = question;
  const rule = laterClipsOf(request.limits);
  if (rule === null) return null;
  for (const clip of pending) {
    if (clip.index >= end || clip.frames === 1) continue;
    const wanted = clipFloor(clip.frames, rule);
    if (placeClip(clip, roomFor(question, rule, room))?.frames === wanted) continue;
    // The next window begins with what it knows; on a grid the clip lies a multiple of its step behind that.
    const prefix = prefixAt(request, clip.index);
    const lead = rule.isOnGrid && wanted > rule.least ? prefix % rule.step : 0;
    const cut = clip.index - ((rule.step - lead) % rule.step);
    if (cut <= next || cut >= end) continue;
    const whole = prefix + (clip.index - cut) + wanted <= nativeWindow(request.limits);
    if (whole || placeClip(clip, roomFor(question, rule, room)) === null) return cut;
  }
  return null;
}

/** Frames the window at `next` can know before it; 0 = none, or fewer than the model needs. */
function prefixAt(request: WindowsRequest, next: number): number {
  const { limits, contextFrames, priorCount } = request;
  const available = next + priorCount;
  // A window has at least one new frame; a bridge has one more, the known frame it lands on.
  const room = Math.max(1, nativeWindow(limits) - (request.hasFollowing ? 2 : 1));
  const wanted = Math.min(Math.max(contextFrames, limits.conditioning.firstFrames.min), available);
  return prefixFloor(Math.min(wanted, room), limits);
}

/** Frames the window at `next` knows before it; 0 only where nothing is known. */
function contextPrefix(request: WindowsRequest, next: number, notes: PlanNote[]): number {
  const { limits, contextFrames, priorCount } = request;
  const { min } = limits.conditioning.firstFrames;
  const available = next + priorCount;
  if (available === 0) return 0;
  const prefix = prefixAt(request, next);
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
