import { describe, expect, test } from 'vitest';
import { anchorsOf, recordOf } from '../document/access';
import { violations } from '../document/invariants';
import type { Document } from '../document/records';
import { moveAnchor, mostPinnedFrames, partOfClip, pinAnchor, pinClip, removeAnchor, setPinnedClip } from './anchors';
import { after, anEmptyFilm, aShot } from './test-films';

const pin = (id: string, frame: number) => (doc: Document) =>
  pinAnchor(doc, { id, shotId: 'a-shot', frame, mediaId: id });
const film = after(anEmptyFilm(), aShot('a'), pin('first', 0), pin('middle', 4));
const places = (doc: Document) => anchorsOf(doc, 'a-shot').map(({ id, frame }) => [id, frame]);

test('an image moves to another frame of its shot', () => {
  expect(places(after(film, (doc) => moveAnchor(doc, 'middle', 8)))).toEqual([
    ['first', 0],
    ['middle', 8],
  ]);
  expect(places(after(film, (doc) => moveAnchor(doc, 'middle', 4)))).toEqual(places(film));
});

test('it stays on the shot, and never takes the place of another', () => {
  expect(() => moveAnchor(film, 'middle', 9)).toThrow('cannot be pinned to frame 9');
  expect(() => moveAnchor(film, 'middle', -1)).toThrow('cannot be pinned to frame -1');
  expect(() => moveAnchor(film, 'middle', 0)).toThrow('another image is pinned to frame 0');
});

test('pinning where one is takes its place; removing leaves the others', () => {
  const replaced = after(film, pin('new', 4));
  expect(places(replaced)).toEqual([
    ['first', 0],
    ['new', 4],
  ]);
  expect(places(after(replaced, (doc) => removeAnchor(doc, 'first')))).toEqual([['new', 4]]);
});

describe('a pinned clip', () => {
  // 24 frames of 24 a second, to be pinned in a shot of 8 a second.
  const two = after(film, aShot('b', { start: 40, frameCount: 24, rate: { num: 24, den: 1 } }));
  const part = { shotId: 'b-shot', from: 6, frames: 5 };
  const pinned = (over = {}) =>
    after(two, (doc) => pinClip(doc, { id: 'p', shotId: 'a-shot', frame: 4, clip: { ...part, ...over } }));

  test('takes the place of what is pinned there, and is moved and removed as an image is', () => {
    const doc = pinned();
    expect(violations(doc)).toEqual([]);
    expect(recordOf(doc, 'anchor', 'p')).toEqual({ kind: 'anchor', id: 'p', shotId: 'a-shot', frame: 4, clip: part });
    expect(places(after(doc, (now) => moveAnchor(now, 'p', 6)))).toEqual([
      ['first', 0],
      ['p', 6],
    ]);
    expect(places(after(doc, (now) => removeAnchor(now, 'p')))).toEqual([['first', 0]]);
  });

  test('has frames of the shot it is pinned in, as many as its own shot lasts', () => {
    expect(mostPinnedFrames(two, 'a-shot', part)).toBe(6);
    expect(mostPinnedFrames(two, 'a-shot', { ...part, from: 0 })).toBe(8);
    expect(mostPinnedFrames(two, 'a-shot', { ...part, from: 23 })).toBe(1);
    const longer = after(pinned(), (doc) => setPinnedClip(doc, 'p', { from: 3, frames: 7 }));
    expect(recordOf(longer, 'anchor', 'p').clip).toEqual({ shotId: 'b-shot', from: 3, frames: 7 });
  });

  test('is the part that a clip of the film shows, or a marked part of that', () => {
    const clip = recordOf(two, 'clip', 'b-clip');
    expect(partOfClip(two, clip, 'a-shot')).toEqual({ shotId: 'b-shot', from: 0, frames: 8 });
    expect(partOfClip(two, clip, 'a-shot', { from: 46, to: 100 })).toEqual({ shotId: 'b-shot', from: 6, frames: 6 });
  });

  test.each([
    ['of its own shot', { shotId: 'a-shot', from: 0 }, 'a shot cannot pass through itself'],
    ['of no shot', { shotId: 'gone' }, 'the clip to pin is not in this film'],
    ['from beyond its film', { from: 24 }, 'the pinned clip has no frame 24'],
    ['longer than its film', { frames: 7 }, '7 frames of the clip cannot be pinned'],
    ['of one frame', { frames: 1 }, '1 frames of the clip cannot be pinned'],
  ])('%s is refused', (_, over, message) => {
    expect(() => pinned(over)).toThrow(message);
  });

  test('an image has no part to choose', () => {
    expect(() => setPinnedClip(two, 'first', { from: 1 })).toThrow('an image is pinned there, not a clip');
  });
});
