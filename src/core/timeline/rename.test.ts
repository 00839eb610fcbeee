import { expect, test } from 'vitest';
import { recordOf, recordsOf } from '../document/access';
import { NAME_LENGTH_MOST } from '../document/records';
import { renameClip, renameTrack } from './rename';
import { splitClip } from './split';
import { after, aShot, anEmptyFilm } from './test-films';
import { setTrack } from './tracks';

const film = after(anEmptyFilm(), aShot('a'));

test('a clip takes its shot along, and leaves it when another clip shows it', () => {
  const renamed = after(film, (doc) => renameClip(doc, 'a-clip', '  Opening '));
  expect(recordOf(renamed, 'clip', 'a-clip').name).toBe('Opening');
  expect(recordOf(renamed, 'shot', 'a-shot').name).toBe('Opening');

  const split = after(renamed, (doc) => splitClip(doc, 'a-clip', 9, 'right'));
  const two = after(split, (doc) => renameClip(doc, 'right', 'Landing'));
  expect(recordsOf(two, 'clip').map(({ name }) => name)).toEqual(['Opening', 'Landing']);
  expect(recordOf(two, 'shot', 'a-shot').name).toBe('Opening');
});

test('a name of nothing or of too much is refused with what to do', () => {
  expect(() => renameClip(film, 'a-clip', ' ')).toThrow('a clip needs a name');
  expect(() => renameTrack(film, 'track-1', '')).toThrow('a track needs a name');
  expect(() => renameTrack(film, 'track-1', 'x'.repeat(NAME_LENGTH_MOST + 1))).toThrow('too long');
  expect(
    recordOf(
      after(film, (doc) => renameTrack(doc, 'track-1', 'Titles')),
      'track',
      'track-1',
    ).name,
  ).toBe('Titles');
});

test('a clip on a locked track keeps its name', () => {
  const locked = after(film, (doc) => setTrack(doc, 'track-1', { isLocked: true }));
  expect(() => renameClip(locked, 'a-clip', 'Other')).toThrow('locked');
});
