import { expect, test } from 'vitest';
import { applyDiff } from '@core/document/apply-diff';
import { clipsOfTrack } from '@core/document/access';
import type { ClipRecord, Document, DocumentRecord } from '@core/document/records';
import { createRate } from '@core/time/rate';
import { cutsNear, deleteRecords, moveClips } from './clip-edits';

function aClip(id: string, start: number, duration: number, trackId = 'v1'): ClipRecord {
  return { kind: 'clip', id, trackId, source: { type: 'still', mediaId: 'm' }, name: id, start, duration, sourceIn: 0 };
}

function aFilm(...records: DocumentRecord[]): Document {
  const track = (id: string, order: number): DocumentRecord => ({
    kind: 'track',
    id,
    name: id,
    type: 'video',
    order,
    isLocked: false,
    isHidden: false,
    isSolo: false,
  });
  const project: DocumentRecord = {
    kind: 'project',
    id: 'project',
    name: 'Film',
    rate: createRate(24),
    width: 64,
    height: 64,
    modelId: 'm',
    inPoint: null,
    outPoint: null,
  };
  return new Map([project, track('v1', 0), track('v2', 1), ...records].map((record) => [record.id, record]));
}

const starts = (doc: Document, trackId = 'v1') => clipsOfTrack(doc, trackId).map((clip) => [clip.id, clip.start]);

test.each([5, -5])('neighbours move together by %i frames though each stands in the other’s way', (by) => {
  const doc = aFilm(aClip('a', 10, 10), aClip('b', 20, 10), aClip('c', 30, 10));
  const moves = ['a', 'b', 'c'].map((clipId, i) => ({ clipId, trackId: 'v1', start: 10 + i * 10 + by }));
  expect(starts(applyDiff(doc, moveClips(doc, moves)))).toEqual([
    ['a', 10 + by],
    ['b', 20 + by],
    ['c', 30 + by],
  ]);
});

test('a move onto a clip that stays is refused whole', () => {
  const doc = aFilm(aClip('a', 0, 10), aClip('b', 10, 10), aClip('wall', 25, 5));
  const moves = ['a', 'b'].map((clipId, i) => ({ clipId, trackId: 'v1', start: i * 10 + 6 }));
  expect(() => moveClips(doc, moves)).toThrow(expect.objectContaining({ code: 'timeline/overlap' }));
});

test('clips go to another track and keep their times', () => {
  const doc = aFilm(aClip('a', 0, 10), aClip('b', 10, 10));
  const moves = ['a', 'b'].map((clipId, i) => ({ clipId, trackId: 'v2', start: i * 10 }));
  const moved = applyDiff(doc, moveClips(doc, moves));
  expect([starts(moved), starts(moved, 'v2')]).toEqual([
    [],
    [
      ['a', 0],
      ['b', 10],
    ],
  ]);
});

test('deleting takes whatever is selected, and a ripple closes the gap', () => {
  const marker: DocumentRecord = { kind: 'marker', id: 'm1', frame: 3, name: 'm' };
  const doc = aFilm(aClip('a', 0, 10), aClip('b', 10, 10), aClip('c', 20, 10), marker);
  const lifted = applyDiff(doc, deleteRecords(doc, ['b', 'm1', 'project', 'gone'], { ripple: false }));
  const rippled = applyDiff(doc, deleteRecords(doc, ['b'], { ripple: true }));
  expect({
    lifted: starts(lifted),
    hasMarker: lifted.has('m1'),
    hasProject: lifted.has('project'),
    rippled: starts(rippled),
  }).toEqual({
    lifted: [
      ['a', 0],
      ['c', 20],
    ],
    hasMarker: false,
    hasProject: true,
    rippled: [
      ['a', 0],
      ['c', 10],
    ],
  });
});

test('cuts are where clips touch, the nearest first; a gap is no cut', () => {
  const tracks = [
    [aClip('a', 0, 10), aClip('b', 10, 10), aClip('c', 25, 5)],
    [aClip('x', 0, 26, 'v2'), aClip('y', 26, 5, 'v2')],
  ];
  expect(cutsNear(tracks, 20).map(({ left, right, frame }) => [left.id, right.id, frame])).toEqual([
    ['x', 'y', 26],
    ['a', 'b', 10],
  ]);
});
