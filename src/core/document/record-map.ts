/**
 * A document as every edit leaves it: its records in a map that shares what did not change, and an index of them by
 * kind, track and shot, made when it is first asked for and carried over to what the document is changed into.
 * An edit of a film of 10,000 clips so costs what it changes (ADR 0022).
 */
import { DocumentIndex } from './document-index';
import type { ClipRecord, Document, DocumentRecord, RecordId } from './records';
import { type MapChanges, SharedMap } from './shared-map';
import { shiftClips, type TrackShift, withoutClips } from './track-shift';

export type RecordChanges = MapChanges<DocumentRecord>;

/** Of any document; kept with those that edits leave, made anew for others. */
export function indexOf(doc: Document): DocumentIndex {
  return doc instanceof RecordMap ? doc.index : DocumentIndex.of(doc);
}

export class RecordMap implements Document {
  readonly #records: SharedMap<DocumentRecord>;
  #index: DocumentIndex | null;

  private constructor(records: SharedMap<DocumentRecord>, index: DocumentIndex | null) {
    this.#records = records;
    this.#index = index;
  }

  /** @param records kept, and not to be changed any more */
  static over(records: ReadonlyMap<RecordId, DocumentRecord>): RecordMap {
    return new RecordMap(SharedMap.over(records), null);
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
    const records = this.#records.with(changes);
    return new RecordMap(records, this.#index?.after(records, changes) ?? null);
  }

  #shifted(changes: RecordChanges, shifts: readonly TrackShift[]): RecordMap {
    const others = new Map<RecordId, ClipRecord[]>();
    const all = new Map(changes);
    const named = [...changes.keys()].flatMap((id) => {
      const record = this.#records.get(id);
      return record?.kind === 'clip' ? [record] : [];
    });
    for (const trackId of new Set(shifts.map((shift) => shift.trackId))) {
      const gone = named.filter((clip) => clip.trackId === trackId);
      const clips = withoutClips(this.index.ofTrack(trackId), gone);
      const from = Math.min(
        clips.length,
        ...shifts.filter((shift) => shift.trackId === trackId).map((shift) => shiftClips(clips, shift)),
      );
      for (let i = from; i < clips.length; i++) {
        const clip = clips[i];
        if (clip !== undefined) all.set(clip.id, clip);
      }
      others.set(trackId, clips);
    }
    const records = this.#records.with(all);
    return new RecordMap(records, this.index.after(records, changes, others));
  }

  get index(): DocumentIndex {
    return (this.#index ??= DocumentIndex.of(this.#records));
  }

  get size(): number {
    return this.#records.size;
  }

  get(id: RecordId): DocumentRecord | undefined {
    return this.#records.get(id);
  }

  has(id: RecordId): boolean {
    return this.#records.has(id);
  }

  entries(): MapIterator<[RecordId, DocumentRecord]> {
    return this.#records.entries();
  }

  keys(): MapIterator<RecordId> {
    return this.#records.keys();
  }

  values(): MapIterator<DocumentRecord> {
    return this.#records.values();
  }

  forEach(callback: (record: DocumentRecord, id: RecordId, doc: Document) => void): void {
    for (const [id, record] of this) callback(record, id, this);
  }

  [Symbol.iterator](): MapIterator<[RecordId, DocumentRecord]> {
    return this.entries();
  }
}
