/**
 * Vertical measures of the timeline in CSS pixels, and the packing of prompt blocks that overlap in time (clips on
 * different tracks) into rows.
 */
import { TRACK_HEIGHT_LEAST, type TrackRecord } from '@core/document/records';
import type { FrameRange } from './shot-mapping';

export const HEADER_WIDTH = 148;
export const RULER_HEIGHT = 26;
/** Tracks share the height there is, between these. */
export const TRACK_HEIGHT_MIN = 52;
export const TRACK_HEIGHT_MAX = 112;
export const BLOCK_ROW_HEIGHT = 30;
export const LABEL_STRIP_HEIGHT = 16;

export interface TrackRow {
  readonly track: TrackRecord;
  readonly top: number;
  readonly height: number;
}

/**
 * Highest track first, as it covers the others. Those without a height of their own share what the others leave of
 * `available` pixels, where they may. All heights times `scale`.
 */
export function trackRows(lowestFirst: readonly TrackRecord[], available: number, scale = 1): readonly TrackRow[] {
  const given = lowestFirst.flatMap(({ height }) => height ?? []);
  const left = available - given.reduce((sum, height) => sum + height, 0);
  const share = Math.floor(left / Math.max(1, lowestFirst.length - given.length));
  const shared = Math.min(TRACK_HEIGHT_MAX, Math.max(TRACK_HEIGHT_MIN, share));
  let top = 0;
  return lowestFirst.toReversed().map((track) => {
    const height = Math.max(TRACK_HEIGHT_LEAST, Math.round((track.height ?? shared) * scale));
    top += height;
    return { track, top: top - height, height };
  });
}

/** The row at `y`; the nearest one outside. Null without tracks. */
export function rowAtY(rows: readonly TrackRow[], y: number): TrackRow | null {
  const found = rows.find((row) => y < row.top + row.height);
  return found ?? rows.at(-1) ?? null;
}

/**
 * A row for each range, in the order given, so that no two in a row overlap; ranges earlier in time get upper rows.
 * @returns the rows and how many there are, at least one
 */
export function packRows(ranges: readonly FrameRange[]): { readonly rows: readonly number[]; readonly count: number } {
  const ends: number[] = [];
  const rows = new Array<number>(ranges.length).fill(0);
  const order = ranges.map((_, i) => i).sort((a, b) => (ranges[a]?.from ?? 0) - (ranges[b]?.from ?? 0));
  for (const i of order) {
    const range = ranges[i];
    if (range === undefined) continue;
    const free = ends.findIndex((end) => end <= range.from);
    const row = free === -1 ? ends.length : free;
    ends[row] = range.to;
    rows[i] = row;
  }
  return { rows, count: Math.max(1, ends.length) };
}
