/**
 * The film of a shot: which frame of which take is on screen at each shot frame of the active branch.
 * The branch is laid from the root to the head. A forward segment hides its parents' frames from its first on, a
 * backward one hides those before its end, a retake replaces its own range and keeps both sides.
 * Staleness is derived here and stored nowhere.
 */
import { recordOf } from './access';
import { branchOf } from './branch';
import type { Document, RecordId, SegmentRecord, SegmentRole } from './records';
import type { FrameHash, TakeIndex, TakeView } from './takes';

/** A stretch of film that one segment shows; a retake in its middle leaves a segment two spans. */
export interface SegmentSpan {
  readonly segmentId: RecordId;
  readonly role: SegmentRole;
  /** Shot frames [from, to). */
  readonly from: number;
  readonly to: number;
  /** The take in use; null = not made yet. */
  readonly takeId: string | null;
  /** The take is not what would be made now, does not follow from what is around it, or was stopped early. It still plays. */
  readonly isStale: boolean;
  readonly staleReason: string | null;
  /** Frames the take has, of the segment's frameCount. */
  readonly keptFrames: number;
}

export interface ShotFilm {
  /** Shot frames [from, to). */
  readonly from: number;
  readonly to: number;
  /** frames[i] is shot frame from + i; null = planned and not made. */
  readonly frames: readonly (FrameHash | null)[];
  readonly spans: readonly SegmentSpan[];
}

interface Piece {
  readonly segment: SegmentRecord;
  readonly from: number;
  readonly to: number;
}

export function takeIndexFrom(takes: Iterable<TakeView>): TakeIndex {
  const index = new Map<string, TakeView[]>();
  for (const take of takes) {
    const list = index.get(take.segmentId);
    if (list) list.push(take);
    else index.set(take.segmentId, [take]);
  }
  // Ids break ties, so that two takes of one millisecond have one order everywhere.
  for (const list of index.values()) list.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
  return index;
}

/**
 * The named take (null when it is not there: another is never put in its place). Without a name, the newest complete
 * one; a stopped run's take shows only while there is no complete one, so a cancelled retake hides nothing. What lies in
 * the trash is shown only by name: an undo or a version may ask for it.
 */
export function activeTake(segment: SegmentRecord, takes: TakeIndex): TakeView | null {
  const own = takes.get(segment.id) ?? [];
  if (segment.activeTakeId === null) {
    const offered = own.filter((take) => take.isTrashed !== true);
    return offered.find((take) => take.frames.length >= segment.frameCount) ?? offered[0] ?? null;
  }
  return own.find((take) => take.id === segment.activeTakeId) ?? null;
}

/** Says in a sentence why the segment, planned now, would be something else than this take; null when it would not. */
export type ChangeOf = (segment: SegmentRecord, take: TakeView) => string | null;

export interface ResolveOptions {
  /** Planning needs to know the models (prompt/draft-changes.ts); without it only the takes are compared. */
  readonly changeOf?: ChangeOf;
}

/** The film of the shot's active branch; empty when the shot plans nothing. */
export function resolveShot(doc: Document, shotId: RecordId, takes: TakeIndex, options: ResolveOptions = {}): ShotFilm {
  const head = recordOf(doc, 'shot', shotId).headSegmentId;
  return head === null ? { from: 0, to: 0, frames: [], spans: [] } : resolveBranch(doc, head, takes, options);
}

/** The film of the branch that ends in this segment. */
export function resolveBranch(
  doc: Document,
  segmentId: RecordId,
  takes: TakeIndex,
  { changeOf = () => null }: ResolveOptions = {},
): ShotFilm {
  const branch = branchOf(doc, segmentId);
  let pieces: Piece[] = [];
  const spanFacts = new Map<RecordId, Pick<SegmentSpan, 'takeId' | 'isStale' | 'staleReason' | 'keptFrames'>>();
  for (const [depth, segment] of branch.entries()) {
    const take = activeTake(segment, takes);
    const staleReason = take && staleReasonOf({ branch, depth, take, parentFilm: pieces, takes, changeOf });
    spanFacts.set(segment.id, {
      takeId: take?.id ?? null,
      isStale: staleReason !== null,
      staleReason,
      keptFrames: take ? Math.min(take.frames.length, segment.frameCount) : 0,
    });
    pieces = layOver(pieces, segment);
  }
  const spans = pieces.map(({ segment, from, to }): SegmentSpan => {
    const facts = spanFacts.get(segment.id) ?? { takeId: null, isStale: false, staleReason: null, keptFrames: 0 };
    return { segmentId: segment.id, role: segment.role, from, to, ...facts };
  });
  const frames = pieces.flatMap((piece) => framesOf(piece, activeTake(piece.segment, takes)));
  return { from: pieces[0]?.from ?? 0, to: pieces.at(-1)?.to ?? 0, frames, spans };
}

