/**
 * The frame every edit runs in: changes go to a draft of the document, transitions are settled, the invariants are
 * checked, and what comes out is one diff. When an edit throws, nothing has changed.
 */
import { recordOf } from '../document/access';
import { diffBetween, rememberResult } from '../document/apply-diff';
import type { DocumentDiff } from '../document/diff';
import { assertInvariants } from '../document/invariants';
import { indexOf, RecordMap } from '../document/record-map';
import type { Document, DocumentRecord, RecordId, TrackRecord } from '../document/records';
import { changeOf } from '../document/scope';
import { firstFrom, joinShifts, shifted, type TrackShift } from '../document/track-shift';
import { AppError, assert } from '../errors';
import { settleTogether } from './settle-together';
import { settleTransitions } from './settle-transitions';

/** A document being changed. `doc` is the state so far; read it again after a change. */
export interface Draft {
  readonly doc: Document;
  /** Adds a record that must be new. */
  add(record: DocumentRecord): void;
  /** Replaces a record of the same id and kind. */
  set(record: DocumentRecord): void;
  remove(id: RecordId): void;
  /** Moves the clips of a track that start at `from` or later. */
  shift(shift: TrackShift, except?: RecordId): void;
}

/** @throws AppError timeline/invalid-edit or timeline/overlap when the change breaks a rule of the document */
export function editDocument(doc: Document, change: (draft: Draft) => void): DocumentDiff {
  let current = RecordMap.from(doc);
  /** Changes since `current`: folded in when the draft is next read, so that a ripple of a long film is one change. */
  let pending = new Map<RecordId, DocumentRecord | null>();
  let shifts: readonly TrackShift[] = [];
  // Only these and what is shifted can differ: looking through a long film for what changed would cost more than the edit.
  const touched = new Set<RecordId>();
  const stored = (id: RecordId): DocumentRecord | undefined =>
    pending.has(id) ? (pending.get(id) ?? undefined) : current.get(id);
  const note = (id: RecordId, record: DocumentRecord | null): void => {
    touched.add(id);
    pending.set(id, record);
  };
  const draft: Draft = {
    get doc() {
      if (pending.size > 0) {
        current = current.with(pending);
        pending = new Map();
      }
      return current;
    },
    add(record) {
      if (stored(record.id) !== undefined)
        throw new AppError('timeline/invalid-edit', `the id ${record.id} is taken`, {
          field: `${record.kind}.id`,
          value: record.id,
        });
      note(record.id, record);
    },
    set(record) {
      assert(stored(record.id)?.kind === record.kind, `there is no ${record.kind} ${record.id} to change`);
      note(record.id, record);
    },
    remove(id) {
      assert(stored(id) !== undefined, `there is no record ${id} to remove`);
      note(id, null);
    },
    shift(shift, except) {
      const clips = indexOf(draft.doc).ofTrack(shift.trackId);
      // Clips that stay, but will not start before all that move: the diff names them (see track-shift.ts).
      const first = firstFrom(clips, shift.from);
      for (let i = first - 1; (clips[i]?.start ?? -Infinity) >= shift.from + shift.by; i--) touch(clips[i]);
      touch(except === undefined ? undefined : draft.doc.get(except));
      const named = new Map<RecordId, DocumentRecord>();
      for (const id of touched) {
        const record = draft.doc.get(id);
        if (record?.kind === 'clip') named.set(id, id === except ? record : shifted(record, [shift]));
      }
      if (clips.every((clip, i) => i < first || named.has(clip.id))) pending = new Map(named);
      else {
        current = current.with(named, [shift]);
        shifts = joinShifts(shifts, [shift]);
      }
    },
  };
  function touch(record: DocumentRecord | undefined): void {
    if (record) touched.add(record.id);
  }
  change(draft);
  settleTransitions(draft);
  settleTogether(draft, doc, touched);
  const after = draft.doc;
  const diff = diffBetween(doc, after, touched, shifts);
  assertInvariants(after, changeOf(doc, diff));
  // Any other map may be changed by its owner.
  if (doc instanceof RecordMap) rememberResult(doc, diff, after);
  return diff;
}

/** @throws AppError timeline/locked-track */
export function unlockedTrack(doc: Document, trackId: RecordId): TrackRecord {
  const track = recordOf(doc, 'track', trackId);
  if (track.isLocked)
    throw new AppError('timeline/locked-track', `track ${track.name} is locked`, {
      field: 'track',
      value: track.name,
      remedy: 'Unlock the track to change its clips.',
    });
  return track;
}

export function invalidEdit(field: string, value: unknown, message: string, remedy: string): AppError {
  return new AppError('timeline/invalid-edit', message, { field, value: String(value), remedy });
}
