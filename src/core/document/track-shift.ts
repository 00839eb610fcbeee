/**
 * A ripple as one value: all clips of a track from a frame on move by as many frames. It is kept as that in diffs, undo
 * and journal, so that a ripple at the start of a long film is as small as one at its end (ADR 0035).
 *
 * A shift never changes the order of the clips it is about, which is what makes it reversible: those that started before
 * `from` start before `from + by` afterwards.
 */
import { assert } from '../errors';
import type { ClipRecord, DocumentRecord, RecordId } from './records';

export interface TrackShift {
  readonly trackId: RecordId;
  /** Clips that start here or later, before the shift. */
  readonly from: number;
  /** Not 0; below it: earlier. */
  readonly by: number;
}

/** The record after the shifts; itself unless it is a clip that they move. */
export function shifted<T extends DocumentRecord>(record: T, shifts: readonly TrackShift[]): T {
  if (record.kind !== 'clip') return record;
  const start = frameAfter(shifts, record.trackId, record.start);
  return start === record.start ? record : { ...record, start };
}

/** Where what is at a frame of the track comes to lie. */
export function frameAfter(shifts: readonly TrackShift[], trackId: RecordId, frame: number): number {
  let at = frame;
  for (const shift of shifts) if (shift.trackId === trackId && at >= shift.from) at += shift.by;
  return at;
}

export function reverseShifts(shifts: readonly TrackShift[]): TrackShift[] {
  return shifts.map(({ trackId, from, by }) => ({ trackId, from: from + by, by: 0 - by })).reverse();
}

/** `a` and then `b`; what moves the same clips again is one shift, and what moves them back is none. */
export function joinShifts(a: readonly TrackShift[], b: readonly TrackShift[]): TrackShift[] {
  const joined = [...a];
  for (const shift of b) {
    const last = joined.at(-1);
    if (last?.trackId !== shift.trackId || last.from + last.by !== shift.from) {
      joined.push(shift);
      continue;
    }
    joined.pop();
    if (last.by + shift.by !== 0) joined.push({ ...last, by: last.by + shift.by });
  }
  return joined;
}

/**
 * Moves clips within their list, earliest first.
 * @returns index of the first one moved
 * @throws AssertionError when one that stays would no longer start before those that are moved
 */
export function shiftClips(clips: ClipRecord[], { from, by }: TrackShift): number {
  const first = firstFrom(clips, from);
  const last = clips[first - 1];
  assert(last === undefined || last.start < from + by, `a shift by ${by} from frame ${from} jumps over a clip`);
  for (let i = first; i < clips.length; i++) {
    const clip = clips[i];
    if (clip !== undefined) clips[i] = { ...clip, start: clip.start + by };
  }
  return first;
}

/** Index of a clip among those of its track; where it would be, if it is not there. @param clips earliest first */
export function placeIn(clips: readonly ClipRecord[], { id, start }: Pick<ClipRecord, 'id' | 'start'>): number {
  let at = firstFrom(clips, start);
  while (clips[at]?.start === start && clips[at]?.id !== id) at++;
  return at;
}

/** More are not taken out of a list, or put in, one by one. */
const FEW = 32;

/** A new list without some of the clips. @param clips earliest first */
export function withoutClips(clips: readonly ClipRecord[], gone: readonly ClipRecord[]): ClipRecord[] {
  if (gone.length > FEW) {
    const ids = new Set(gone.map(({ id }) => id));
    return clips.filter(({ id }) => !ids.has(id));
  }
  const staying = clips.slice();
  for (const clip of gone) {
    const at = placeIn(staying, clip);
    if (staying[at]?.id === clip.id) staying.splice(at, 1);
  }
  return staying;
}

/** Two lists of clips in order of time, as one. @param staying may be changed, and be the answer */
export function mergedClips(staying: ClipRecord[], coming: readonly ClipRecord[]): ClipRecord[] {
  if (coming.length <= FEW) {
    for (const clip of coming) staying.splice(firstFrom(staying, clip.start + 1), 0, clip);
    return staying;
  }
  const clips: ClipRecord[] = [];
  let next = 0;
  for (const clip of staying) {
    for (let one = coming[next]; one !== undefined && one.start < clip.start; one = coming[++next]) clips.push(one);
    clips.push(clip);
  }
  return [...clips, ...coming.slice(next)];
}

/** Index of the first clip that starts at the frame or later. @param clips earliest first */
export function firstFrom(clips: readonly ClipRecord[], frame: number): number {
  let low = 0;
  let high = clips.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const clip = clips[middle];
    if (clip !== undefined && clip.start < frame) low = middle + 1;
    else high = middle;
  }
  return low;
}