function layOver(film: readonly Piece[], segment: SegmentRecord): Piece[] {
  const own: Piece = { segment, from: segment.from, to: segment.from + segment.frameCount };
  const before = clipPieces(film, -Infinity, own.from);
  const after = clipPieces(film, own.to, Infinity);
  switch (segment.role) {
    case 'first':
      return [own];
    case 'forward':
      return [...before, own];
    case 'backward':
      return [own, ...after];
    case 'retake':
      return [...before, own, ...after];
    default:
      return segment.role satisfies never;
  }
}

function clipPieces(film: readonly Piece[], from: number, to: number): Piece[] {
  return film
    .map((piece) => ({ ...piece, from: Math.max(piece.from, from), to: Math.min(piece.to, to) }))
    .filter((piece) => piece.from < piece.to);
}

function framesOf(piece: Piece, take: TakeView | null): (FrameHash | null)[] {
  const { segment } = piece;
  // A stopped backward run has made the frames next to the film, which are its last.
  const missingAhead = segment.role === 'backward' && take ? Math.max(0, segment.frameCount - take.frames.length) : 0;
  const firstIndex = piece.from - segment.from - missingAhead;
  return Array.from({ length: piece.to - piece.from }, (_, i) => take?.frames[firstIndex + i] ?? null);
}

interface StaleQuestion {
  readonly branch: readonly SegmentRecord[];
  readonly depth: number;
  readonly take: TakeView;
  readonly parentFilm: readonly Piece[];
  readonly takes: TakeIndex;
  readonly changeOf: ChangeOf;
}

function staleReasonOf({ branch, depth, take, parentFilm, takes, changeOf }: StaleQuestion): string | null {
  const segment = branch[depth];
  if (!segment) return null;
  if (growsFromAnotherTake(branch, depth, takes)) return 'It grew from another take of the segment before it.';
  // Its neighbours may belong to a segment further up (a backward segment as parent, say): then every link counts.
  const owners = contextFramesOf(segment)
    .map((frame) => parentFilm.find((piece) => piece.from <= frame && frame < piece.to)?.segment.id)
    .map((id) => branch.findIndex((candidate) => candidate.id === id))
    .filter((index) => index >= 0);
  const highest = Math.min(depth, ...owners);
  for (let link = depth - 1; link > highest; link--)
    if (growsFromAnotherTake(branch, link, takes)) return 'The frames it grew from have changed since.';
  const change = changeOf(segment, take);
  if (change !== null) return change;
  if (take.frames.length < segment.frameCount)
    return `It was stopped after ${take.frames.length} of ${segment.frameCount} frames.`;
  return null;
}

function growsFromAnotherTake(branch: readonly SegmentRecord[], depth: number, takes: TakeIndex): boolean {
  const [segment, parent] = [branch[depth], branch[depth - 1]];
  const take = segment && activeTake(segment, takes);
  if (!take || !parent) return false;
  return take.parentTakeId !== (activeTake(parent, takes)?.id ?? null);
}

/** Shot frames right outside the segment that condition it. */
function contextFramesOf(segment: SegmentRecord): number[] {
  const [before, after] = [segment.from - 1, segment.from + segment.frameCount];
  switch (segment.role) {
    case 'first':
      return [];
    case 'forward':
      return [before];
    case 'backward':
      return [after];
    case 'retake':
      return [before, after];
    default:
      return segment.role satisfies never;
  }
}
