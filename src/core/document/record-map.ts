/**
 * A document as every edit leaves it: its records in a map that shares what did not change, and an index of them by
 * kind, track and shot, made when it is first asked for and carried over to what the document is changed into.
 * An edit of a film of 10,000 clips so costs what it changes (ADR 0022). A ripple is no change of the map: what it moved
 * is looked up in the index, until some ripples are written into the map at once.
 */
import { assert } from '../errors';
import { DocumentIndex } from './document-index';
import type { ClipRecord, Document, DocumentRecord, RecordId } from './records';
import { joinedChanges, type MapChanges, SharedMap } from './shared-map';
import { frameAfter, placeIn, shiftClips, type TrackShift, withoutClips } from './track-shift';

export type RecordChanges = MapChanges<DocumentRecord>;

/** Of any document; kept with those that edits leave, made anew for others. */
export function indexOf(doc: Document): DocumentIndex {
  return doc instanceof RecordMap ? doc.index : DocumentIndex.of(doc);
}

/** So many shifts, or changes after the first of them, are kept beside the records; with more they are written into them. */
const MAX_SHIFTS = 64;
const MAX_FRESH = 512;

const nothing: RecordChanges = new Map();

export class RecordMap implements Document {
  /** Clips lie in it where they lay before `#shifts`. */
  readonly #records: SharedMap<DocumentRecord>;
  /** One after the other. Where they moved a clip to is read off the index, whose tracks have every clip in its place. */
  readonly #shifts: readonly TrackShift[];
  /** What was changed since the first of them, as it is now. */
  readonly #fresh: RecordChanges;
  #index: DocumentIndex | null = null;

  private constructor(
    records: SharedMap<DocumentRecord>,
    shifts: readonly TrackShift[] = [],
    fresh: RecordChanges = nothing,
  ) {
    this.#records = records;
    this.#shifts = shifts;
    this.#fresh = fresh;
  }

  /** @param records kept, and not to be changed any more */
  static over(records: ReadonlyMap<RecordId, DocumentRecord>): RecordMap {
    return new RecordMap(SharedMap.over(records));
  }

  /** Any other map is copied, so that later changes of it do not show here. */
  static from(doc: Document): RecordMap {
    return doc instanceof RecordMap ? doc : RecordMap.over(new Map(doc));
  }

  /**
   * The document with the changes made, and all other clips of shifted tracks moved; this one stays as it is.
   * @throws AssertionError when a shift would change the order of clips
   */
  with(changes: RecordChanges, shifts: readonly TrackShift[] = []): RecordMap {
    if (shifts.length > 0) return this.#shifted(changes, shifts);
    if (changes.size === 0) return this;
    const next =
      this.#shifts.length === 0
        ? new RecordMap(this.#records.with(changes))
        : new RecordMap(this.#records, this.#shifts, this.#freshWith(changes));
    next.#index = this.#index?.after(next, changes) ?? null;
    return next.#settled();
  }

  #shifted(changes: RecordChanges, shifts: readonly TrackShift[]): RecordMap {
    const others = new Map<RecordId, ClipRecord[]>();
    const named = [...changes.keys()].flatMap((id) => {
      const record = this.get(id);
      return record?.kind === 'clip' ? [record] : [];
    });
    for (const trackId of new Set(shifts.map((shift) => shift.trackId))) {
      const gone = named.filter((clip) => clip.trackId === trackId);
      const clips = withoutClips(this.index.ofTrack(trackId), gone);
      for (const shift of shifts) if (shift.trackId === trackId) shiftClips(clips, shift);
      others.set(trackId, clips);
    }
    const fresh = new Map(this.#freshWith(changes));
    for (const [id, record] of this.#fresh) {
      if (record?.kind !== 'clip' || changes.has(id)) continue;
      const clips = others.get(record.trackId);
      if (clips !== undefined) fresh.set(id, clipAt(clips, record, frameAfter(shifts, record.trackId, record.start)));
    }
    const next = new RecordMap(this.#records, [...this.#shifts, ...shifts], fresh);
    next.#index = this.index.after(next, changes, others);
    return next.#settled();
  }

  #freshWith(changes: RecordChanges): RecordChanges {
    return joinedChanges(this.#fresh, changes, (key) => this.#records.has(key));
  }

  /** The same document, with the clips written where they lie once too much is kept beside them. */
  #settled(): RecordMap {
    if (this.#shifts.length <= MAX_SHIFTS && this.#fresh.size <= MAX_FRESH) return this;
    const all = new Map<RecordId, DocumentRecord | null>();
    for (const trackId of new Set(this.#shifts.map((shift) => shift.trackId)))
      for (const clip of this.index.ofTrack(trackId)) all.set(clip.id, clip);
    for (const [id, record] of this.#fresh) all.set(id, record);
    const settled = new RecordMap(this.#records.with(all));
    settled.#index = this.index.over(settled);
    return settled;
  }

  get index(): DocumentIndex {
    return (this.#index ??= DocumentIndex.of(this.#records));
  }

  get size(): number {
    let { size } = this.#records;
    for (const [id, record] of this.#fresh) size += Number(record !== null) - Number(this.#records.has(id));
    return size;
  }

  get(id: RecordId): DocumentRecord | undefined {
    if (this.#shifts.length === 0) return this.#records.get(id);
    const fresh = this.#fresh.get(id);
    return fresh === undefined ? this.#present(this.#records.get(id)) : (fresh ?? undefined);
  }

  /** What is in `#records`, as it is after the shifts. */
  #present(record: DocumentRecord | undefined): DocumentRecord | undefined {
    if (record?.kind !== 'clip' || !this.#shifts.some(({ trackId }) => trackId === record.trackId)) return record;
    const start = frameAfter(this.#shifts, record.trackId, record.start);
    return clipAt(this.index.ofTrack(record.trackId), record, start);
  }

  has(id: RecordId): boolean {
    return this.get(id) !== undefined;
  }

  *entries(): MapIterator<[RecordId, DocumentRecord]> {
    for (const [id, record] of this.#records) {
      const fresh = this.#fresh.get(id);
      const now = fresh === undefined ? this.#present(record) : fresh;
      if (now) yield [id, now];
    }
    for (const [id, record] of this.#fresh) if (record !== null && !this.#records.has(id)) yield [id, record];
    return undefined;
  }

  *keys(): MapIterator<RecordId> {
    for (const [id] of this.entries()) yield id;
    return undefined;
  }

  *values(): MapIterator<DocumentRecord> {
    for (const [, record] of this.entries()) yield record;
    return undefined;
  }

  forEach(callback: (record: DocumentRecord, id: RecordId, doc: Document) => void): void {
    for (const [id, record] of this) callback(record, id, this);
  }

  [Symbol.iterator](): MapIterator<[RecordId, DocumentRecord]> {
    return this.entries();
  }
}

/** The clip in the list that is at `start` what `clip` was before it was moved there. */
function clipAt(clips: readonly ClipRecord[], clip: ClipRecord, start: number): ClipRecord {
  const found = clips[placeIn(clips, { id: clip.id, start })];
  assert(found?.id === clip.id, `clip ${clip.id} is not at frame ${start} of its track`);
  return found;
}
