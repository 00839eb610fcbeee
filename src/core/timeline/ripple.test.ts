import { describe, expect, test } from 'vitest';
import { recordOf } from '../document/access';
import type { Document } from '../document/records';
import { AppError } from '../errors';
import { liftRange } from './clear-range';
import { deleteClips } from './delete-clips';
import { closeGap, gapBetween } from './fill-gap';
import { insertAudio } from './insert-audio';
import { moveClip } from './move';
import { copyClips, pasteClips } from './paste';
import { aShot, after, anEmptyFilm } from './test-films';
import { linkClips, trimmedTogether } from './together';
import { addTrack, setTrack } from './tracks';
import { addDissolve } from './transitions';
import { trimClip, trimClips } from './trim';

const sound =
  (id: string, start: number, frameCount: number, trackId = 'voices') =>
  (doc: Document) =>
    insertAudio(doc, { clipId: id, trackId, start, mediaId: 'm', name: id, frameCount });
const link = (picture: string, voice: string) => (doc: Document) =>
  linkClips(doc, [`${picture}-clip`, voice], `${picture}-link`);
const places = (doc: Document, ...ids: string[]) =>
  ids.map((id) => {
    const { start, duration } = recordOf(doc, 'clip', id);
    return [start, start + duration];
  });
const refusal = (edit: () => unknown): AppError => {
  try {
    edit();
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('not refused');
};
function counter(): () => string {
  let next = 0;
  return () => `new-${next++}`;
}

/** Pictures a at 0, b at 27, c at 54, each 27 long with a voice under it; a's is 20 long. Music lies under all of them. */
const film = after(
  anEmptyFilm(),
  (doc) => addTrack(doc, { id: 'voices', type: 'audio' }),
  (doc) => addTrack(doc, { id: 'music', type: 'audio' }),
  aShot('a'),
  aShot('b', { start: 27 }),
  aShot('c', { start: 54 }),
  sound('a-voice', 0, 20),
  sound('b-voice', 27, 27),
  sound('c-voice', 54, 27),
  sound('song', 0, 60, 'music'),
  link('a', 'a-voice'),
  link('b', 'b-voice'),
  link('c', 'c-voice'),
);
const unsynced = (trackId: string) => (doc: Document) => setTrack(doc, trackId, { isSyncLocked: false });

describe('deleting with ripple', () => {
  test('moves what follows by the same frames on every track, though a picture is longer than its sound', () => {
    const doc = after(film, (now) => deleteClips(now, ['a-clip', 'a-voice'], { ripple: true }));
    expect(places(doc, 'b-clip', 'b-voice', 'c-clip', 'c-voice', 'song')).toEqual([
      [0, 27],
      [0, 27],
      [27, 54],
      [27, 54],
      [0, 60],
    ]);
  });

  test('leaves the rest of the gap where the sound of what follows begins before its picture', () => {
    const jCut = after(
      film,
      (doc) => trimClip(doc, 'b-voice', 'start', 35, { ripple: false }),
      (doc) => trimClip(doc, 'a-clip', 'end', 15, { ripple: false }),
      (doc) => moveClip(doc, 'b-clip', { trackId: 'track-1', start: 27 }),
    );
    const early = after(
      jCut,
      (doc) => trimClip(doc, 'b-clip', 'start', 31, { ripple: false }),
      (doc) => trimClip(doc, 'b-voice', 'start', 29, { ripple: false }),
      (doc) => trimClip(doc, 'c-clip', 'start', 60, { ripple: false }),
    );
    const doc = after(early, (now) => deleteClips(now, ['b-clip', 'b-voice'], { ripple: true }));
    // c's voice follows b's at once, its picture six frames later.
    expect(places(doc, 'c-clip', 'c-voice')).toEqual([
      [60 - 25, 81 - 25],
      [54 - 25, 81 - 25],
    ]);
  });

  test('is refused where a clip of another track is in the way, and says what to do', () => {
    const busy = after(film, sound('bell', 60, 5, 'music'));
    const { message, detail } = refusal(() => deleteClips(busy, ['b-clip', 'b-voice'], { ripple: true }));
    expect(message).toBe('"song" on track A2 is in the way: what follows it there cannot move 27 frames left');
    expect(detail.remedy).toBe('Make room there first, or turn the sync lock of A2 off.');
    const freed = after(busy, unsynced('music'));
    const doc = after(freed, (now) => deleteClips(now, ['b-clip', 'b-voice'], { ripple: true }));
    expect(places(doc, 'c-clip', 'c-voice', 'bell')).toEqual([
      [27, 54],
      [27, 54],
      [60, 65],
    ]);
  });

  test('takes the linked sound along though its track is out of sync lock, but nothing from a locked track', () => {
    const free = after(film, unsynced('voices'));
    const doc = after(free, (now) => deleteClips(now, ['a-clip', 'a-voice'], { ripple: true }));
    expect(places(doc, 'b-voice', 'c-voice')).toEqual([
      [0, 27],
      [27, 54],
    ]);
    const locked = after(film, (now) => setTrack(now, 'voices', { isLocked: true }));
    const stays = after(locked, (now) => deleteClips(now, ['a-clip'], { ripple: true }));
    expect(places(stays, 'b-clip', 'b-voice')).toEqual([
      [0, 27],
      [27, 54],
    ]);
  });

  test('closes each hole by itself', () => {
    const doc = after(film, (now) => deleteClips(now, ['a-clip', 'a-voice', 'c-clip', 'c-voice'], { ripple: true }));
    expect(places(doc, 'b-clip', 'b-voice')).toEqual([
      [0, 27],
      [0, 27],
    ]);
  });
});

describe('a ripple trim', () => {
  test('of the end moves every track; of the start too, with what lies over the clip', () => {
    const over = after(film, sound('knock', 65, 3, 'music'));
    const end = after(over, (now) =>
      trimClips(now, trimmedTogether(now, 'b-clip', 'end'), 'end', 50, { ripple: true }),
    );
    expect(places(end, 'b-clip', 'b-voice', 'c-clip', 'c-voice', 'knock')).toEqual([
      [27, 50],
      [27, 50],
      [50, 77],
      [50, 77],
      [61, 64],
    ]);
    const start = after(over, (now) =>
      trimClips(now, trimmedTogether(now, 'b-clip', 'start'), 'start', 30, { ripple: true }),
    );
    expect(places(start, 'b-clip', 'b-voice', 'c-clip', 'c-voice', 'knock')).toEqual([
      [27, 51],
      [27, 51],
      [51, 78],
      [51, 78],
      [62, 65],
    ]);
  });

  test('of a start takes a sound along that begins later', () => {
    const late = after(film, (now) => trimClip(now, 'b-voice', 'start', 40, { ripple: false }));
    const doc = after(late, (now) => trimClip(now, 'b-clip', 'start', 30, { ripple: true }));
    expect(places(doc, 'b-clip', 'b-voice', 'c-clip', 'c-voice')).toEqual([
      [27, 51],
      [37, 51],
      [51, 78],
      [51, 78],
    ]);
  });

  test('is refused where the sound under it has no room to follow', () => {
    const { message } = refusal(() => trimClip(film, 'b-clip', 'end', 50, { ripple: true }));
    expect(message).toBe('"b-voice" on track A1 is in the way: what follows it there cannot move 4 frames left');
  });
});

describe('other ripples', () => {
  test('a gap is closed on all tracks, or not at all', () => {
    const apart = after(film, (now) => deleteClips(now, ['b-clip', 'b-voice'], { ripple: false }));
    const gap = (doc: Document) => gapBetween(doc, 'a-clip', 'c-clip')!;
    const doc = after(apart, (now) => closeGap(now, gap(now)));
    expect(places(doc, 'c-clip', 'c-voice')).toEqual([
      [27, 54],
      [27, 54],
    ]);
    const busy = after(apart, sound('hum', 40, 10));
    expect(refusal(() => closeGap(busy, gap(busy))).message).toMatch('"hum" on track A1 is in the way');
  });

  test('extracting from some tracks moves the others too', () => {
    const wipe = (trackIds: string[], range = { from: 30, to: 54 }) =>
      after(film, (doc) => liftRange(doc, range, { trackIds, ripple: true, newId: counter() }));
    expect(places(wipe(['track-1', 'voices']), 'b-clip', 'b-voice', 'c-clip', 'c-voice')).toEqual([
      [27, 30],
      [27, 30],
      [30, 57],
      [30, 57],
    ]);
    expect(refusal(() => wipe(['track-1'])).message).toMatch('"b-voice" on track A1 is in the way');
  });

  test('a clip inserted in the middle of a pair parts both, and links their later halves with each other', () => {
    const copied = copyClips(film, ['c-clip']);
    const { diff } = pasteClips(film, copied, { atFrame: 40, mode: 'insert', newId: counter() });
    const doc = after(film, () => diff);
    const halves = [...doc.values()].filter((record) => record.kind === 'clip' && record.start === 40 + 27);
    expect(halves).toHaveLength(2);
    expect(new Set(halves.map((half) => (half.kind === 'clip' ? half.linkId : null))).size).toBe(1);
    expect(recordOf(doc, 'clip', 'b-clip').linkId).toBe('b-link');
    expect(halves.map((half) => (half.kind === 'clip' ? half.linkId : null))).not.toContain('b-link');
    expect(places(doc, 'c-clip', 'c-voice')).toEqual([
      [81, 108],
      [81, 108],
    ]);
  });

  test('a dissolve that needs handles trims the sound with the picture', () => {
    const doc = after(film, (now) => addDissolve(now, 'b-clip', 'c-clip', { id: 'd', frames: 6 }));
    expect(places(doc, 'b-clip', 'b-voice', 'c-clip', 'c-voice')).toEqual([
      [27, 51],
      [27, 51],
      [51, 75],
      [51, 75],
    ]);
  });
});

test('sync lock is on unless it is turned off, and then leaves no trace when it is on again', () => {
  const off = after(film, unsynced('music'));
  expect(recordOf(off, 'track', 'music').isSyncLocked).toBe(false);
  expect(
    recordOf(
      after(off, (doc) => setTrack(doc, 'music', { isSyncLocked: true })),
      'track',
      'music',
    ),
  ).toEqual(recordOf(film, 'track', 'music'));
});
