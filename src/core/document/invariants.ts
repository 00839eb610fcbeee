/**
 * What is true of every document: references resolve, clips of a track do not overlap, transitions join touching clips,
 * prompt blocks of a shot do not overlap, segments of a shot form a tree without holes, and no clip shows more than its
 * shot plans. Every edit ends here, and so does everything that arrives from disk.
 */
import { curvesProblem } from '../curve/problems';
import { AppError, type ErrorCode } from '../errors';
import { anchorsOf, blocksOf, endOf, projectOf } from './access';
import { type FrameRange, rangeAfter, sourceRangeOf } from './branch';
import { isSpeed, SPEED_OWN } from './clip-speed';
import { indexOf } from './record-map';
import {
  type AudioSource,
  type ClipRecord,
  type Document,
  type DocumentRecord,
  MAX_FRAME,
  type RecordId,
  type RecordKind,
  type RecordOf,
  MAX_PINNED_FRAMES,
  type PinnedClip,
  type SegmentRecord,
  TRACK_HEIGHT_LEAST,
  TRACK_HEIGHT_MOST,
} from './records';
import { type Change, scopeOf } from './scope';
import { GAIN_DB_MAX, GAIN_DB_MIN } from './sound';
import { placeIn } from './track-shift';

/** The records whose rules are checked: all, or what a change can have broken. */
type Scope = ReadonlySet<DocumentRecord>;

