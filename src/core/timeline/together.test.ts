import { describe, expect, test } from 'vitest';
import { recordOf, recordsOf } from '../document/access';
import { violations } from '../document/invariants';
import type { Document } from '../document/records';
import { deleteClips } from './delete-clips';
import { insertAudio } from './insert-audio';
import { copyClips, pasteClips } from './paste';
import { aShot, after, anEmptyFilm } from './test-films';
import {
  groupClips,
  linkClips,
  splitClips,
  trimLimitsOfAll,
  trimmedTogether,
  ungroupClips,
  unlinkClips,
  withCompanions,
} from './together';
import { addTrack, setTrack } from './tracks';
import { trimClips } from './trim';

const sound = (id: string, start: number, frameCount: number) => (doc: Document) =>
  insertAudio(doc, { clipId: id, trackId: 'sounds', start, mediaId: 'm', name: id, frameCount });

/** Shot a at 0 + 27 with sound s under it, shot b at 27 + 27. */
const film = after(
  anEmptyFilm(),
  (doc) => addTrack(doc, { id: 'sounds', type: 'audio' }),
  aShot('a'),
  aShot('b', { start: 27 }),
  sound('s', 0, 27),
);
const linked = after(film, (doc) => linkClips(doc, ['a-clip', 's'], 'l'));
const grouped = after(film, (doc) => groupClips(doc, ['a-clip', 'b-clip'], 'g'));
const clip = (doc: Document, id: string) => recordOf(doc, 'clip', id);
function counter(): () => string {
  let next = 0;
  return () => `new-${next++}`;
}

describe('a group', () => {
  test('is found from any of its clips, through links too', () => {
    const both = after(grouped, (doc) => linkClips(doc, ['a-clip', 's'], 'l'));
    expect(withCompanions(both, ['b-clip']).sort()).toEqual(['a-clip', 'b-clip', 's']);
    expect(withCompanions(film, ['b-clip', 'no-clip'])).toEqual(['b-clip', 'no-clip']);
  });

  test('ends when only one is left, and undo of that edit has it again', () => {
    const doc = after(grouped, (now) => deleteClips(now, ['a-clip'], { ripple: false }));
    expect(clip(doc, 'b-clip')).not.toHaveProperty('groupId');
    expect(violations(doc)).toEqual([]);
  });

  test('is dissolved as a whole', () => {
    const doc = after(grouped, (now) => ungroupClips(now, ['b-clip']));
    expect(recordsOf(doc, 'clip').every((one) => !('groupId' in one))).toBe(true);
  });

  test('copied is a group of its own', () => {
    const copied = copyClips(grouped, ['a-clip', 'b-clip']);
    const { diff, clipIds } = pasteClips(grouped, copied, { atFrame: 60, mode: 'overwrite', newId: counter() });
    const doc = after(grouped, () => diff);
    const ids = new Set(clipIds.map((id) => clip(doc, id).groupId));
    expect(ids.size).toBe(1);
    expect(ids.has('g')).toBe(false);
    expect(withCompanions(doc, ['a-clip']).sort()).toEqual(['a-clip', 'b-clip']);
  });

  test('of which one was copied leaves the copy alone', () => {
    const copied = copyClips(grouped, ['a-clip']);
    const { diff, clipIds } = pasteClips(grouped, copied, { atFrame: 60, mode: 'overwrite', newId: counter() });
    expect(
      clip(
        after(grouped, () => diff),
        clipIds[0] ?? '',
      ),
    ).not.toHaveProperty('groupId');
  });

  test('needs two clips, and tracks that may change', () => {
    expect(() => groupClips(film, ['a-clip', 'a-clip'], 'g')).toThrow(/one clip alone is no group/);
    const locked = after(film, (doc) => setTrack(doc, 'track-1', { isLocked: true }));
    expect(() => groupClips(locked, ['a-clip', 'b-clip'], 'g')).toThrow(/locked/);
  });
});

describe('a link', () => {
  test('ties pictures to sounds only, and comes undone', () => {
    expect(() => linkClips(film, ['a-clip', 'b-clip'], 'l')).toThrow(/ties a picture to a sound/);
    expect(
      clip(
        after(linked, (doc) => unlinkClips(doc, ['s'])),
        'a-clip',
      ),
    ).not.toHaveProperty('linkId');
  });

  test('trims both where their edges meet, as far as both can', () => {
    const ids = trimmedTogether(linked, 'a-clip', 'end');
    expect(ids).toEqual(['a-clip', 's']);
    expect(trimLimitsOfAll(linked, ids, 'end', { ripple: false })).toEqual({ min: 1, max: 27 });
    const doc = after(linked, (now) => trimClips(now, ids, 'end', 20, { ripple: false }));
    expect([clip(doc, 'a-clip').duration, clip(doc, 's').duration]).toEqual([20, 20]);
    expect(
      trimmedTogether(
        after(linked, (now) => trimClips(now, ['s'], 'end', 9, { ripple: false })),
        'a-clip',
        'end',
      ),
    ).toEqual(['a-clip']);
  });

  test('splits both, and the right halves are linked with each other', () => {
    const { diff, rightIds } = splitClips(linked, ['a-clip'], 10, counter());
    const doc = after(linked, () => diff);
    expect(rightIds).toHaveLength(2);
    expect(withCompanions(doc, ['a-clip']).sort()).toEqual(['a-clip', 's']);
    expect(withCompanions(doc, rightIds.slice(0, 1)).sort()).toEqual([...rightIds].sort());
    expect(violations(doc)).toEqual([]);
  });

  test('is not kept by a half whose companion does not reach so far', () => {
    const short = after(
      film,
      (doc) => trimClips(doc, ['s'], 'end', 9, { ripple: false }),
      (doc) => linkClips(doc, ['a-clip', 's'], 'l'),
    );
    const { diff, rightIds } = splitClips(short, ['a-clip'], 15, counter());
    const doc = after(short, () => diff);
    expect(clip(doc, rightIds[0] ?? '')).not.toHaveProperty('linkId');
    expect(clip(doc, 'a-clip').linkId).toBe('l');
  });
});
