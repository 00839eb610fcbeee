/**
 * From a segment to the draft of a recipe: which windows run, with which prompts, seeds and known frames.
 * Nothing is adjusted silently: where the plan differs from what was asked, a note says so before anything is made.
 */
import { runCurves, type WindowHold } from '../curve/window-curves';
import type { CameraPath } from '../diffusion/camera';
import { hasTwoExperts } from '../diffusion/experts';
import { repainted, repaintsFilms } from './repaint';
import { activeTake, resolveBranch } from '../document/film';
import { anchorsOf, blocksOf, recordOf } from '../document/access';
import type { Document, Motion, RecordId, SegmentRecord, SegmentRole } from '../document/records';
import type { FrameHash, TakeIndex } from '../document/takes';
import type { GuidanceRule, StepReuse } from '../diffusion/guidance-rule';
import { assert, invalidInput } from '../errors';
import type { Rate } from '../time/rate';
import { withStrengths } from './anchor-strength';
import type { ModelLimits } from './model-limits';
import { blockForRange } from './resolve';
import { wordedPrompts } from './shot-words';
import { clipFrames, joinedSides, sidesOf, sourceOf, type PlannedSource } from './sides';
import { promptsOnly, travelZones, windowPrompt, type PlannedMix, type TravelZone } from './travel';
import { planWindows, type PlacedClip, type WindowSpan } from './windows';

/** Same shape as contracts' RecipeDraft (core does not import contracts). Indices count from the first new frame. */
export interface PlannedDraft {
  role: SegmentRole;
  width: number;
  height: number;
  rate: Rate;
  frameCount: number;
  steps: number;
  guidance: number;
  secondGuidance?: number | undefined;
  guidanceRule?: GuidanceRule | undefined;
  stepReuse?: StepReuse | undefined;
  motion?: Motion | undefined;
  seed: number;
  windows: PlannedWindow[];
  modelId: string;
  known: PlannedKnown[];
  referenceMediaIds?: string[] | undefined;
  /** Absent = the camera stands still. */
  camera?: CameraPath | undefined;
  /** Absent = drawn from noise. */
  source?: PlannedSource | undefined;
}

export interface PlannedWindow {
  start: number;
  frames: number;
  prefix: number;
  later: number | null;
  keepFrom: number;
  keepTo: number;
  prompt: string;
  negative: string;
  seed: number;
  /** Decides the prompt in place of `prompt`; absent = `prompt` alone. */
  travel?: PlannedMix[] | undefined;
  /** One for the whole window or one for each of its frames; absent = the run's guidance. */
  guidance?: number[] | undefined;
  /** The same; absent = 1. */
  promptStrength?: number[] | undefined;
  /** Absent = known frames are kept as they are. */
  hold?: WindowHold | undefined;
  /** Further known stretches. */
  also?: { index: number; frames: number; hold: number }[] | undefined;
  loop?: true | undefined;
}

/** A mask leaves only its dark parts known. */
export type PlannedKnown =
  | { index: number; frame: FrameHash; mask?: FrameHash | undefined; maskMediaId?: string | undefined }
  | { index: number; mediaId: string; maskMediaId?: string | undefined };

/** Where the plan differs from what was asked, to be shown before generating. */
export interface PlanNote {
  /** prompt-boundary and prompt-travel count shot frames, prompt-unread windows, the others frames of the run. */
  readonly kind: 'window-grid' | 'prompt-boundary' | 'prompt-travel' | 'prompt-unread' | 'context' | 'anchor' | 'curve';
  readonly requested: number;
  readonly effective: number;
  readonly text: string;
}

export type KnownImage =
  { readonly frame: FrameHash } | { readonly mediaId: string; readonly maskMediaId?: string | undefined };

