import { expect, test } from 'vitest';
import { packRows, rowAtY, trackRows, TRACK_HEIGHT_MAX, TRACK_HEIGHT_MIN } from './lane-layout';

const track = (id: string, order: number) => ({
  kind: 'track' as const,
  id,
  name: id,
  type: 'video' as const,
  order,
  isLocked: false,
  isHidden: false,
  isSolo: false,
});

test('the highest track is on top and a pointer outside takes the nearest', () => {
  const rows = trackRows([track('v1', 0), track('v2', 1)], 160);
  expect({
    order: rows.map((row) => row.track.id),
    at: [-5, 79, 80, 10_000].map((y) => rowAtY(rows, y)?.track.id),
    none: rowAtY([], 3),
  }).toEqual({ order: ['v2', 'v1'], at: ['v2', 'v2', 'v1', 'v1'], none: null });
});

test('blocks that touch share a row, blocks that overlap do not', () => {
  expect(
    packRows([
      { from: 10, to: 20 },
      { from: 0, to: 10 },
      { from: 5, to: 12 },
      { from: 12, to: 13 },
    ]),
  ).toEqual({ rows: [0, 0, 1, 1], count: 2 });
});

test('an empty lane still has one row', () => {
  expect(packRows([])).toEqual({ rows: [], count: 1 });
});

test('a track with a height of its own keeps it, and the others share what is left', () => {
  const tracks = [track('v1', 0), { ...track('v2', 1), height: 40 }, track('v3', 2)];
  expect(trackRows(tracks, 200).map(({ top, height }) => [top, height])).toEqual([
    [0, 80],
    [80, 40],
    [120, 80],
  ]);
  expect(trackRows(tracks, 200, 2)[1]?.height).toBe(80);
});

test('tracks fill the height there is and never become too low or too high', () => {
  const heights = [0, 150, 1_000].map((available) => trackRows([track('v1', 0), track('v2', 1)], available)[1]);
  expect(heights.map((row) => [row?.top, row?.height])).toEqual([
    [TRACK_HEIGHT_MIN, TRACK_HEIGHT_MIN],
    [75, 75],
    [TRACK_HEIGHT_MAX, TRACK_HEIGHT_MAX],
  ]);
});
