/**
 * Clips of each track in order, so that what a window or a frame needs is found by bisection and drawing costs nothing
 * more for a longer film. Built once per document.
 */
import { indexOf } from '@core/document/record-map';
import type { ClipRecord, Document, RecordId } from '@core/document/records';

export interface ClipIndex {
  /** Earliest first. */
  readonly byTrack: ReadonlyMap<RecordId, readonly ClipRecord[]>;
}

const NO_CLIPS: readonly ClipRecord[] = [];

export function indexClips(doc: Document): ClipIndex {
  return { byTrack: indexOf(doc).byTrack };
}

/** Clips of a track that touch [from, to). */
export function clipsInWindow(index: ClipIndex, trackId: RecordId, from: number, to: number): readonly ClipRecord[] {
  return clipsWithin(index.byTrack.get(trackId) ?? NO_CLIPS, from, to);
}

/** Those of a list that touch [from, to). @param clips earliest first */
export function clipsWithin(clips: readonly ClipRecord[], from: number, to: number): readonly ClipRecord[] {
  const first = firstEndingAfter(clips, from);
  let last = first;
  while (last < clips.length && (clips[last]?.start ?? Infinity) < to) last++;
  return clips.slice(first, last);
}

export function clipAtFrame(index: ClipIndex, trackId: RecordId, frame: number): ClipRecord | null {
  const clips = index.byTrack.get(trackId) ?? NO_CLIPS;
  const clip = clips[firstEndingAfter(clips, frame)];
  return clip !== undefined && clip.start <= frame ? clip : null;
}

/** The clip of a track that ends where `frame` begins; null when none does. */
export function clipEndingAt(index: ClipIndex, trackId: RecordId, frame: number): ClipRecord | null {
  const clip = clipAtFrame(index, trackId, frame - 1);
  return clip !== null && clip.start + clip.duration === frame ? clip : null;
}

/** The clip of a track that starts at `frame`; null when none does. */
export function clipStartingAt(index: ClipIndex, trackId: RecordId, frame: number): ClipRecord | null {
  const clip = clipAtFrame(index, trackId, frame);
  return clip?.start === frame ? clip : null;
}

/** Free project frames right of `frame` on a track: Infinity after the last clip, 0 on a clip. */
export function roomAfter(index: ClipIndex, trackId: RecordId, frame: number): number {
  const clips = index.byTrack.get(trackId) ?? NO_CLIPS;
  const next = clips[firstEndingAfter(clips, frame)];
  return next === undefined ? Infinity : Math.max(0, next.start - frame);
}

/** Free project frames left of `frame`, down to the film's start. */
export function roomBefore(index: ClipIndex, trackId: RecordId, frame: number): number {
  const clips = index.byTrack.get(trackId) ?? NO_CLIPS;
  const at = firstEndingAfter(clips, frame);
  const [before, over] = [clips[at - 1], clips[at]];
  if (over !== undefined && over.start < frame) return 0;
  return frame - (before === undefined ? 0 : before.start + before.duration);
}

/** Starts and ends of clips, sorted and once each: what ↑ and ↓ jump between. */
export function editPoints(index: ClipIndex): readonly number[] {
  const points = new Set<number>([0]);
  for (const clips of index.byTrack.values())
    for (const { start, duration } of clips) points.add(start).add(start + duration);
  return [...points].sort((a, b) => a - b);
}

/**
 * Clips of all tracks that touch [from, to), and those that overlap them, and so on: whatever is laid out among clips that
 * are seen at one time comes out the same whichever part of them is in the window.
 */
export function clipsAround(index: ClipIndex, from: number, to: number): readonly ClipRecord[] {
  let range = { from, to };
  for (;;) {
    const clips = [...index.byTrack.keys()].flatMap((trackId) => clipsInWindow(index, trackId, range.from, range.to));
    const wider = clips.reduce(
      (all, { start, duration }) => ({ from: Math.min(all.from, start), to: Math.max(all.to, start + duration) }),
      range,
    );
    if (wider.from === range.from && wider.to === range.to) return clips;
    range = wider;
  }
}

/** Groups of at least two clips of different tracks that overlap in time, directly or through others of the group. */
export function overlapping(index: ClipIndex): readonly (readonly ClipRecord[])[] {
  if (index.byTrack.size < 2) return [];
  const groups: ClipRecord[][] = [];
  let group: ClipRecord[] = [];
  let end = -Infinity;
  for (const clip of [...index.byTrack.values()].flat().sort((a, b) => a.start - b.start)) {
    if (clip.start >= end) {
      if (group.length > 1) groups.push(group);
      group = [];
    }
    group.push(clip);
    end = Math.max(end, clip.start + clip.duration);
  }
  return group.length > 1 ? [...groups, group] : groups;
}

function firstEndingAfter(clips: readonly ClipRecord[], frame: number): number {
  let low = 0;
  let high = clips.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const clip = clips[middle];
    if (clip !== undefined && clip.start + clip.duration <= frame) low = middle + 1;
    else high = middle;
  }
  return low;
}