export interface DirectRequest {
  readonly modelId: string;
  readonly limits: ModelLimits;
  /** Pixels, on the model's size grid. */
  readonly width: number;
  readonly height: number;
  readonly rate: Rate;
  readonly frameCount: number;
  /** One text for all, or the text for the kept indices [from, to) of a window. */
  readonly prompt: string | ((from: number, to: number) => string);
  /** Between two prompts in a window; null = none there. */
  readonly travel?: (window: WindowSpan) => PlannedMix[] | null;
  readonly negative?: string;
  /** 0 … 2^32−1; window i uses seed + i mod 2^32. */
  readonly seed: number;
  readonly steps?: number;
  readonly guidance?: number;
  /** Left out for a model of one expert. */
  readonly secondGuidance?: number | undefined;
  readonly guidanceRule?: GuidanceRule | undefined;
  readonly stepReuse?: StepReuse | undefined;
  /** Left out for a model that is not told how much to move. */
  readonly motion?: Motion | undefined;
  readonly contextFrames?: number;
  readonly framesPerWindow?: number | null;
  /** Default forward; backward needs `following`. */
  readonly direction?: 'forward' | 'backward';
  /** Image on index 0 / on index frameCount − 1. */
  readonly first?: KnownImage;
  readonly last?: KnownImage;
  readonly anchors?: readonly { readonly index: number; readonly image: KnownImage }[];
  /** Films that the run passes through: their frames from an index on. */
  readonly clips?: readonly { readonly index: number; readonly frames: readonly KnownImage[] }[];
  /** Images of what the film is to show, without a place in it. */
  readonly referenceMediaIds?: readonly string[];
  /** Frames before index 0, oldest first: the last one is index −1. */
  readonly prior?: readonly KnownImage[];
  /** Frames from index frameCount on. Only the first is used, or growing backward what the model asks for. */
  readonly following?: readonly KnownImage[];
  /** A film to draw over. */
  readonly source?: PlannedSource | null;
  /** One window whose last frame goes on into its first. */
  readonly loop?: boolean;
  /** Default: retake with both sides known, else backward, forward or first. */
  readonly role?: SegmentRole;
}

/**
 * Plans a run without a document, for the command line and underneath planSegment.
 * @throws AppError input/invalid naming the option, model/unsupported for conditioning the model lacks
 */
export function planDirect(request: DirectRequest): {
  draft: PlannedDraft;
  notes: PlanNote[];
  /** Where its pinned clips lie. */
  clips: PlacedClip[];
} {
  const { limits, frameCount, seed, modelId, width, height, rate } = request;
  assertSize(width, height, limits);
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
    throw invalidInput('seed', seed, `${seed} is not a seed`, 'Use a whole number from 0 to 4294967295.');
  const prior = request.prior ?? [];
  const following = request.following ?? [];
  const direction = request.direction ?? 'forward';
  const anchors = pinnedImages(request);
  const pinnedClips = request.clips ?? [];
  const { windows, notes, clips } = planWindows({
    limits,
    frameCount,
    direction,
    priorCount: prior.length,
    hasFollowing: following.length > 0,
    followingCount: following.length,
    anchors: anchors.map(({ index }) => index),
    clips: pinnedClips.map(({ index, frames }) => ({ index, frames: frames.length })),
    contextFrames: request.contextFrames ?? limits.defaults.extensionPrefix,
    framesPerWindow: request.framesPerWindow ?? null,
    loop: request.loop ?? false,
  });
  const known = anchors.map(({ index, image }) => knownAt(index, image));
  for (const { asked, placed } of clips) {
    const frames = pinnedClips.find(({ index }) => index === asked.index)?.frames ?? [];
    for (let i = 0; i < placed.frames; i++) known.push(knownAt(placed.index + i, frames[i]));
  }
  const pinned = new Set(known.map(({ index }) => index));
  for (const index of usedOutside(windows, frameCount))
    if (!pinned.has(index))
      known.push(knownAt(index, index < 0 ? prior[prior.length + index] : following[index - frameCount]));
  const draft: PlannedDraft = {
    role: request.role ?? roleOf(direction, prior.length > 0, following.length > 0),
    width,
    height,
    rate,
    frameCount,
    steps: request.steps ?? limits.defaults.steps,
    guidance: request.guidance ?? limits.defaults.guidance,
    ...secondGuidanceOf(request),
    ...(request.guidanceRule && { guidanceRule: request.guidanceRule }),
    ...(request.stepReuse && { stepReuse: request.stepReuse }),
    ...(limits.defaults.motion && { motion: request.motion ?? limits.defaults.motion }),
    seed,
    windows: windows.map(({ also, ...window }, i) => ({
      ...window,
      ...(also && { also: [...also] }),
      ...(limits.conditioning.text === false ? { prompt: '', negative: '' } : textsOfWindow(request, window)),
      seed: (seed + i) % 2 ** 32,
    })),
    modelId,
    known: known.sort((a, b) => a.index - b.index),
    ...((request.referenceMediaIds ?? []).length > 0 && { referenceMediaIds: [...(request.referenceMediaIds ?? [])] }),
    ...(request.source && { source: request.source }),
  };
  if (limits.conditioning.text === false) notes.push(...unreadNotes(request, windows));
  return { draft, notes, clips };
}

