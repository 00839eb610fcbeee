import { describe, expect, test } from 'vitest';
import { applyDiff, reverseDiff } from '../document/apply-diff';
import { recordOf } from '../document/access';
import { plannedRange, projectFrameAt, shotFrameAt } from '../document/branch';
import { playedRate } from '../document/clip-speed';
import { takeIndexFrom } from '../document/film';
import { violations } from '../document/invariants';
import type { Document } from '../document/records';
import { planFilm } from '../export/plan';
import { planInterchange } from '../interchange/plan';
import { createRate } from '../time/rate';
import { extendForward, grownProjectFrames } from './grow-segment';
import { insertAudio } from './insert-audio';
import { insertStill } from './insert-still';
import { redrawClip } from './redraw';
import { removePlannedSegment } from './segments';
import { isSpeedLocked, setClipSpeed } from './set-speed';
import { slipLimits } from './slip';
import { splitClip } from './split';
import { aShot, aTake, after, anEmptyFilm, testSampling } from './test-films';
import { linkClips } from './together';
import { addTrack, setTrack } from './tracks';
import { trimClip, trimLimits } from './trim';

/** Two shots of 9 frames at 8 a second in a film of 24: 27 project frames each, one after the other. */
const film = after(anEmptyFilm(), aShot('a'), aShot('b', { start: 27 }));
const made = (doc: Document) => takeIndexFrom([aTake(doc, 'ta', 'a-first'), aTake(doc, 'tb', 'b-first')]);
const clip = (doc: Document, id: string) => {
  const { start, duration, sourceIn, speed } = recordOf(doc, 'clip', id);
  return { start, duration, sourceIn, speed };
};
/** Shot frames that the clip shows, one for each project frame. */
const shown = (doc: Document, id: string): number[] => {
  const { start, duration } = recordOf(doc, 'clip', id);
  return Array.from({ length: duration }, (_, i) => shotFrameAt(doc, recordOf(doc, 'clip', id), start + i));
};

