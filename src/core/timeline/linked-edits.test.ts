import { describe, expect, test } from 'vitest';
import { recordOf } from '../document/access';
import { violations } from '../document/invariants';
import type { Document } from '../document/records';
import { extendBackward, extendForward } from './grow-segment';
import { insertAudio } from './insert-audio';
import {
  cutsTogether,
  linkedWith,
  pictureOf,
  rollCuts,
  rollLimitsOfAll,
  slideLimitsOfAll,
  slipClips,
  slipLimitsOfAll,
} from './linked-edits';
import { slideTogether } from './slide';
import { splitClip } from './split';
import { aShot, after, anEmptyFilm } from './test-films';
import { linkClips, splitClips } from './together';
import { addTrack, setTrack } from './tracks';
import { trimClips } from './trim';

const sound =
  (id: string, start: number, trackId = 'sounds') =>
  (doc: Document) =>
    insertAudio(doc, { clipId: id, trackId, start, mediaId: 'm', name: id, frameCount: 27 });
const clip = (doc: Document, id: string) => recordOf(doc, 'clip', id);
const starts = (doc: Document, ...ids: string[]) => ids.map((id) => clip(doc, id).start);

/** Shots a at 10 + 27 and b at 37 + 27, each with its sound linked; after them a sound of its own. */
const film = after(
  anEmptyFilm(),
  (doc) => addTrack(doc, { id: 'sounds', type: 'audio' }),
  aShot('a', { start: 10 }),
  aShot('b', { start: 37 }),
  sound('a-sound', 10),
  sound('b-sound', 37),
  sound('music', 64),
  (doc) => linkClips(doc, ['a-clip', 'a-sound'], 'a-link'),
  (doc) => linkClips(doc, ['b-clip', 'b-sound'], 'b-link'),
);
const growth = { blockId: null, text: null, frameCount: 4 };

describe('picture and sound that are linked', () => {
  let next = 0;
  const trimmed = after(film, (doc) => trimClips(doc, ['a-clip', 'a-sound'], 'end', 30, { ripple: false }));
  const cut = after(film, (doc) => splitClips(doc, ['a-clip'], 20, () => `half-${next++}`).diff);

  test('slip by the same frames, as far as both have some', () => {
    const ids = linkedWith(trimmed, 'a-clip');
    expect(ids).toEqual(['a-clip', 'a-sound']);
    expect(slipLimitsOfAll(trimmed, ids)).toEqual({ min: 0, max: 7 });
    const doc = after(trimmed, (now) => slipClips(now, ids, 5));
    expect(ids.map((id) => clip(doc, id).sourceIn)).toEqual([5, 5]);
    expect(() => slipClips(trimmed, ids, 8)).toThrow(/has no frames to slip/);
  });

  test('slide together into the room there is', () => {
    const ids = linkedWith(trimmed, 'a-sound');
    expect(slideLimitsOfAll(trimmed, ids)).toEqual({ min: -10, max: 7 });
    expect(
      starts(
        after(trimmed, (doc) => slideTogether(doc, ids, 7)),
        'a-clip',
        'a-sound',
      ),
    ).toEqual([17, 17]);
  });

  test('slide as one where they touch: what is linked keeps to the sound, and neighbours outside give and take', () => {
    const ids = ['a-clip', 'a-later', 'a-sound'];
    const linked = after(
      film,
      (doc) => splitClip(doc, 'a-clip', 20, 'a-later'),
      (doc) => linkClips(doc, ids, 'all'),
      (doc) => trimClips(doc, ['b-clip'], 'start', 40, { ripple: false }),
      (doc) => trimClips(doc, ['b-sound'], 'start', 40, { ripple: false }),
    );
    const slid = after(linked, (doc) => slideTogether(doc, ids, 3));
    expect(ids.map((id) => clip(slid, id).sourceIn)).toEqual(ids.map((id) => clip(linked, id).sourceIn));
    expect(ids.map((id) => clip(slid, id).duration)).toEqual(ids.map((id) => clip(linked, id).duration));
    expect(ids.map((id) => clip(slid, id).start - clip(linked, id).start)).toEqual([3, 3, 3]);
  });

  test('roll their cuts at once, or the picture’s alone', () => {
    const [left, right] = ['a-clip', 'half-0'];
    const cuts = cutsTogether(cut, [left, right]);
    expect(cuts).toEqual([
      ['a-clip', 'half-0'],
      ['a-sound', 'half-2'],
    ]);
    expect(rollLimitsOfAll(cut, cuts)).toEqual({ min: 11, max: 36 });
    const doc = after(cut, (now) => rollCuts(now, cuts, 25));
    expect(starts(doc, 'half-0', 'half-2')).toEqual([25, 25]);
    expect(violations(doc)).toEqual([]);
    expect(cutsTogether(cut, [left, right], () => false)).toEqual([[left, right]]);
  });

  test('stay together when a shot before them grows into their place, and what follows makes room', () => {
    const doc = after(film, (now) => extendForward(now, 'a-clip', { ...growth, segmentId: 'more' }));
    expect(starts(doc, 'a-clip', 'b-clip', 'a-sound', 'b-sound', 'music')).toEqual([10, 49, 10, 49, 76]);
    expect(violations(doc)).toEqual([]);
  });

  test('stay together when their own shot grows at its start and must move for it', () => {
    const doc = after(film, (now) => extendBackward(now, 'b-clip', { ...growth, segmentId: 'more' }));
    const { start, sourceIn } = clip(doc, 'b-clip');
    expect(start - sourceIn).toBe(clip(doc, 'b-sound').start);
    expect(starts(doc, 'a-clip', 'a-sound', 'b-clip', 'music')).toEqual([10, 10, 37, 76]);
  });

  test('make room together for a shot that is inserted, but not on a locked track', () => {
    const insert = (doc: Document) => after(doc, aShot('c', { start: 10, mode: 'insert' }));
    expect(starts(insert(film), 'a-clip', 'a-sound', 'b-sound', 'music')).toEqual([37, 37, 64, 91]);
    const locked = after(film, (doc) => setTrack(doc, 'sounds', { isLocked: true }));
    expect(starts(insert(locked), 'a-clip', 'a-sound')).toEqual([37, 10]);
  });

  test('stand for one picture; two pictures, or a sound that is not linked, do not', () => {
    const of = (...ids: string[]) => pictureOf(ids.map((id) => clip(film, id)))?.id ?? null;
    expect([of('a-sound', 'a-clip'), of('a-clip'), of('music'), of()]).toEqual(['a-clip', 'a-clip', 'music', null]);
    expect([of('a-clip', 'b-clip'), of('a-clip', 'music'), of('a-sound', 'music')]).toEqual([null, null, null]);
  });
});
