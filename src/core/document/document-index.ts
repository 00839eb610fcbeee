/**
 * The records of a document by what they are asked for: kind, track, shot, clip. Lists are never changed once they are
 * made; a change makes new ones for the groups whose members it changes.
 *
 * Groups hold ids, so that a record that stays in its group costs nothing when it changes. The clips of a track are the
 * exception: their order is asked for in every edit, and is their start.
 */
import type { ClipRecord, DocumentRecord, RecordId, RecordKind, RecordOf } from './records';
import { type MapChanges, SharedMap } from './shared-map';
import { mergedClips, withoutClips } from './track-shift';

type Records = ReadonlyMap<RecordId, DocumentRecord>;
type OfShot = 'segment' | 'prompt-block' | 'anchor';

const togetherKeys = ['groupId', 'linkId'] as const;

/** Keys of the groups a record is in. */
const keysIn = {
  /** But for clips, whose tracks have them all. */
  kind: (record: DocumentRecord): string[] => (record.kind === 'clip' ? [] : [record.kind]),
  /** Clips that show a shot. */
  shown: (record: DocumentRecord): string[] =>
    record.kind === 'clip' && record.source.type === 'shot' ? [record.source.shotId] : [],
  /** Segments, prompt blocks and anchors of a shot. */
  shot: (record: DocumentRecord): string[] =>
    record.kind === 'segment' || record.kind === 'prompt-block' || record.kind === 'anchor'
      ? [shotKey(record.kind, record.shotId)]
      : [],
  /** Clips that are grouped or linked with each other. */
  together: (record: DocumentRecord): string[] =>
    record.kind === 'clip' ? togetherKeys.flatMap((key) => record[key] ?? []) : [],
  /** Transitions at either edge of a clip. */
  clip: (record: DocumentRecord): string[] =>
    record.kind === 'transition' ? [...new Set([record.leftClipId, record.rightClipId])] : [],
};

type Grouping = keyof typeof keysIn;
type Groups = Readonly<Record<Grouping, SharedMap<readonly RecordId[]>>>;
const groupings = Object.keys(keysIn) as Grouping[]; // the keys of the literal above

export class DocumentIndex {
  readonly #records: Records;
  readonly #groups: Groups;
  /** Clips of each track, earliest first. */
  readonly #tracks: SharedMap<readonly ClipRecord[]>;

  private constructor(records: Records, groups: Groups, tracks: SharedMap<readonly ClipRecord[]>) {
    this.#records = records;
    this.#groups = groups;
    this.#tracks = tracks;
  }

  static of(records: Records): DocumentIndex {
    const groups = Object.fromEntries(groupings.map((name) => [name, new Map()])) as Record<
      Grouping,
      Map<string, RecordId[]>
    >; // one for each grouping
    const tracks = new Map<string, ClipRecord[]>();
    for (const record of records.values()) {
      for (const name of groupings) for (const key of keysIn[name](record)) pushTo(groups[name], key, record.id);
      if (record.kind === 'clip') pushTo(tracks, record.trackId, record);
    }
    for (const clips of tracks.values()) clips.sort(byStart);
    return new DocumentIndex(
      records,
      {
        kind: SharedMap.over(groups.kind),
        shown: SharedMap.over(groups.shown),
        shot: SharedMap.over(groups.shot),
        together: SharedMap.over(groups.together),
        clip: SharedMap.over(groups.clip),
      },
      SharedMap.over(tracks),
    );
  }