/** Without guidance there is nothing for the second expert to be guided by either. */
function secondGuidanceOf({ limits, guidance, secondGuidance }: DirectRequest): { secondGuidance?: number } {
  const asked = secondGuidance ?? limits.defaults.secondGuidance;
  const isGuided = (guidance ?? limits.defaults.guidance) > 1;
  return asked === undefined || !isGuided || !hasTwoExperts(limits) ? {} : { secondGuidance: asked };
}

function textsOfWindow(
  { prompt, travel, negative, limits }: DirectRequest,
  window: WindowSpan,
): Pick<PlannedWindow, 'prompt' | 'negative' | 'travel'> {
  const mixes = travel?.(window) ?? null;
  return {
    prompt: typeof prompt === 'string' ? prompt : prompt(window.keepFrom, window.keepTo),
    negative: negative ?? limits.defaults.negative,
    ...(mixes && { travel: mixes }),
  };
}

/** A model that was not trained with text is not given any, and whoever wrote some is told. */
function unreadNotes(request: DirectRequest, windows: readonly WindowSpan[]): PlanNote[] {
  const written = windows.filter((window) => textsOfWindow(request, window).prompt.trim() !== '').length;
  if (written === 0) return [];
  const text = 'This model reads no prompts: the image alone decides what is seen.';
  return [{ kind: 'prompt-unread', requested: written, effective: 0, text }];
}

export interface SegmentPlanRequest {
  readonly doc: Document;
  readonly segmentId: RecordId;
  readonly takes: TakeIndex;
  readonly limits: ModelLimits;
  readonly seed: number;
}

export interface SegmentPlan {
  readonly draft: PlannedDraft;
  readonly notes: PlanNote[];
  /** The take of the parent segment that this run grows from. */
  readonly parentTakeId: string | null;
  /** Where its pinned clips lie, by the index they are pinned to. */
  readonly clips: readonly PlacedClip[];
}

/**
 * Plans a run of a segment from the takes in use around it.
 * @throws AppError input/invalid when the frames it grows from are not made yet, model/unsupported as planDirect
 */
