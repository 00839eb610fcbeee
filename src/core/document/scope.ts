/**
 * What an edit can have broken: the records it touched and those whose rules look at them. Everything else was sound
 * before and has not changed, so only these need to be checked.
 */
import { ratesEqual } from '../time/rate';
import { type DocumentDiff, idsIn } from './diff';
import { indexOf } from './record-map';
import type { ClipRecord, Document, DocumentRecord, RecordId } from './records';
import { firstFrom, frameAfter, type TrackShift } from './track-shift';

export interface Change {
  /** A sound document. */
  readonly before: Document;
  readonly touched: Iterable<RecordId>;
  /** Clips that are not touched were moved by these. */
  readonly shifts?: readonly TrackShift[] | undefined;
}

export function changeOf(before: Document, diff: DocumentDiff): Change {
  return { before, touched: idsIn(diff), shifts: diff.shifts };
}

/** Records of `doc`. The segments of a shot are in it all or none; so are the transitions of a clip that is in it. */
export function scopeOf(doc: Document, change: Change | null): ReadonlySet<DocumentRecord> {
  if (change === null) return new Set(doc.values());
  const scope = new Set<DocumentRecord>();
  for (const id of change.touched) {
    const [before, after] = [change.before.get(id), doc.get(id)];
    // Every clip's offsets are counted at the project's rate.
    if (hasOtherRate(before, after)) return new Set(doc.values());
    if (after) scope.add(after);
    for (const record of [before, after]) if (record) for (const near of neighboursOf(doc, record)) scope.add(near);
  }
  for (const clip of atShifts(doc, change)) scope.add(clip);
  addTransitions(doc, scope);
  return scope;
}

/**
 * A shift leaves its clips as they are to each other: what it can have broken lies where they begin, and where the last
 * one ends. Without the touched ones, the first clip behind each of these places stands for both sides of it.
 */
function* atShifts(doc: Document, { touched, shifts = [] }: Change): Iterable<ClipRecord> {
  const named = new Set(touched);
  for (const [i, { trackId, from, by }] of shifts.entries()) {
    const clips = indexOf(doc).ofTrack(trackId);
    let at = firstFrom(clips, frameAfter(shifts.slice(i + 1), trackId, from + by));
    while (named.has(clips[at]?.id ?? '')) at++;
    for (const clip of [clips[at], clips.at(-1)]) if (clip !== undefined) yield clip;
  }
}

function hasOtherRate(before: DocumentRecord | undefined, after: DocumentRecord | undefined): boolean {
  if (before?.kind !== 'project' && after?.kind !== 'project') return false;
  return !(before?.kind === 'project' && after?.kind === 'project' && ratesEqual(before.rate, after.rate));
}

function* neighboursOf(doc: Document, record: DocumentRecord): Iterable<DocumentRecord> {
  const index = indexOf(doc);
  switch (record.kind) {
    case 'project':
    case 'marker':
      return;
    case 'clip':
      yield* index.ofClip(record.id);
      for (const id of [record.groupId, record.linkId]) if (id !== undefined) yield* index.together(id);
      return;
    case 'track':
      yield* index.ofKind('track');
      yield* index.ofTrack(record.id);
      return;
    case 'transition':
      yield* found(doc, record.leftClipId, record.rightClipId);
      return;
    case 'shot':
      yield* ofShot(doc, record.id);
      return;
    case 'segment':
    case 'prompt-block':
    case 'anchor':
      yield* found(doc, record.shotId);
      if (record.kind === 'segment') yield* ofShot(doc, record.shotId);
      return;
    default:
      record satisfies never;
  }
}

function* ofShot(doc: Document, shotId: RecordId): Iterable<DocumentRecord> {
  const index = indexOf(doc);
  yield* index.showing(shotId);
  yield* index.ofShot('segment', shotId);
  yield* index.ofShot('prompt-block', shotId);
  yield* index.ofShot('anchor', shotId);
}

function addTransitions(doc: Document, scope: Set<DocumentRecord>): void {
  const index = indexOf(doc);
  for (const record of [...scope])
    if (record.kind === 'clip') for (const transition of index.ofClip(record.id)) scope.add(transition);
}

function found(doc: Document, ...ids: readonly RecordId[]): DocumentRecord[] {
  return ids.flatMap((id) => doc.get(id) ?? []);
}
