import { expect, test } from 'vitest';
import { audioTracksOf, recordOf, tracksOf } from '../document/access';
import { applyDiff } from '../document/apply-diff';
import type { Document } from '../document/records';
import { AppError } from '../errors';
import { insertAudio, setClipSound } from './insert-audio';
import { insertStill } from './insert-still';
import { moveClip } from './move';
import { rollCut } from './roll';
import { slideClip } from './slide';
import { splitClip } from './split';
import { aShot, after, anEmptyFilm } from './test-films';
import { addTrack, removeTrack } from './tracks';
import { addDissolve } from './transitions';
import { trimClip } from './trim';

const aSound =
  (id: string, start = 0) =>
  (doc: Document) =>
    insertAudio(doc, { clipId: id, trackId: 'a1', start, mediaId: 'm', name: id, frameCount: 20 });
const film = after(anEmptyFilm(), (doc) => addTrack(doc, { id: 'a1', type: 'audio' }), aSound('s'));

function refusal(edit: () => unknown): string {
  try {
    edit();
  } catch (error) {
    if (error instanceof AppError) return `${error.detail.field ?? ''}: ${error.message}`;
    throw error;
  }
  return 'done';
}

test('audio tracks lie below the video tracks, each further down, and are named A1, A2 …', () => {
  const doc = after(film, (now) => addTrack(now, { id: 'a2', type: 'audio' }));
  expect(tracksOf(doc).map(({ name }) => name)).toEqual(['A2', 'A1', 'V1', 'V2']);
  // The tracks beyond a removed one close up.
  const left = applyDiff(doc, removeTrack(doc, 'a1', { withClips: true }));
  expect(audioTracksOf(left)).toMatchObject([{ id: 'a2', order: 0 }]);
});

test('sound goes on audio tracks only, and pictures never do', () => {
  const still = { clipId: 'p', trackId: 'a1', start: 40, duration: 3, mediaId: 'm', name: 'photo' };
  expect([
    refusal(() => insertStill(film, still)),
    refusal(() => aShot('x', { trackId: 'a1', start: 40 })(film)),
    refusal(() => moveClip(film, 's', { trackId: 'track-1', start: 0 })),
  ]).toEqual([
    ': "photo" is a picture, and A1 is an audio track',
    ': "x" is a picture, and A1 is an audio track',
    ': "s" is sound, and V1 is a video track',
  ]);
});

test('a sound is not trimmed beyond what its file has, nor dissolved', () => {
  const two = after(film, aSound('t', 20));
  expect([
    refusal(() => trimClip(film, 's', 'end', 21, { ripple: false })),
    refusal(() => addDissolve(two, 's', 't', { id: 'd', frames: 4 })),
  ]).toEqual(['clip.end: the end of "s" cannot be at frame 21', 'transition: "s" is sound']);
});

test('a rolled cut and a slid clip leave every sound where it is in the film', () => {
  const placeOf = (doc: Document, id: string) => {
    const { start, sourceIn } = recordOf(doc, 'clip', id);
    return { start, sourceIn };
  };
  const cut = after(
    film,
    (doc) => splitClip(doc, 's', 8, 'm'),
    (doc) => splitClip(doc, 'm', 12, 'r'),
  );
  expect(
    placeOf(
      after(cut, (doc) => rollCut(doc, 's', 'm', 10)),
      'm',
    ),
  ).toEqual({ start: 10, sourceIn: 10 });
  expect(
    placeOf(
      after(cut, (doc) => slideClip(doc, 'm', 10)),
      'r',
    ),
  ).toEqual({ start: 14, sourceIn: 14 });
});

test('gain and fades are set within bounds, by name', () => {
  const set = after(film, (doc) => setClipSound(doc, 's', { gainDb: -3.5, fadeIn: 4 }));
  expect(recordOf(set, 'clip', 's').source).toMatchObject({ gainDb: -3.5, fadeIn: 4, fadeOut: 0 });
  expect([
    refusal(() => setClipSound(film, 's', { gainDb: 30 })),
    refusal(() => setClipSound(film, 's', { gainDb: Number.NaN })),
    refusal(() => setClipSound(film, 's', { fadeOut: 21 })),
  ]).toEqual([
    'clip.gainDb: a gain of 30 dB is not possible',
    'clip.gainDb: a gain of NaN dB is not possible',
    'clip.fadeOut: "s" cannot be faded over 21 frames',
  ]);
});