export function planSegment({ doc, segmentId, takes, limits, seed }: SegmentPlanRequest): SegmentPlan {
  const segment = recordOf(doc, 'segment', segmentId);
  const shot = recordOf(doc, 'shot', segment.shotId);
  const { steps, guidance, secondGuidance, guidanceRule, stepReuse, motion, negative, contextFrames, framesPerWindow } =
    shot.sampling;
  const parent = segment.parentId === null ? null : recordOf(doc, 'segment', segment.parentId);
  const parentFilm = parent && resolveBranch(doc, parent.id, takes);
  const sides = joinedSides({ doc, takes, segment, parentFilm }, sidesOf(segment, parentFilm));
  const source = sourceOf({ doc, takes, segment, parentFilm });
  const underMask = source !== null && repaintsFilms(limits);
  const end = segment.from + segment.frameCount;
  const pinned = anchorsOf(doc, shot.id).filter(({ frame }) => segment.from <= frame && frame < end);
  const prompts = wordedPrompts(shot, promptsOnly(doc, shot.id));
  const mixing = { offset: segment.from, perFrame: limits.conditioning.perFramePrompts };
  const promptOf = (window: Pick<WindowSpan, 'start' | 'frames' | 'keepFrom' | 'keepTo'>) =>
    windowPrompt(prompts, shot.id, window, mixing);
  const { draft, notes, clips } = planDirect({
    modelId: shot.modelId,
    limits,
    width: shot.width,
    height: shot.height,
    rate: shot.rate,
    frameCount: segment.frameCount,
    prompt: (from, to) => promptOf({ start: from, frames: to - from, keepFrom: from, keepTo: to }).prompt,
    travel: (window) => promptOf(window).travel,
    negative,
    seed,
    steps,
    guidance,
    secondGuidance,
    guidanceRule,
    stepReuse,
    motion,
    contextFrames,
    framesPerWindow,
    role: segment.role,
    referenceMediaIds: shot.references ?? [],
    source: underMask ? null : source,
    loop: segment.loop ?? false,
    // A range retaken from the film's first frame on has nothing before it: it leads to the frame after it.
    direction:
      segment.role === 'backward' || (sides.prior.length === 0 && sides.following.length > 0) ? 'backward' : 'forward',
    prior: sides.prior,
    following: sides.following,
    anchors: pinned.flatMap(({ frame, mediaId }) =>
      mediaId === undefined ? [] : [{ index: frame - segment.from, image: { mediaId } }],
    ),
    clips: pinned.flatMap(({ frame, clip }) =>
      clip === undefined ? [] : [{ index: frame - segment.from, frames: clipFrames({ doc, takes, shot }, clip) }],
    ),
  });
  const {
    guidance: guided = draft.guidance,
    camera,
    windows: curved,
    notes: curveNotes,
  } = runCurves(shot, draft.windows, {
    limits,
    offset: segment.from,
  });
  notes.push(...curveNotes);
  if (!mixing.perFrame) {
    const zones = travelZones(prompts, shot.id);
    notes.push(...boundaryNotes(prompts, segment, draft.windows, zones));
    notes.push(...travelNotes(segment, draft.windows, zones));
  }
  const held = withStrengths(
    draft.windows.map((window, i) => ({ ...window, ...curved[i] })),
    new Map(
      pinned.map(({ frame, strength = 1 }) => {
        const index = frame - segment.from;
        return [clips.find(({ asked }) => asked.index === index)?.placed.index ?? index, strength];
      }),
    ),
    { shot, limits, offset: segment.from },
  );
  notes.push(...held.notes);
  const followed: PlannedDraft = {
    ...draft,
    guidance: guided,
    // A curve may take the guidance down to nothing.
    ...(guided <= 1 && { secondGuidance: undefined }),
    windows: held.windows,
    ...(camera && { camera }),
  };
  const whole = underMask ? repainted(followed, source, segment.source?.mask) : followed;
  return { draft: whole, notes, clips, parentTakeId: parent && (activeTake(parent, takes)?.id ?? null) };
}

/** Boundaries between prompts that fall inside a window: the window takes the prompt that covers most of it. */
export function boundaryNotes(
  doc: Document,
  segment: Pick<SegmentRecord, 'shotId' | 'from' | 'frameCount'>,
  windows: readonly WindowSpan[],
  zones: readonly TravelZone[],
): PlanNote[] {
  const end = segment.from + segment.frameCount;
  const inOrder = windows
    .map(({ keepFrom, keepTo }) => ({ from: segment.from + keepFrom, to: segment.from + keepTo }))
    .sort((a, b) => a.from - b.from)
    .map(({ from, to }) => ({ from, text: blockForRange(doc, segment.shotId, from, to)?.text }));
  const notes: PlanNote[] = [];
  const blocks = blocksOf(doc, segment.shotId);
  for (const [i, block] of blocks.entries()) {
    const before = blocks[i - 1];
    if (zones.some(({ right, from, to }) => right.id === block.id && from < to)) continue;
    if (!before || before.text === block.text || block.from <= segment.from || block.from >= end) continue;
    const effective = inOrder.find(({ from, text }) => text === block.text && from > before.from)?.from;
    if (effective === block.from) continue;
    const text =
      effective === undefined
        ? `The prompt at frame ${block.from} covers the smaller part of its window and is not used.`
        : `The prompt changes at frame ${effective} instead of ${block.from}: a window has one prompt.`;
    notes.push({ kind: 'prompt-boundary', requested: block.from, effective: effective ?? end, text });
  }
  return notes;
}

