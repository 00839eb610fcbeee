/**
 * Growing a shot at either end: a new segment becomes the head of the branch, the prompt goes on or a new block takes
 * over, and the clip follows the film. Later clips of the track ripple right when they are in the way; nothing that
 * was generated is touched. Growing from an earlier frame makes a new branch beside the old one.
 */
import { projectOf, recordOf } from '../document/access';
import { branchOf, type FrameRange, plannedRange, sourceRangeOf } from '../document/branch';
import { playedRate } from '../document/clip-speed';
import type { DocumentDiff } from '../document/diff';
import type { ClipRecord, Document, Joins, RecordId, SegmentRecord, ShotRecord } from '../document/records';
import { assert } from '../errors';
import { ceilToRate } from '../time/rate';
import { type Draft, editDocument, invalidEdit, unlockedTrack } from './edit';
import { fitClips } from './fit-clips';
import { layPrompt } from './lay-prompt';
import { endOf, neighbourEdges } from './placement';
import { rippleFilm } from './ripple';

export interface Growth {
  readonly segmentId: RecordId;
  /** Id of the new prompt block; needed when `text` is given. */
  readonly blockId: RecordId | null;
  /** New frames, shot rate, ≥ 1. */
  readonly frameCount: number;
  /** null = go on with the prompt that is there. */
  readonly text: string | null;
  /** Shot frame to branch from: the new segment starts (forward) or ends (backward) there. Default: the film's edge. */
  readonly atFrame?: number;
  readonly seed?: number | null;
  /** The frame it lands on; forward growth only. */
  readonly joins?: Joins;
}

/** @throws AppError timeline/invalid-edit, timeline/locked-track */
export function extendForward(doc: Document, clipId: RecordId, growth: Growth): DocumentDiff {
  const { clip, shot, film, head } = growingClip(doc, clipId, growth);
  const at = growth.atFrame ?? film.to;
  if (!Number.isSafeInteger(at) || at <= film.from || at > film.to) throw badBranch(at, film.from + 1, film.to);
  const parent = deepest(doc, head, (segment) => segment.from < at);
  return editDocument(doc, (draft) => {
    addHead(draft, shot, { ...growth, role: 'forward', from: at, parentId: parent.id });
    layPrompt(draft, shot.id, { ...growth, direction: 'forward', range: { from: at, to: at + growth.frameCount } });
    const after = shownRange(draft.doc, clip);
    const duration = after.to - clip.sourceIn;
    if (duration < 1)
      throw invalidEdit(
        'atFrame',
        at,
        `"${clip.name}" starts after frame ${at} of its shot`,
        'Branch from a frame that the clip shows.',
      );
    fitClips(draft, shot.id, { before: doc, except: clip.id, followEdges: false });
    draft.set({ ...clip, duration });
    const { nextStart } = neighbourEdges(draft.doc, clip);
    const overlap = nextStart === null ? 0 : clip.start + duration - nextStart;
    const oldEnd = endOf(clip);
    if (overlap > 0)
      rippleFilm(draft, { edited: new Map([[clip.trackId, oldEnd]]), fromFrame: oldEnd, byFrames: overlap });
  });
}

/** The clip's start moves left while there is room; beyond that the clip and those after it move right. */
export function extendBackward(doc: Document, clipId: RecordId, growth: Growth): DocumentDiff {
  const { clip, shot, film, head } = growingClip(doc, clipId, growth);
  const at = growth.atFrame ?? film.from;
  if (!Number.isSafeInteger(at) || at < film.from || at >= film.to) throw badBranch(at, film.from, film.to - 1);
  const parent = deepest(doc, head, (segment) => segment.from + segment.frameCount > at);
  return editDocument(doc, (draft) => {
    const from = at - growth.frameCount;
    addHead(draft, shot, { ...growth, role: 'backward', from, parentId: parent.id });
    layPrompt(draft, shot.id, { ...growth, direction: 'backward', range: { from, to: at } });
    const after = shownRange(draft.doc, clip);
    const sourceOut = clip.sourceIn + clip.duration;
    if (sourceOut <= after.from)
      throw invalidEdit(
        'atFrame',
        at,
        `"${clip.name}" ends before frame ${at} of its shot`,
        'Branch from a frame that the clip shows.',
      );
    fitClips(draft, shot.id, { before: doc, except: clip.id, followEdges: false });
    const wantedStart = clip.start + after.from - clip.sourceIn;
    const { previousEnd } = neighbourEdges(draft.doc, clip);
    const push = Math.max(0, previousEnd - wantedStart);
    rippleFilm(draft, { edited: new Map([[clip.trackId, clip.start]]), fromFrame: clip.start, byFrames: push });
    draft.set({ ...clip, start: wantedStart + push, sourceIn: after.from, duration: sourceOut - after.from });
  });
}

