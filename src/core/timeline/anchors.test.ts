import { expect, test } from 'vitest';
import { anchorsOf } from '../document/access';
import type { Document } from '../document/records';
import { moveAnchor, pinAnchor, removeAnchor } from './anchors';
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