  /**
   * The index after `changes`, which led to `records`.
   * @param others of tracks that were shifted: their clips without those in `changes`, earliest first; the lists are kept
   */
  after(
    records: Records,
    changes: MapChanges<DocumentRecord>,
    others: ReadonlyMap<RecordId, ClipRecord[]> = new Map(),
  ): DocumentIndex {
    const groups = {
      kind: this.#changed('kind', changes),
      shown: this.#changed('shown', changes),
      shot: this.#changed('shot', changes),
      together: this.#changed('together', changes),
      clip: this.#changed('clip', changes),
    };
    return new DocumentIndex(records, groups, this.#tracks.with(this.#changedTracks(changes, others)));
  }

  /** The same index, of a document that holds the same records in another way. */
  over(records: Records): DocumentIndex {
    return new DocumentIndex(records, this.#groups, this.#tracks);
  }

  /** In no order that means anything. */
  ofKind<K extends RecordKind>(kind: K): RecordOf<K>[] {
    if (kind === 'clip') return [...this.#tracks.values()].flat() as RecordOf<RecordKind>[] as RecordOf<K>[]; // clips
    return this.#resolve('kind', kind) as RecordOf<K>[]; // grouped by exactly this
  }

  /** Clips of every track that has some, earliest first. */
  get byTrack(): ReadonlyMap<RecordId, readonly ClipRecord[]> {
    return this.#tracks;
  }

  /** Earliest first. */
  ofTrack(trackId: RecordId): readonly ClipRecord[] {
    return this.#tracks.get(trackId) ?? [];
  }

  /** Clips that show the shot, earliest first. */
  showing(shotId: RecordId): ClipRecord[] {
    return (this.#resolve('shown', shotId) as ClipRecord[]).sort(byStart);
  }

  /** Earliest first. */
  ofShot<K extends OfShot>(kind: K, shotId: RecordId): RecordOf<K>[] {
    const found = this.#resolve('shot', shotKey(kind, shotId)) as RecordOf<OfShot>[];
    return found.sort((a, b) => frameOf(a) - frameOf(b)) as RecordOf<K>[];
  }

  /** Clips of the group or link of this id, in no order that means anything. */
  together(id: RecordId): ClipRecord[] {
    return this.#resolve('together', id) as ClipRecord[];
  }

  /** Transitions at either edge of the clip. */
  ofClip(clipId: RecordId): RecordOf<'transition'>[] {
    return this.#resolve('clip', clipId) as RecordOf<'transition'>[];
  }

  #resolve(grouping: Grouping, key: string): DocumentRecord[] {
    const found: DocumentRecord[] = [];
    for (const id of this.#groups[grouping].get(key) ?? []) {
      const record = this.#records.get(id);
      if (record) found.push(record);
    }
    return found;
  }

  #changed(grouping: Grouping, changes: MapChanges<DocumentRecord>): SharedMap<readonly RecordId[]> {
    const keysOf = keysIn[grouping];
    const moves = new Map<string, { readonly out: Set<RecordId>; readonly in: RecordId[] }>();
    const moveOf = (key: string): { readonly out: Set<RecordId>; readonly in: RecordId[] } => {
      const found = moves.get(key) ?? { out: new Set(), in: [] };
      moves.set(key, found);
      return found;
    };
    for (const [id, record] of changes) {
      const old = this.#records.get(id);
      const [before, after] = [old ? keysOf(old) : [], record ? keysOf(record) : []];
      for (const key of before) if (!after.includes(key)) moveOf(key).out.add(id);
      for (const key of after) if (!before.includes(key)) moveOf(key).in.push(id);
    }
    const groups = this.#groups[grouping];
    const next = new Map<string, readonly RecordId[] | null>();
    for (const [key, move] of moves) {
      const before = groups.get(key) ?? [];
      const ids = [...(move.out.size === 0 ? before : before.filter((id) => !move.out.has(id))), ...move.in];
      next.set(key, ids.length === 0 ? null : ids);
    }
    return groups.with(next);
  }

  #changedTracks(
    changes: MapChanges<DocumentRecord>,
    others: ReadonlyMap<RecordId, ClipRecord[]>,
  ): Map<string, readonly ClipRecord[] | null> {
    const [coming, going] = [new Map<string, ClipRecord[]>(), new Map<string, ClipRecord[]>()];
    const trackIds = new Set<string>(others.keys());
    for (const [id, record] of changes) {
      const old = this.#records.get(id);
      if (old?.kind === 'clip') {
        trackIds.add(old.trackId);
        pushTo(going, old.trackId, old);
      }
      if (record?.kind !== 'clip') continue;
      trackIds.add(record.trackId);
      pushTo(coming, record.trackId, record);
    }
    const next = new Map<string, readonly ClipRecord[] | null>();
    for (const trackId of trackIds) {
      const staying = others.get(trackId) ?? withoutClips(this.ofTrack(trackId), going.get(trackId) ?? []);
      const clips = mergedClips(staying, (coming.get(trackId) ?? []).sort(byStart));
      next.set(trackId, clips.length === 0 ? null : clips);
    }
    return next;
  }
}

function pushTo<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key);
  if (group) group.push(item);
  else groups.set(key, [item]);
}

function byStart(a: ClipRecord, b: ClipRecord): number {
  return a.start - b.start;
}

function frameOf(record: RecordOf<OfShot>): number {
  return record.kind === 'anchor' ? record.frame : record.from;
}

function shotKey(kind: OfShot, shotId: RecordId): string {
  return `${kind} ${shotId}`;
}
