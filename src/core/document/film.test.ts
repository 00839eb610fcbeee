import { expect, test } from 'vitest';
import { extendBackward, extendForward } from '../timeline/grow-segment';
import { retakeRange, setSegment, switchBranch } from '../timeline/segments';
import { aShot, aTake, after, anEmptyFilm } from '../timeline/test-films';
import { activeTake, resolveShot, takeIndexFrom } from './film';
import { recordOf } from './access';
import type { Document } from './records';

const growth = (segmentId: string, frameCount: number, atFrame?: number) => ({
  segmentId,
  blockId: null,
  frameCount,
  text: null,
  ...(atFrame !== undefined && { atFrame }),
});
const spansOf = (doc: Document, takes = takeIndexFrom([])) =>
  resolveShot(doc, 'a-shot', takes).spans.map(({ segmentId, from, to }) => `${segmentId} ${from}..${to}`);

const shot = after(anEmptyFilm(), aShot('a'));

test('a planned shot has frames that are not made yet', () => {
  expect(resolveShot(shot, 'a-shot', takeIndexFrom([]))).toEqual({
    from: 0,
    to: 9,
    frames: Array(9).fill(null),
    spans: [
      {
        segmentId: 'a-first',
        role: 'first',
        from: 0,
        to: 9,
        takeId: null,
        isStale: false,
        staleReason: null,
        keptFrames: 0,
      },
    ],
  });
});

test('growth at both ends joins on; frames before the start count below 0', () => {
  const doc = after(
    shot,
    (d) => extendForward(d, 'a-clip', growth('f', 2)),
    (d) => extendBackward(d, 'a-clip', growth('b', 3)),
  );
  const takes = takeIndexFrom([
    aTake(doc, 'T1', 'a-first'),
    aTake(doc, 'TF', 'f', { parentTakeId: 'T1' }),
    aTake(doc, 'TB', 'b', { parentTakeId: 'TF' }),
  ]);
  const film = resolveShot(doc, 'a-shot', takes);
  expect([film.from, film.to]).toEqual([-3, 11]);
  expect(film.frames).toEqual([
    'TB:0',
    'TB:1',
    'TB:2',
    ...Array.from({ length: 9 }, (_, i) => `T1:${i}`),
    'TF:0',
    'TF:1',
  ]);
  expect(film.spans.some(({ isStale }) => isStale)).toBe(false);
});

test('a branch from an earlier frame hides what came after it; the other branch is still there', () => {
  const doc = after(
    shot,
    (d) => extendForward(d, 'a-clip', growth('f1', 9)),
    (d) => extendForward(d, 'a-clip', growth('f2', 4, 5)),
  );
  expect(spansOf(doc)).toEqual(['a-first 0..5', 'f2 5..9']);
  expect(recordOf(doc, 'segment', 'f2').parentId).toBe('a-first');
  expect(spansOf(after(doc, (d) => switchBranch(d, 'a-shot', 'f1')))).toEqual(['a-first 0..9', 'f1 9..18']);
});

test('a branch within grown film keeps the segment it starts in as its parent', () => {
  const doc = after(
    shot,
    (d) => extendForward(d, 'a-clip', growth('f1', 9)),
    (d) => extendForward(d, 'a-clip', growth('f2', 4, 12)),
  );
  expect(recordOf(doc, 'segment', 'f2').parentId).toBe('f1');
  expect(spansOf(doc)).toEqual(['a-first 0..9', 'f1 9..12', 'f2 12..16']);
});

test('a backward branch hides the earlier frames and keeps those after its end', () => {
  const doc = after(
    shot,
    (d) => extendBackward(d, 'a-clip', growth('b1', 4)),
    (d) => extendBackward(d, 'a-clip', growth('b2', 6, 3)),
  );
  expect(spansOf(doc)).toEqual(['b2 -3..3', 'a-first 3..9']);
});

test('a retake replaces its range and keeps both sides', () => {
  const doc = after(shot, (d) => retakeRange(d, 'a-shot', { segmentId: 'r', from: 3, frameCount: 2 }));
  const takes = takeIndexFrom([aTake(doc, 'T1', 'a-first'), aTake(doc, 'TR', 'r', { parentTakeId: 'T1' })]);
  expect(spansOf(doc)).toEqual(['a-first 0..3', 'r 3..5', 'a-first 5..9']);
  expect(resolveShot(doc, 'a-shot', takes).frames).toEqual([
    'T1:0',
    'T1:1',
    'T1:2',
    'TR:0',
    'TR:1',
    'T1:5',
    'T1:6',
    'T1:7',
    'T1:8',
  ]);
});

