import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filmEnd } from '../document/access';
import { takeIndexFrom } from '../document/film';
import { extendBackward } from '../timeline/grow-segment';
import { insertStill } from '../timeline/insert-still';
import { moveClip } from '../timeline/move';
import { splitClip } from '../timeline/split';
import { aShot, aTake, after, anEmptyFilm } from '../timeline/test-films';
import { setTrack } from '../timeline/tracks';
import { addDissolve } from '../timeline/transitions';
import { createRate } from '../time/rate';
import { createFilmReader, layersAt, planFilm } from './plan';

const stills = (mediaId: string) => (mediaId === 'offline' ? null : `still:${mediaId}`);
const film = after(anEmptyFilm(), aShot('a'), aShot('b', { start: 27 }));
const takes = takeIndexFrom([aTake(film, 'A', 'a-first'), aTake(film, 'B', 'b-first')]);
const opaque = (frame: string) => ({ frame, opacity256: 256 });

test('each project frame shows the shot frame of its time, and black after the end', () => {
  const shown = [0, 2, 3, 26, 27, 53, 54, 1e9].map((frame) => layersAt(film, takes, frame, stills));
  expect(shown.map(({ layers }) => layers)).toEqual([
    [opaque('A:0')],
    [opaque('A:0')],
    [opaque('A:1')],
    [opaque('A:8')],
    [opaque('B:0')],
    [opaque('B:8')],
    [],
    [],
  ]);
  expect(shown.flatMap(({ missing }) => missing)).toEqual([]);
});

test('frames from before the start of a shot are in their place', () => {
  const doc = after(film, (d) =>
    extendBackward(d, 'a-clip', { segmentId: 'e', blockId: null, frameCount: 1, text: null }),
  );
  const index = takeIndexFrom([...[...takes.values()].flat(), aTake(doc, 'E', 'e', { parentTakeId: 'A' })]);
  expect([0, 2, 3].map((frame) => layersAt(doc, index, frame, stills).layers)).toEqual([
    [opaque('E:0')],
    [opaque('E:0')],
    [opaque('A:0')],
  ]);
});

test('upper tracks come last, hidden ones not at all', () => {
  const doc = after(film, (d) =>
    insertStill(d, { clipId: 's', trackId: 'track-2', start: 5, duration: 2, mediaId: 'photo', name: 'photo' }),
  );
  expect(layersAt(doc, takes, 5, stills).layers).toEqual([opaque('A:1'), opaque('still:photo')]);
  expect(
    layersAt(
      after(doc, (d) => setTrack(d, 'track-2', { isHidden: true })),
      takes,
      5,
      stills,
    ).layers,
  ).toEqual([opaque('A:1')]);
});

test('a dissolve mixes both clips over its length, using the frames beyond the cut', () => {
  const doc = after(film, (d) => addDissolve(d, 'a-clip', 'b-clip', { id: 't', frames: 3 }));
  // a keeps 25 frames and b starts one frame in: the cut is at 25, the dissolve over 24, 25 and 26.
  const shown = [23, 24, 25, 26, 27].map((frame) => layersAt(doc, takes, frame, stills));
  expect(shown.flatMap(({ missing }) => missing)).toEqual([]);
  expect(shown.map(({ layers }) => layers)).toEqual([
    [opaque('A:7')],
    [opaque('A:8'), { frame: 'B:0', opacity256: 64 }],
    [opaque('A:8'), { frame: 'B:0', opacity256: 128 }],
    [opaque('A:8'), { frame: 'B:0', opacity256: 192 }],
    [opaque('B:1')],
  ]);
});

test('a split changes nothing on screen', () => {
  const plan = (doc: typeof film) => planFilm(doc, takes, { from: 0, to: 54, stills }).frames;
  for (let at = 1; at < 27; at++)
    expect(plan(after(film, (d) => splitClip(d, 'a-clip', at, 'half')))).toEqual(plan(film));
});

describe('a plan of the film', () => {
  test('has one entry for each frame from the in to the out point', () => {
    const plan = planFilm(film, takes, { from: 26, to: 29, stills });
    expect(plan).toEqual({
      width: 64,
      height: 32,
      rate: { num: 24, den: 1 },
      from: 26,
      to: 29,
      frames: [[opaque('A:8')], [opaque('B:0')], [opaque('B:0')]],
      missing: [],
    });
  });

  test('names what is not made yet, and media that is offline, by ranges', () => {
    const doc = after(film, (d) =>
      insertStill(d, { clipId: 's', trackId: 'track-2', start: 50, duration: 9, mediaId: 'offline', name: 'photo' }),
    );
    const index = takeIndexFrom([aTake(film, 'A', 'a-first', { kept: 7 }), aTake(film, 'B', 'b-first')]);
    expect(planFilm(doc, index, { from: 0, to: filmEnd(doc), stills }).missing).toEqual([
      { clipId: 'a-clip', clipName: 'a', from: 21, to: 27 },
      { clipId: 's', clipName: 'photo', from: 50, to: 59 },
    ]);
  });

  test.each([
    [5, 5],
    [-1, 5],
    [0, 2.5],
  ])('of frames %d to %d is refused', (from, to) => {
    expect(() => planFilm(film, takes, { from, to, stills })).toThrowError(
      expect.objectContaining({ code: 'input/invalid' }),
    );
  });
});

test('at any rate and an hour in, a clip shows all its frames, in order, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(createRate(24_000, 1001), createRate(25), createRate(30_000, 1001), createRate(60)),
      fc.constantFrom(createRate(8), createRate(24), createRate(16)),
      fc.integer({ min: 0, max: 300_000 }),
      (project, shot, start) => {
        const doc = after(anEmptyFilm(project), aShot('a', { rate: shot, frameCount: 20 }), (d) =>
          moveClip(d, 'a-clip', { trackId: 'track-1', start }),
        );
        const reader = createFilmReader(doc, takeIndexFrom([aTake(doc, 'A', 'a-first')]), stills);
        const shown = Array.from(
          { length: filmEnd(doc) - start },
          (_, i) => reader.layersAt(start + i).layers[0]?.frame,
        );
        const made = Array.from({ length: 20 }, (_, i) => `A:${i}`);
        // A shot faster than the film skips frames; none comes out of order.
        const expected =
          project.num * shot.den >= shot.num * project.den ? made : made.filter((frame) => shown.includes(frame));
        expect([...new Set(shown)]).toEqual(expected);
        expect(reader.layersAt(filmEnd(doc)).layers).toEqual([]);
      },
    ),
    { numRuns: 40 },
  );
});