interface Violation {
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * Sentences, one for each broken rule; empty for a sound document.
 * @param change what was done to a sound document: only what it can have broken is looked at
 */
export function violations(doc: Document, change: Change | null = null): string[] {
  return findViolations(doc, change).map(({ message }) => message);
}

/** @throws AppError timeline/overlap or timeline/invalid-edit with the first violation. */
export function assertInvariants(doc: Document, change: Change | null = null): void {
  const [first] = findViolations(doc, change);
  if (first) throw new AppError(first.code, first.message, { remedy: 'The edit was not made; nothing has changed.' });
}

function findViolations(doc: Document, change: Change | null): Violation[] {
  const scope = scopeOf(doc, change);
  // An edit files records under their own ids; what arrives from disk need not.
  const misfiled = change === null ? filingViolations(doc) : [];
  const broken = [...misfiled, ...referenceViolations(doc, scope)];
  // The rules below follow references, so they are asked only when all of them resolve.
  const sentences = broken.length > 0 ? broken : [...rangeViolations(doc, scope), ...segmentViolations(doc, scope)];
  const found = sentences.map((message): Violation => ({ code: 'timeline/invalid-edit', message }));
  if (found.length > 0) return found;
  return [
    ...overlapViolations(doc, scope),
    ...[...clipSourceViolations(doc, scope), ...transitionViolations(doc, scope)].map((message): Violation => ({
      code: 'timeline/invalid-edit',
      message,
    })),
  ];
}

function* filingViolations(doc: Document): Iterable<string> {
  for (const [id, record] of doc) if (record.id !== id) yield `${record.kind} ${record.id} is filed under ${id}`;
}

function* referenceViolations(doc: Document, scope: Scope): Iterable<string> {
  if (doc.get('project')?.kind !== 'project') yield 'the document has no project record';
  const missing = (owner: DocumentRecord, kind: RecordKind, id: RecordId) =>
    doc.get(id)?.kind === kind ? [] : [`${owner.kind} ${owner.id} names ${kind} ${id}, which does not exist`];
  const orders = new Set<string>();
  for (const record of scope) {
    switch (record.kind) {
      case 'project':
      case 'marker':
        break;
      case 'track':
        if (orders.has(`${record.type} ${record.order}`))
          yield `two ${record.type} tracks have the order ${record.order}`;
        orders.add(`${record.type} ${record.order}`);
        break;
      case 'clip':
        yield* missing(record, 'track', record.trackId);
        if (record.source.type === 'shot') yield* missing(record, 'shot', record.source.shotId);
        break;
      case 'transition':
        yield* missing(record, 'clip', record.leftClipId);
        yield* missing(record, 'clip', record.rightClipId);
        break;
      case 'shot':
        if (record.headSegmentId !== null) {
          yield* missing(record, 'segment', record.headSegmentId);
          const head = doc.get(record.headSegmentId);
          if (head?.kind === 'segment' && head.shotId !== record.id)
            yield `the head of shot ${record.id} is a segment of another shot`;
        }
        break;
      case 'segment':
        yield* missing(record, 'shot', record.shotId);
        if (record.parentId !== null) yield* missing(record, 'segment', record.parentId);
        break;
      case 'prompt-block':
      case 'anchor':
        yield* missing(record, 'shot', record.shotId);
        break;
      default:
        record satisfies never;
    }
  }
}

function* rangeViolations(doc: Document, scope: Scope): Iterable<string> {
  const { inPoint, outPoint, width, height } = projectOf(doc);
  if (!areIntegers(width, height) || width < 1 || height < 1) yield `the frame size ${width} × ${height} is not valid`;
  if (inPoint !== null && (!areIntegers(inPoint) || inPoint < 0))
    yield `the in point ${inPoint} is not a frame of the film`;
  if (outPoint !== null && (!areIntegers(outPoint) || outPoint <= (inPoint ?? 0)))
    yield `the out point ${outPoint} must lie after the in point`;
  for (const record of scope) {
    const bad = rangeProblem(record);
    if (bad !== null) yield `${record.kind} ${record.id} ${bad}`;
  }
  for (const shotId of shotsOf(scope, 'anchor'))
    for (const [left, right] of neighbours(anchorsOf(doc, shotId)))
      if (left.frame === right.frame) yield `two images are pinned to frame ${left.frame} of shot ${shotId}`;
}

/** Its own speed is written by leaving it out, so that equal clips are equal records. */
function hasSpeed({ speed = SPEED_OWN, source }: ClipRecord): boolean {
  return isSpeed(speed) && speed !== SPEED_OWN && source.type !== 'still';
}

function rangeProblem(record: DocumentRecord): string | null {
  switch (record.kind) {
    case 'clip':
      if (!areIntegers(record.start, record.duration, record.sourceIn)) return 'has times that are not whole frames';
      if (record.start > MAX_FRAME) return `starts at ${record.start}, beyond the last frame a film can have`;
      if (record.start < 0) return `starts at ${record.start}, before the film`;
      if (record.duration < 1) return `lasts ${record.duration} frames; at least 1 is needed`;
      if (record.speed !== undefined && !hasSpeed(record)) return `cannot be played at ${record.speed} %`;
      if (record.source.type === 'audio') return soundProblem(record.source);
      return record.source.type === 'still' && record.sourceIn !== 0 ? 'is a still with an offset' : null;
    case 'transition': {
      const { framesBefore, framesAfter } = record;
      const ok =
        areIntegers(framesBefore, framesAfter) &&
        framesBefore >= 0 &&
        framesAfter >= 0 &&
        framesBefore + framesAfter > 0;
      return ok ? null : `has the lengths ${framesBefore} and ${framesAfter}`;
    }
    case 'segment':
      if (!areIntegers(record.from, record.frameCount) || record.frameCount < 1)
        return `has ${record.frameCount} frames from ${record.from}`;
      if (record.footage !== undefined && record.role !== 'first') return `is a ${record.role} segment with footage`;
      if (record.footage !== undefined && !(areIntegers(record.footage.from) && record.footage.from >= 0))
        return `shows footage from frame ${record.footage.from}`;
      return sourceProblem(record) ?? joinsProblem(record);
    case 'prompt-block':
      if (!areIntegers(record.from, record.to) || record.from >= record.to)
        return `covers ${record.from} to ${record.to}`;
      return record.travel === undefined || (areIntegers(record.travel.frames) && record.travel.frames >= 1)
        ? null
        : `travels over ${record.travel.frames} frames; at least 1 is needed`;
    case 'anchor':
      if (!((record.strength ?? 1) >= 0 && (record.strength ?? 1) <= 1)) return `has a strength of ${record.strength}`;
      if ((record.mediaId === undefined) === (record.clip === undefined)) return 'is not one image or one clip';
      if (record.clip !== undefined && !isPinnedClip(record.clip))
        return `shows ${record.clip.frames} frames of a clip`;
      if (record.clip?.shotId === record.shotId) return 'shows its own shot';
      return areIntegers(record.frame) ? null : `is at ${record.frame}, which is not a frame`;
    case 'marker':
      return areIntegers(record.frame) ? null : `is at ${record.frame}, which is not a frame`;
    case 'track':
      if (record.type === 'video' && record.isSolo) return 'is a video track and cannot be solo';
      return isTrackHeight(record.height) ? null : `is ${record.height} pixels high`;
    case 'shot':
      return curvesProblem(record.curves);
    case 'project':
      return null;
    default:
      return record satisfies never;
  }
}

function sourceProblem({ role, source, loop, joins, footage, shotId }: SegmentRecord): string | null {
  if (loop && (role !== 'first' || joins !== undefined)) return 'is a loop and goes on from other frames';
  if (source === undefined) return null;
  if (role !== 'first' || footage !== undefined) return `is a ${role} segment and is drawn over a film`;
  if (source.shotId === shotId) return 'is drawn over its own shot';
  return areIntegers(source.from) && source.strength > 0 && source.strength <= 1
    ? null
    : `is drawn over frame ${source.from} with a strength of ${source.strength}`;
}

function isPinnedClip({ from, frames }: PinnedClip): boolean {
  return areIntegers(from, frames) && frames >= 2 && frames <= MAX_PINNED_FRAMES;
}

function joinsProblem({ role, joins }: SegmentRecord): string | null {
  for (const join of [joins?.before, joins?.after])
    if (join && 'frame' in join && !areIntegers(join.frame)) return `joins ${join.frame}, which is not a frame`;
  if (joins?.before && role !== 'first') return `is a ${role} segment and goes on from another shot`;
  return joins?.after && role !== 'first' && role !== 'forward'
    ? `is a ${role} segment and lands on another frame`
    : null;
}

function soundProblem({ frameCount, gainDb, fadeIn, fadeOut }: AudioSource): string | null {
  if (!areIntegers(frameCount) || frameCount < 1) return `plays a sound of ${frameCount} frames`;
  if (!(gainDb >= GAIN_DB_MIN && gainDb <= GAIN_DB_MAX))
    return `has a gain of ${gainDb} dB; ${GAIN_DB_MIN} to ${GAIN_DB_MAX} is possible`;
  if (!areIntegers(fadeIn, fadeOut) || fadeIn < 0 || fadeOut < 0) return `has fades of ${fadeIn} and ${fadeOut} frames`;
  return null;
}

function* segmentViolations(doc: Document, scope: Scope): Iterable<string> {
  const films = new Map<RecordId, FrameRange | null>();
  for (const segment of inScope(scope, 'segment')) yield* segmentProblems(doc, segment, films);
}

/** Fills `films` with the planned film of each segment; null while it is being worked out, which shows a circle. */
function* segmentProblems(
  doc: Document,
  segment: SegmentRecord,
  films: Map<RecordId, FrameRange | null>,
): Iterable<string> {
  const chain: SegmentRecord[] = [];
  for (let next: SegmentRecord | null = segment; next && !films.has(next.id); next = parentOf(doc, next)) {
    films.set(next.id, null);
    chain.push(next);
  }
  for (const link of chain.reverse()) {
    if ((link.role === 'first') !== (link.parentId === null)) {
      yield `segment ${link.id} is ${link.role === 'first' ? 'a first one with a parent' : `${link.role} without a parent`}`;
      films.set(link.id, { from: link.from, to: link.from + link.frameCount });
      continue;
    }
    const parent = parentOf(doc, link);
    if (!parent) {
      films.set(link.id, rangeAfter({ from: 0, to: 0 }, link));
      continue;
    }
    const film = films.get(parent.id);
    if (parent.shotId !== link.shotId) yield `segment ${link.id} grows from a segment of another shot`;
    if (!film) {
      yield `the parents of segment ${link.id} form a circle`;
      films.set(link.id, { from: link.from, to: link.from + link.frameCount });
      continue;
    }
    if (!touches(film, link))
      yield `segment ${link.id} (${link.role}, from ${link.from}, ${link.frameCount} frames) does not join its parent's film ${film.from} to ${film.to}`;
    films.set(link.id, rangeAfter(film, link));
  }
}

function parentOf(doc: Document, segment: SegmentRecord): SegmentRecord | null {
  const parent = segment.parentId === null ? undefined : doc.get(segment.parentId);
  return parent?.kind === 'segment' ? parent : null;
}

/** Growth must leave at least one frame of the film it grows from; a retake lies within it. */
function touches(film: FrameRange, segment: SegmentRecord): boolean {
  const end = segment.from + segment.frameCount;
  switch (segment.role) {
    case 'first':
      return true;
    case 'forward':
      return film.from < segment.from && segment.from <= film.to;
    case 'backward':
      return film.from <= end && end < film.to;
    case 'retake':
      return film.from <= segment.from && end <= film.to;
    default:
      return segment.role satisfies never;
  }
}

function overlapViolations(doc: Document, scope: Scope): Violation[] {
  const found: Violation[] = [];
  for (const [left, right] of clipsBeside(doc, inScope(scope, 'clip')))
    if (endOf(left) > right.start)
      found.push({
        code: 'timeline/overlap',
        message: `clip "${right.name}" at frame ${right.start} would overlap "${left.name}", which ends at ${endOf(left)}`,
      });
  for (const shotId of shotsOf(scope, 'prompt-block'))
    for (const [left, right] of neighbours(blocksOf(doc, shotId)))
      if (left.to > right.from)
        found.push({
          code: 'timeline/overlap',
          message: `the prompt block at frame ${right.from} would overlap the one that ends at ${left.to}`,
        });
  return found;
}

/** Each of the clips with the one before and the one after it, in the order of their tracks; no pair twice. */
function* clipsBeside(doc: Document, clips: readonly ClipRecord[]): Iterable<readonly [ClipRecord, ClipRecord]> {
  const byTrack = new Map<RecordId, Set<number>>();
  for (const clip of clips) {
    const rights = byTrack.get(clip.trackId) ?? new Set();
    byTrack.set(clip.trackId, rights);
    const at = placeIn(indexOf(doc).ofTrack(clip.trackId), clip);
    rights.add(at).add(at + 1);
  }
  for (const [trackId, rights] of byTrack) {
    const list = indexOf(doc).ofTrack(trackId);
    for (const at of [...rights].sort((a, b) => a - b)) {
      const [left, right] = [list[at - 1], list[at]];
      if (left !== undefined && right !== undefined) yield [left, right];
    }
  }
}

function* clipSourceViolations(doc: Document, scope: Scope): Iterable<string> {
  for (const clip of inScope(scope, 'clip')) {
    const isAudio = clip.source.type === 'audio';
    const track = doc.get(clip.trackId);
    if (track?.kind === 'track' && (track.type === 'audio') !== isAudio)
      yield isAudio
        ? `"${clip.name}" is sound, and ${track.name} is a video track`
        : `"${clip.name}" is a picture, and ${track.name} is an audio track`;
    for (const id of [clip.groupId, clip.linkId])
      if (id !== undefined && indexOf(doc).together(id).length < 2)
        yield `clip "${clip.name}" is ${id === clip.groupId ? 'grouped' : 'linked'} with no other`;
    const range = sourceRangeOf(doc, clip);
    if (range && (clip.sourceIn < range.from || clip.sourceIn + clip.duration > range.to))
      yield `clip "${clip.name}" ${isAudio ? 'plays' : 'shows'} frames ${clip.sourceIn} to ${clip.sourceIn + clip.duration} of a ${isAudio ? 'sound' : 'shot'} that has ${range.from} to ${range.to}`;
  }
}

function* transitionViolations(doc: Document, scope: Scope): Iterable<string> {
  const used = new Map<RecordId, { head: number; tail: number }>();
  for (const transition of inScope(scope, 'transition')) {
    const [left, right] = [doc.get(transition.leftClipId), doc.get(transition.rightClipId)];
    if (left?.kind !== 'clip' || right?.kind !== 'clip') continue; // a broken reference was reported before
    if (left.trackId !== right.trackId || left.start + left.duration !== right.start)
      yield `transition ${transition.id} joins clips that do not touch`;
    if (left.source.type === 'audio' || right.source.type === 'audio')
      yield `transition ${transition.id} joins sounds; they are faded instead`;
    yield* handleProblems(doc, transition, left, right);
    const [tailOf, headOf] = [usedBy(used, left.id), usedBy(used, right.id)];
    if (tailOf.tail > 0 || headOf.head > 0) yield `transition ${transition.id} is the second one on its cut`;
    tailOf.tail = transition.framesBefore + 1;
    headOf.head = transition.framesAfter + 1;
  }
  for (const [clipId, { head, tail }] of used) {
    const clip = doc.get(clipId);
    if (clip?.kind === 'clip' && Math.max(0, head - 1) + Math.max(0, tail - 1) > clip.duration)
      yield `the transitions of clip "${clip.name}" overlap`;
  }
}

/** head and tail: frames used by a transition plus one, so that a used edge of no frames is told from a free one. */
function usedBy(used: Map<RecordId, { head: number; tail: number }>, clipId: RecordId): { head: number; tail: number } {
  const found = used.get(clipId) ?? { head: 0, tail: 0 };
  used.set(clipId, found);
  return found;
}

function* handleProblems(
  doc: Document,
  transition: { id: RecordId; framesBefore: number; framesAfter: number },
  left: ClipRecord,
  right: ClipRecord,
): Iterable<string> {
  const [leftRange, rightRange] = [sourceRangeOf(doc, left), sourceRangeOf(doc, right)];
  if (leftRange && left.sourceIn + left.duration + transition.framesAfter > leftRange.to)
    yield `transition ${transition.id} needs ${transition.framesAfter} frames after "${left.name}", which has fewer`;
  if (rightRange && right.sourceIn - transition.framesBefore < rightRange.from)
    yield `transition ${transition.id} needs ${transition.framesBefore} frames before "${right.name}", which has fewer`;
}

function neighbours<T>(list: readonly T[]): [T, T][] {
  return list.slice(1).map((right, i): [T, T] => [list[i] as T, right]); // i < length − 1
}

function isTrackHeight(height: number | undefined): boolean {
  if (height === undefined) return true;
  return areIntegers(height) && height >= TRACK_HEIGHT_LEAST && height <= TRACK_HEIGHT_MOST;
}

function areIntegers(...values: readonly number[]): boolean {
  return values.every(Number.isSafeInteger);
}

function inScope<K extends RecordKind>(scope: Scope, kind: K): RecordOf<K>[] {
  return [...scope].filter((record): record is RecordOf<K> => record.kind === kind);
}

function shotsOf(scope: Scope, kind: 'anchor' | 'prompt-block'): Set<RecordId> {
  return new Set(inScope(scope, kind).map(({ shotId }) => shotId));
}