test('half the speed takes twice the film for the same frames, and what follows moves', () => {
  const slow = after(film, (doc) => setClipSpeed(doc, 'a-clip', 50));
  expect(clip(slow, 'a-clip')).toEqual({ start: 0, duration: 54, sourceIn: 0, speed: 50 });
  expect(clip(slow, 'b-clip').start).toBe(54);
  expect(shown(slow, 'a-clip')).toEqual(Array.from({ length: 54 }, (_, i) => Math.floor(i / 6)));
  const fast = after(slow, (doc) => setClipSpeed(doc, 'a-clip', 300));
  expect(clip(fast, 'a-clip')).toEqual({ start: 0, duration: 9, sourceIn: 0, speed: 300 });
  expect(clip(fast, 'b-clip').start).toBe(9);
  expect(shown(fast, 'a-clip')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  // Its own speed leaves nothing behind.
  const own = after(fast, (doc) => setClipSpeed(doc, 'a-clip', 100));
  expect(recordOf(own, 'clip', 'a-clip')).toEqual(recordOf(film, 'clip', 'a-clip'));
  expect(clip(own, 'b-clip').start).toBe(27);
});

test('a trimmed clip goes on showing what it showed', () => {
  const trimmed = after(
    film,
    (doc) => trimClip(doc, 'a-clip', 'start', 6, { ripple: false }),
    (doc) => trimClip(doc, 'a-clip', 'end', 21, { ripple: false }),
  );
  expect(new Set(shown(trimmed, 'a-clip'))).toEqual(new Set([2, 3, 4, 5, 6]));
  for (const speed of [10, 33, 50, 137, 250]) {
    const changed = after(trimmed, (doc) => setClipSpeed(doc, 'a-clip', speed));
    expect(clip(changed, 'a-clip').start).toBe(6);
    expect([shown(changed, 'a-clip')[0], shown(changed, 'a-clip').at(-1)]).toEqual([2, 6]);
    expect(violations(changed)).toEqual([]);
  }
});

test('a slowed clip is split, trimmed to its end and grown as any other', () => {
  const slow = after(film, (doc) => setClipSpeed(doc, 'a-clip', 50));
  const split = after(slow, (doc) => splitClip(doc, 'a-clip', 30, 'right'));
  expect(clip(split, 'right')).toEqual({ start: 30, duration: 24, sourceIn: 30, speed: 50 });
  // Each half has a speed of its own from here on.
  const mixed = after(split, (doc) => setClipSpeed(doc, 'right', 200));
  expect(new Set(shown(mixed, 'right'))).toEqual(new Set([5, 6, 7, 8]));
  expect(clip(mixed, 'a-clip').duration).toBe(30);

  expect(grownProjectFrames(slow, 'a-clip', { frameCount: 4, direction: 'forward' })).toBe(24);
  const growth = { segmentId: 'g', blockId: 'gb', frameCount: 4, text: 'on' };
  const grown = after(slow, (doc) => extendForward(doc, 'a-clip', growth));
  expect(clip(grown, 'a-clip').duration).toBe(78);
  expect(clip(grown, 'b-clip').start).toBe(78);
  expect(plannedRange(grown, 'a-shot')).toEqual({ from: 0, to: 13 });
});

test('a film that gets shorter trims each clip of a shot by its own speed', () => {
  const growth = { segmentId: 'g', blockId: 'gb', frameCount: 4, text: 'on' };
  const grown = after(
    film,
    (doc) => extendForward(doc, 'a-clip', growth),
    (doc) => splitClip(doc, 'a-clip', 12, 'right'),
    (doc) => setClipSpeed(doc, 'right', 50),
  );
  expect(new Set(shown(grown, 'right'))).toEqual(new Set([4, 5, 6, 7, 8, 9, 10, 11, 12]));
  const back = after(grown, (doc) => removePlannedSegment(doc, 'g'));
  expect(new Set(shown(back, 'right'))).toEqual(new Set([4, 5, 6, 7, 8]));
  expect(clip(back, 'right').duration).toBe(30);
});

test('viewer, export and other programs get the frames it plays', () => {
  const slow = after(
    film,
    (doc) => splitClip(doc, 'a-clip', 12, 'right'),
    (doc) => setClipSpeed(doc, 'right', 50),
  );
  const takes = made(slow);
  const plan = planFilm(slow, takes, { from: 0, to: 69, stills: () => null });
  expect(plan.missing).toEqual([]);
  const hashes = plan.frames.map((layers) => layers[0]?.frame);
  expect(hashes.slice(12, 24)).toEqual([
    ...Array<string>(6).fill(hashes[12] ?? ''),
    ...Array<string>(6).fill(hashes[18] ?? ''),
  ]);
  expect(hashes[9]).not.toBe(hashes[12]);

  const handed = planInterchange(slow, takes, { from: 0, to: 69, stills: () => null, extensionOfSound: () => '' });
  // A file for each speed: other programs play what they are given.
  expect(handed.pictures.map(({ frames }) => frames.length)).toEqual([27, 54, 27]);
  for (const one of handed.tracks[0]?.clips ?? []) {
    const file = handed.pictures.find((picture) => picture.file === one.file);
    expect(file?.frames.slice(one.fileIn, one.fileIn + one.duration)).toEqual(
      hashes.slice(one.start, one.start + one.duration),
    );
  }
});

test('a clip drawn over is as slow as what it is drawn over', () => {
  const slow = after(
    film,
    (doc) => setClipSpeed(doc, 'a-clip', 50),
    (doc) =>
      redrawClip(doc, {
        clipId: 'a-clip',
        ids: { shotId: 'r', segmentId: 'rs', newClipId: 'r-clip', blockId: 'rb', trackId: 'rt' },
        ...{ name: 'Redrawn', text: 'in ink', modelId: 'pocket', width: 64, height: 32, sampling: testSampling },
        strength: 0.5,
      }),
  );
  expect(clip(slow, 'r-clip')).toEqual(clip(slow, 'a-clip'));
  expect(shown(slow, 'r-clip')).toEqual(shown(slow, 'a-clip'));
});

test('a still, and speeds that are none, are refused by name; nothing has changed', () => {
  const mixed = after(
    film,
    aTrackFor('sound'),
    aSound('s', 'sound', 0, 27),
    (doc) =>
      insertStill(doc, { clipId: 'still', trackId: 'track-2', start: 0, duration: 9, mediaId: 'm', name: 'moon' }),
    // A still with its sound: the sound changes, and the still is as long as it.
    (doc) => linkClips(doc, ['still', 's'], 'pair'),
  );
  const refused = (id: string, speed: number) => () => setClipSpeed(mixed, id, speed);
  expect(refused('still', 50)).toThrow(/moon.* is a still/);
  for (const speed of [0, 9, 1_001, 50.5, Number.NaN]) expect(refused('b-clip', speed)).toThrow(/cannot be played at/);
});

const aTrackFor = (id: string) => (doc: Document) => addTrack(doc, { id, type: 'audio' });
const aSound = (clipId: string, trackId: string, start: number, frameCount: number) => (doc: Document) =>
  insertAudio(doc, { clipId, trackId, start, mediaId: `${clipId}-media`, name: clipId, frameCount });

/** Both shots with their sound under them, as footage comes. */
const footage = after(
  film,
  aTrackFor('t'),
  aSound('sea', 't', 0, 27),
  aSound('wind', 't', 27, 27),
  (doc) => linkClips(doc, ['a-clip', 'sea'], 'first'),
  (doc) => linkClips(doc, ['b-clip', 'wind'], 'second'),
);

describe('linked clips', () => {
  test.each(['a-clip', 'sea'])('the sound goes along, whichever of the two is asked: %s', (id) => {
    const slow = after(footage, (doc) => setClipSpeed(doc, id, 50));
    for (const one of ['a-clip', 'sea'])
      expect(clip(slow, one)).toEqual({ start: 0, duration: 54, sourceIn: 0, speed: 50 });
    // What follows moves once, with its sound.
    for (const one of ['b-clip', 'wind'])
      expect(clip(slow, one)).toEqual({ start: 54, duration: 27, sourceIn: 0, speed: undefined });
    const fast = after(slow, (doc) => setClipSpeed(doc, id, 300));
    for (const one of ['a-clip', 'sea']) expect(clip(fast, one)).toMatchObject({ start: 0, duration: 9, speed: 300 });
    for (const one of ['b-clip', 'wind']) expect(clip(fast, one).start).toBe(9);
    // All of it is one edit, and back at its own speed nothing is left of it.
    const own = after(fast, (doc) => setClipSpeed(doc, id, 100));
    expect([...own.values()]).toEqual([...footage.values()]);
    const diff = setClipSpeed(footage, id, 50);
    expect([...applyDiff(slow, reverseDiff(diff)).values()]).toEqual([...footage.values()]);
  });

  test('one taken out of its link is changed alone', () => {
    const alone = after(footage, (doc) => setClipSpeed(doc, 'sea', 50, () => false));
    expect(clip(alone, 'sea')).toEqual({ start: 0, duration: 54, sourceIn: 0, speed: 50 });
    expect(clip(alone, 'a-clip')).toEqual(clip(footage, 'a-clip'));
    expect([clip(alone, 'b-clip').start, clip(alone, 'wind').start]).toEqual([54, 54]);
  });

  test('a locked track refuses, and nothing has changed; what is out of sync lock stays', () => {
    const locked = after(footage, (doc) => setTrack(doc, 't', { isLocked: true }));
    expect(isSpeedLocked(locked, recordOf(locked, 'clip', 'a-clip'), () => true)).toBe(true);
    expect(() => setClipSpeed(locked, 'a-clip', 50)).toThrow(/track A1 is locked/);
    expect(isSpeedLocked(locked, recordOf(locked, 'clip', 'a-clip'), () => false)).toBe(false);
    const music = after(footage, aTrackFor('u'), aSound('music', 'u', 40, 27));
    const moved = after(music, (doc) => setClipSpeed(doc, 'a-clip', 50));
    expect(clip(moved, 'music').start).toBe(67);
    const free = after(music, (doc) => setTrack(doc, 'u', { isSyncLocked: false }));
    expect(
      clip(
        after(free, (doc) => setClipSpeed(doc, 'a-clip', 50)),
        'music',
      ).start,
    ).toBe(40);
  });

  test('a sound that begins before its picture and ends after it does so by as many frames, in step with it', () => {
    const early = after(
      anEmptyFilm(),
      aTrackFor('t'),
      aSound('sea', 't', 0, 60),
      (doc) => trimClip(doc, 'sea', 'start', 10, { ripple: false }),
      (doc) => trimClip(doc, 'sea', 'end', 50, { ripple: false }),
      aShot('a', { start: 20 }),
      (doc) => trimClip(doc, 'a-clip', 'end', 44, { ripple: false }),
      (doc) => linkClips(doc, ['a-clip', 'sea'], 'pair'),
    );
    const slow = after(early, (doc) => setClipSpeed(doc, 'a-clip', 50));
    expect(clip(slow, 'a-clip')).toMatchObject({ start: 20, duration: 48 });
    // Sound frame 20 lies under the first frame of the picture: as it plays now, that is its frame 40.
    expect(clip(slow, 'sea')).toEqual({ start: 10, duration: 64, sourceIn: 30, speed: 50 });
    // Sped up it would need 20 frames of before the picture, and has as many.
    const fast = after(early, (doc) => setClipSpeed(doc, 'sea', 200));
    expect(clip(fast, 'a-clip')).toMatchObject({ start: 20, duration: 12 });
    expect(clip(fast, 'sea')).toEqual({ start: 10, duration: 28, sourceIn: 0, speed: 200 });
    const faster = after(early, (doc) => setClipSpeed(doc, 'sea', 400));
    // It has less than that, and begins later.
    expect(clip(faster, 'sea')).toEqual({ start: 15, duration: 15, sourceIn: 0, speed: 400 });
  });

  test('pictures over one sound all change, in proportion', () => {
    const both = after(film, aTrackFor('t'), aSound('sea', 't', 0, 60), (doc) =>
      linkClips(doc, ['a-clip', 'b-clip', 'sea'], 'three'),
    );
    for (const id of ['a-clip', 'b-clip', 'sea']) {
      const slow = after(both, (doc) => setClipSpeed(doc, id, 50));
      expect(clip(slow, 'a-clip')).toEqual({ start: 0, duration: 54, sourceIn: 0, speed: 50 });
      expect(clip(slow, 'b-clip')).toEqual({ start: 54, duration: 54, sourceIn: 0, speed: 50 });
      expect(clip(slow, 'sea')).toEqual({ start: 0, duration: 120, sourceIn: 0, speed: 50 });
    }
  });

  test('a sound within its picture moves to where its moment goes', () => {
    const inside = after(footage, (doc) => splitClip(doc, 'sea', 12, 'late'));
    const slow = after(inside, (doc) => setClipSpeed(doc, 'a-clip', 50));
    expect(clip(slow, 'sea')).toMatchObject({ start: 0, duration: 24, sourceIn: 0, speed: 50 });
    expect(clip(slow, 'late')).toMatchObject({ start: 24, duration: 30, sourceIn: 24, speed: 50 });
    expect(clip(slow, 'wind').start).toBe(54);
  });
});

describe('a sound at another speed', () => {
  test('is trimmed, slipped and split as far as it goes then', () => {
    const slow = after(anEmptyFilm(), aTrackFor('t'), aSound('sea', 't', 0, 27), (doc) => setClipSpeed(doc, 'sea', 33));
    // 27 / 0.33 = 81.8 frames, the last one begun included.
    expect(clip(slow, 'sea').duration).toBe(82);
    expect(trimLimits(slow, 'sea', 'end', { ripple: false })).toEqual({ min: 1, max: 82 });
    const short = after(slow, (doc) => trimClip(doc, 'sea', 'end', 40, { ripple: false }));
    expect(slipLimits(short, 'sea')).toEqual({ min: 0, max: 42 });
    const split = after(short, (doc) => splitClip(doc, 'sea', 15, 'rest'));
    expect(clip(split, 'rest')).toEqual({ start: 15, duration: 25, sourceIn: 15, speed: 33 });
  });

  test('may not last over 20 minutes; the error says from which speed on it would not', () => {
    const long = after(anEmptyFilm(), aTrackFor('t'), aSound('sea', 't', 0, 24 * 60 * 11));
    expect(() => setClipSpeed(long, 'sea', 50)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('would last over 20 minutes at 50 %') as string,
        detail: expect.objectContaining({ remedy: expect.stringContaining('Use 55 % or more') as string }) as object,
      }) as Error,
    );
    expect(
      clip(
        after(long, (doc) => setClipSpeed(doc, 'sea', 55)),
        'sea',
      ).duration,
    ).toBe(24 * 60 * 20);
  });
});

test('rates stay exact', () => {
  expect(playedRate({ speed: 137 }, createRate(24_000, 1001))).toEqual({ num: 32_880, den: 1001 });
  expect(playedRate({ speed: 50 }, createRate(25))).toEqual({ num: 25, den: 2 });
  expect(playedRate({}, createRate(25))).toEqual({ num: 25, den: 1 });
  // Hours on, the first frame that shows a shot frame shows it.
  const doc = after(anEmptyFilm(createRate(30_000, 1001)), aShot('long', { frameCount: 40_000 }), (now) =>
    setClipSpeed(now, 'long-clip', 33),
  );
  const long = recordOf(doc, 'clip', 'long-clip');
  for (const frame of [0, 1, 17_999, 39_999]) {
    const at = projectFrameAt(doc, long, frame);
    expect(shotFrameAt(doc, long, at)).toBe(frame);
    expect(shotFrameAt(doc, long, at - 1)).toBe(frame - 1);
  }
});