test('the newest take is in use until one is named; a named take that is gone is not replaced by another', () => {
  const takes = takeIndexFrom([
    aTake(shot, 'old', 'a-first', { createdAt: 1 }),
    aTake(shot, 'new', 'a-first', { createdAt: 2 }),
  ]);
  const used = (activeTakeId: string | null) =>
    activeTake({ ...recordOf(shot, 'segment', 'a-first'), activeTakeId }, takes)?.id ?? null;
  expect([used(null), used('old'), used('gone')]).toEqual(['new', 'old', null]);
});

test('a stopped take shows only while there is no complete one; named, it shows all the same', () => {
  const stopped = aTake(shot, 'stopped', 'a-first', { createdAt: 3, kept: 4 });
  const older = aTake(shot, 'older stop', 'a-first', { createdAt: 2, kept: 8 });
  const whole = aTake(shot, 'whole', 'a-first', { createdAt: 1 });
  const used = (takes: readonly (typeof whole)[], activeTakeId: string | null = null) =>
    activeTake({ ...recordOf(shot, 'segment', 'a-first'), activeTakeId }, takeIndexFrom(takes))?.id ?? null;
  expect([used([stopped, older, whole]), used([older, stopped]), used([stopped, whole], 'stopped')]).toEqual([
    'whole',
    'stopped',
    'stopped',
  ]);
});

test('choosing another take makes the segments grown from the first one stale, and choosing back undoes that', () => {
  const doc = after(shot, (d) => extendForward(d, 'a-clip', growth('f', 2)));
  const takes = takeIndexFrom([
    aTake(doc, 'T1', 'a-first', { createdAt: 1 }),
    aTake(doc, 'TF', 'f', { parentTakeId: 'T1', createdAt: 2 }),
    aTake(doc, 'T2', 'a-first', { createdAt: 3 }),
  ]);
  const staleIn = (d: Document) =>
    resolveShot(d, 'a-shot', takes)
      .spans.filter(({ isStale }) => isStale)
      .map(({ segmentId }) => segmentId);
  expect(staleIn(doc)).toEqual(['f']);
  expect(staleIn(after(doc, (d) => setSegment(d, 'a-first', { activeTakeId: 'T1' })))).toEqual([]);
});

test('a forward segment is stale when the frames it grew from changed two segments up', () => {
  const doc = after(
    shot,
    (d) => extendBackward(d, 'a-clip', growth('b', 2)),
    (d) => extendForward(d, 'a-clip', growth('f', 2)),
  );
  const takes = takeIndexFrom([
    aTake(doc, 'T1', 'a-first', { createdAt: 1 }),
    aTake(doc, 'TB', 'b', { parentTakeId: 'T1', createdAt: 2 }),
    aTake(doc, 'TF', 'f', { parentTakeId: 'TB', createdAt: 3 }),
    aTake(doc, 'T2', 'a-first', { createdAt: 4 }),
  ]);
  const reasons = resolveShot(doc, 'a-shot', takes).spans.map(({ segmentId, staleReason }) => [segmentId, staleReason]);
  expect(reasons).toEqual([
    ['b', 'It grew from another take of the segment before it.'],
    ['a-first', null],
    ['f', 'The frames it grew from have changed since.'],
  ]);
});

test('a stopped take says how far it came; a stopped backward take has the frames next to the film', () => {
  const doc = after(shot, (d) => extendBackward(d, 'a-clip', growth('b', 3)));
  const takes = takeIndexFrom([
    aTake(doc, 'T1', 'a-first', { kept: 7 }),
    aTake(doc, 'TB', 'b', { parentTakeId: 'T1', kept: 1 }),
  ]);
  const film = resolveShot(doc, 'a-shot', takes);
  expect(film.frames.slice(0, 4)).toEqual([null, null, 'TB:0', 'T1:0']);
  expect(film.frames.slice(-3)).toEqual(['T1:6', null, null]);
  expect(film.spans.map(({ keptFrames, staleReason }) => [keptFrames, staleReason])).toEqual([
    [1, 'It was stopped after 1 of 3 frames.'],
    [7, 'It was stopped after 7 of 9 frames.'],
  ]);
});