/** A model with one prompt per window travels in steps: what was asked for frame by frame becomes whole windows. */
function travelNotes(
  segment: SegmentRecord,
  windows: readonly PlannedWindow[],
  zones: readonly TravelZone[],
): PlanNote[] {
  const end = segment.from + segment.frameCount;
  return zones.flatMap((zone): PlanNote[] => {
    if (zone.left.text === zone.right.text || zone.from === zone.to || zone.to <= segment.from || zone.from >= end)
      return [];
    const range = effectiveTravel(zone, windows, segment.from);
    const asked = `The prompts travel at frames ${zone.from} to ${zone.to - 1}`;
    if (range?.from === zone.from && range.to === zone.to) return [];
    const text = range
      ? `${asked}; the model has one prompt per window, so frames ${range.from} to ${range.to - 1} are blended.`
      : `${asked}, but no window here has room for both: nothing is blended.`;
    return [{ kind: 'prompt-travel', requested: zone.from, effective: range?.from ?? zone.boundary, text }];
  });
}

/** The shot frames that really blend a zone's two prompts, whole windows or frames of them; null when none does. */
export function effectiveTravel(
  zone: TravelZone,
  windows: readonly {
    readonly start: number;
    readonly keepFrom: number;
    readonly keepTo: number;
    readonly travel?: readonly PlannedMix[] | null | undefined;
  }[],
  offset: number,
): { readonly from: number; readonly to: number } | null {
  const isOwn = (mix: PlannedMix): boolean => mix.from === zone.left.text && mix.to === zone.right.text;
  const blended = windows.flatMap(({ start, keepFrom, keepTo, travel }) => {
    let to = start;
    return (travel ?? []).flatMap((mix) => {
      const from = to;
      to += mix.frames;
      const range = { from: offset + Math.max(from, keepFrom), to: offset + Math.min(to, keepTo) };
      const isNear = range.from < zone.to && zone.from < range.to;
      return isOwn(mix) && range.from < range.to && isNear ? [range] : [];
    });
  });
  if (blended.length === 0) return null;
  return { from: Math.min(...blended.map(({ from }) => from)), to: Math.max(...blended.map(({ to }) => to)) };
}

function pinnedImages(request: DirectRequest): { index: number; image: KnownImage }[] {
  const pinned = [...(request.anchors ?? [])];
  if (request.first) pinned.push({ index: 0, image: request.first });
  if (request.last) {
    if (request.first && request.frameCount === 1)
      throw invalidInput(
        'last',
        request.frameCount,
        'one frame cannot be both the first and the last image',
        'Ask for at least 2 frames, or give one image.',
      );
    pinned.push({ index: request.frameCount - 1, image: request.last });
  }
  return pinned;
}

/** Indices outside the run that its windows know. */
function usedOutside(windows: readonly WindowSpan[], frameCount: number): number[] {
  const used = new Set<number>();
  for (const { start, prefix, later, also = [] } of windows) {
    for (let index = start; index < Math.min(0, start + prefix); index++) used.add(index);
    if (later !== null && later >= frameCount) used.add(later);
    for (const { index, frames } of also)
      for (let at = Math.max(index, frameCount); at < index + frames; at++) used.add(at);
  }
  return [...used];
}

function knownAt(index: number, image: KnownImage | undefined): PlannedKnown {
  assert(image, `no known frame at index ${index}`);
  if ('frame' in image) return { index, frame: image.frame };
  const { mediaId, maskMediaId } = image;
  return { index, mediaId, ...(maskMediaId !== undefined && { maskMediaId }) };
}

function roleOf(direction: 'forward' | 'backward', hasPrior: boolean, hasFollowing: boolean): SegmentRole {
  if (hasPrior && hasFollowing) return 'retake';
  if (direction === 'backward') return 'backward';
  return hasPrior ? 'forward' : 'first';
}

function assertSize(width: number, height: number, { sizeGrid }: ModelLimits): void {
  for (const [field, value] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (Number.isInteger(value) && value > 0 && value % sizeGrid === 0) continue;
    const below = Math.max(sizeGrid, Math.floor(value / sizeGrid) * sizeGrid);
    throw invalidInput(
      field,
      value,
      `the ${field} ${value} is not on the model's grid of ${sizeGrid} pixels`,
      `Use for example ${below} or ${below + sizeGrid}.`,
    );
  }
}
