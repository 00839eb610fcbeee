import { expect, test } from 'vitest';
import type { ClipRecord, Document } from '@core/document/records';
import {
  clipAtFrame,
  clipEndingAt,
  clipStartingAt,
  clipsAround,
  clipsInWindow,
  editPoints,
  indexClips,
  overlapping,
  roomAfter,
  roomBefore,
} from './clip-index';

function aClip(id: string, start: number, duration: number, trackId = 'v1'): ClipRecord {
  return { kind: 'clip', id, trackId, source: { type: 'still', mediaId: 'm' }, name: id, start, duration, sourceIn: 0 };
}

const clips = [aClip('c', 60, 10), aClip('a', 0, 24), aClip('b', 24, 1), aClip('z', 30, 5, 'v2')];
const index = indexClips(new Map(clips.map((clip) => [clip.id, clip])) satisfies Document);

const ids = (found: readonly ClipRecord[]) => found.map((clip) => clip.id);

test('a window finds what touches it and nothing else', () => {
  expect([
    ids(clipsInWindow(index, 'v1', 0, 1_000)),
    ids(clipsInWindow(index, 'v1', 23, 24)),
    ids(clipsInWindow(index, 'v1', 24, 60)),
    ids(clipsInWindow(index, 'v1', 25, 60)),
    ids(clipsInWindow(index, 'v1', 69, 70)),
    ids(clipsInWindow(index, 'v1', 70, 90)),
    ids(clipsInWindow(index, 'none', 0, 90)),
  ]).toEqual([['a', 'b', 'c'], ['a'], ['b'], [], ['c'], [], []]);
});

test('what overlaps on other tracks belongs together, however the window cuts it', () => {
  const film = [
    aClip('a', 0, 10),
    aClip('b', 10, 10),
    aClip('c', 40, 10),
    aClip('x', 5, 8, 'v2'),
    aClip('y', 60, 5, 'v2'),
  ];
  const both = indexClips(new Map(film.map((clip) => [clip.id, clip])));
  const around = (from: number, to: number) => ids(clipsAround(both, from, to)).sort();
  expect([around(0, 1), around(19, 20), around(30, 31), around(45, 61)]).toEqual([
    ['a', 'b', 'x'],
    ['a', 'b', 'x'],
    [],
    ['c', 'y'],
  ]);
  expect(overlapping(both).map((group) => ids(group).sort())).toEqual([['a', 'b', 'x']]);
  expect(overlapping(indexClips(new Map()))).toEqual([]);
});

test('the clip under a frame: ends are exclusive', () => {
  expect([0, 23, 24, 25, 60, 70].map((frame) => clipAtFrame(index, 'v1', frame)?.id ?? null)).toEqual([
    'a',
    'a',
    'b',
    null,
    'c',
    null,
  ]);
});

test('room beside a frame ends at the neighbour', () => {
  expect({
    after: [25, 24, 0, 70].map((frame) => roomAfter(index, 'v1', frame)),
    before: [60, 24, 0, 30].map((frame) => roomBefore(index, 'v1', frame)),
    empty: [roomAfter(index, 'none', 5), roomBefore(index, 'none', 5)],
  }).toEqual({ after: [35, 0, 0, Infinity], before: [35, 0, 0, 5], empty: [Infinity, 5] });
});

test('edit points are every cut of every track once, and the start', () => {
  expect(editPoints(index)).toEqual([0, 24, 25, 30, 35, 60, 70]);
});

test('what meets at a cut: only clips that touch it', () => {
  const meet = (frame: number) => [
    clipEndingAt(index, 'v1', frame)?.id ?? null,
    clipStartingAt(index, 'v1', frame)?.id ?? null,
  ];
  expect([0, 24, 25, 12, 60, 70].map(meet)).toEqual([
    [null, 'a'],
    ['a', 'b'],
    ['b', null],
    [null, null],
    [null, 'c'],
    ['c', null],
  ]);
});
