/**
 * Roll, slip and slide on a film of three shots that touch, each trimmed to frames 3 … 14 of 18.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clipsOfTrack, filmEnd, recordOf } from '../document/access';
import { applyDiff, reverseDiff } from '../document/apply-diff';
import { violations } from '../document/invariants';
import type { Document } from '../document/records';
import { createRate } from '../time/rate';
import { insertStill } from './insert-still';
import { moveClip } from './move';
import { rollCut, rollLimits } from './roll';
import { slideClip, slideLimits } from './slide';
import { slipClip, slipLimits } from './slip';
import { after, anEmptyFilm, aShot } from './test-films';
import { setTrack } from './tracks';
import { addDissolve } from './transitions';
import { trimClip } from './trim';

const RATE = createRate(24);
const trimmed = (name: string, start: number) => [
  aShot(name, { rate: RATE, frameCount: 18, start: start - 3 }),
  (doc: Document) => trimClip(doc, `${name}-clip`, 'start', start, { ripple: false }),
  (doc: Document) => trimClip(doc, `${name}-clip`, 'end', start + 12, { ripple: false }),
];
const film = after(anEmptyFilm(RATE), ...trimmed('a', 10), ...trimmed('c', 34), ...trimmed('b', 100), (doc) =>
  moveClip(doc, 'b-clip', { trackId: 'track-1', start: 22 }),
);

const shape = (doc: Document) =>
  clipsOfTrack(doc, 'track-1').map((clip) => [clip.name, clip.start, clip.duration, clip.sourceIn]);

test('the film of these tests', () => {
  expect(shape(film)).toEqual([
    ['a', 10, 12, 3],
    ['b', 22, 12, 3],
    ['c', 34, 12, 3],
  ]);
});

describe('roll', () => {
  test('moves the cut and nothing else', () => {
    expect(shape(after(film, (doc) => rollCut(doc, 'a-clip', 'b-clip', 24)))).toEqual([
      ['a', 10, 14, 3],
      ['b', 24, 10, 5],
      ['c', 34, 12, 3],
    ]);
  });

  test('goes as far as both shots have frames', () => {
    expect(rollLimits(film, 'a-clip', 'b-clip')).toEqual({ min: 19, max: 25 });
    expect(() => rollCut(film, 'a-clip', 'b-clip', 26)).toThrow('cannot be at frame 26');
  });

  test('keeps a frame of each', () => {
    const short = after(film, (doc) => trimClip(doc, 'a-clip', 'start', 20, { ripple: false }));
    expect(rollLimits(short, 'a-clip', 'b-clip').min).toBe(21);
  });

  test('is refused over a gap and on a locked track', () => {
    expect(() => rollCut(film, 'a-clip', 'c-clip', 23)).toThrow('two clips that touch');
    const locked = after(film, (doc) => setTrack(doc, 'track-1', { isLocked: true }));
    expect(() => rollCut(locked, 'a-clip', 'b-clip', 23)).toThrow('locked');
  });

  test('lets a still stay what it shows', () => {
    const still = { clipId: 's', trackId: 'track-1', start: 46, duration: 5, mediaId: 'm', name: 's' };
    const doc = after(film, (now) => insertStill(now, still));
    expect(rollLimits(doc, 'c-clip', 's')).toEqual({ min: 35, max: 49 });
    expect(shape(after(doc, (now) => rollCut(now, 'c-clip', 's', 45))).slice(2)).toEqual([
      ['c', 34, 11, 3],
      ['s', 45, 6, 0],
    ]);
  });
});

describe('slip', () => {
  test('shows other frames in the same place', () => {
    expect(slipLimits(film, 'b-clip')).toEqual({ min: -3, max: 3 });
    expect(shape(after(film, (doc) => slipClip(doc, 'b-clip', -2)))[1]).toEqual(['b', 22, 12, 1]);
  });

  test('has nothing to show beyond the shot, and stills have nothing else at all', () => {
    expect(() => slipClip(film, 'b-clip', 4)).toThrow('has no frames to slip by 4');
    const still = { clipId: 's', trackId: 'track-2', start: 0, duration: 5, mediaId: 'm', name: 's' };
    expect(() =>
      slipClip(
        after(film, (doc) => insertStill(doc, still)),
        's',
        1,
      ),
    ).toThrow('still image');
  });
});

describe('slide', () => {
  test('moves a clip while its neighbours give and take', () => {
    expect(shape(after(film, (doc) => slideClip(doc, 'b-clip', 20)))).toEqual([
      ['a', 10, 10, 3],
      ['b', 20, 12, 3],
      ['c', 32, 14, 1],
    ]);
  });

  test('goes as far as the neighbours have frames', () => {
    expect(slideLimits(film, 'b-clip')).toEqual({ min: 19, max: 25 });
    expect(() => slideClip(film, 'b-clip', 18)).toThrow('cannot slide to frame 18');
  });

  test('uses the room of a gap, and moves freely after the last clip', () => {
    expect(slideLimits(film, 'a-clip')).toEqual({ min: 7, max: 33 - 12 });
    const gap = after(film, (doc) => trimClip(doc, 'a-clip', 'end', 20, { ripple: false }));
    expect(slideLimits(gap, 'b-clip')).toEqual({ min: 20, max: 33 });
    expect(slideLimits(film, 'c-clip')).toEqual({ min: 23, max: 37 });
  });

  test('takes a dissolve along, shortened to the frames that are left', () => {
    const doc = after(film, (now) => addDissolve(now, 'a-clip', 'b-clip', { id: 'd', frames: 4 }));
    const slid = after(doc, (now) => slideClip(now, 'b-clip', 24));
    expect(recordOf(slid, 'transition', 'd')).toMatchObject({ framesBefore: 2, framesAfter: 1 });
  });
});

const ids = ['a-clip', 'b-clip', 'c-clip'] as const;
const within = ({ min, max }: { min: number; max: number }, roll: number): number =>
  min + (roll % (Math.min(max, min + 40) - min + 1));

test('whatever is rolled, slipped and slid within its limits keeps the rules, can be taken back, and opens no gap', () => {
  const anyStep = fc.record({ op: fc.nat(2), clip: fc.nat(2), by: fc.nat(100) });
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 12 }), (steps) => {
      let doc = film;
      for (const { op, clip, by } of steps) {
        const id = ids[clip] ?? 'a-clip';
        const next = ids[clip + 1];
        const diff =
          op === 0 && next !== undefined
            ? rollCut(doc, id, next, within(rollLimits(doc, id, next), by))
            : op === 1
              ? slipClip(doc, id, within(slipLimits(doc, id), by))
              : slideClip(doc, 'b-clip', within(slideLimits(doc, 'b-clip'), by));
        const changed = applyDiff(doc, diff);
        expect(violations(changed)).toEqual([]);
        expect(new Map(applyDiff(changed, reverseDiff(diff)))).toEqual(new Map(doc));
        doc = changed;
      }
      const clips = clipsOfTrack(doc, 'track-1');
      expect(clips.map(({ start, duration }) => start + duration)).toEqual([clips[1]?.start, clips[2]?.start, 46]);
      expect([clips[0]?.start, filmEnd(doc)]).toEqual([10, 46]);
    }),
    { numRuns: 200 },
  );
});