interface GrowingClip {
  readonly clip: ClipRecord;
  readonly shot: ShotRecord;
  readonly film: FrameRange;
  readonly head: RecordId;
}

function growingClip(doc: Document, clipId: RecordId, growth: Growth): GrowingClip {
  const clip = recordOf(doc, 'clip', clipId);
  unlockedTrack(doc, clip.trackId);
  if (clip.source.type === 'audio')
    throw invalidEdit('clip', clip.name, `"${clip.name}" is sound and cannot grow`, 'Choose a generated clip.');
  if (clip.source.type === 'still')
    throw invalidEdit(
      'clip',
      clip.name,
      `"${clip.name}" is a still image and cannot grow`,
      'Make a shot with this image as its first frame.',
    );
  if (!Number.isSafeInteger(growth.frameCount) || growth.frameCount < 1)
    throw invalidEdit(
      'segment.frameCount',
      growth.frameCount,
      `a shot cannot grow by ${growth.frameCount} frames`,
      'Ask for at least one frame.',
    );
  const shot = recordOf(doc, 'shot', clip.source.shotId);
  const film = plannedRange(doc, shot.id);
  if (!film || shot.headSegmentId === null)
    throw invalidEdit('shot', shot.name, `"${shot.name}" has nothing to grow from`, 'Plan its first frames first.');
  return { clip, shot, film, head: shot.headSegmentId };
}

/** Source range of a clip of a shot, project rate. */
function shownRange(doc: Document, clip: ClipRecord): FrameRange {
  const range = sourceRangeOf(doc, clip);
  assert(range, `clip ${clip.id} shows a shot`);
  return range;
}

/**
 * The nearest segment up the branch that still shows something on the kept side of the cut. A branch grows from that one,
 * so that it does not depend on takes it hides.
 */
function deepest(doc: Document, headId: RecordId, isKept: (segment: SegmentRecord) => boolean): SegmentRecord {
  const branch = branchOf(doc, headId);
  const kept = branch.findLast(isKept) ?? branch[0];
  if (!kept) throw invalidEdit('shot', headId, 'the shot has no segments', 'Plan its first frames first.');
  return kept;
}

type NewHead = Pick<SegmentRecord, 'role' | 'from' | 'parentId'> & Growth;

function addHead(draft: Draft, shot: ShotRecord, head: NewHead): void {
  const { segmentId: id, role, from, frameCount, parentId, seed, joins } = head;
  draft.add({
    kind: 'segment',
    id,
    shotId: shot.id,
    role,
    from,
    frameCount,
    parentId,
    seed: seed ?? null,
    activeTakeId: null,
    ...(joins && { joins }),
  });
  draft.set({ ...shot, headSegmentId: id });
}

function badBranch(at: number, min: number, max: number): Error {
  return invalidEdit('atFrame', at, `the shot cannot grow from frame ${at}`, `Choose a frame from ${min} to ${max}.`);
}

/** Project frames that a growth by `frameCount` shot frames adds to a clip that shows its film to that edge. */
export function grownProjectFrames(
  doc: Document,
  clipId: RecordId,
  growth: { readonly frameCount: number; readonly direction: 'forward' | 'backward' },
): number {
  const clip = recordOf(doc, 'clip', clipId);
  if (clip.source.type !== 'shot') return 0;
  const { id, rate } = recordOf(doc, 'shot', clip.source.shotId);
  const film = plannedRange(doc, id) ?? { from: 0, to: 0 };
  const inProject = (frame: number) => ceilToRate(frame, playedRate(clip, rate), projectOf(doc).rate);
  return growth.direction === 'forward'
    ? inProject(film.to + growth.frameCount) - inProject(film.to)
    : inProject(film.from) - inProject(film.from - growth.frameCount);
}
