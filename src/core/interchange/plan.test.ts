import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { takeIndexFrom } from '../document/film';
import type { Document } from '../document/records';
import { planFilm } from '../export/plan';
import { deleteClips } from '../timeline/delete-clips';
import { extendForward } from '../timeline/grow-segment';
import { insertAudio } from '../timeline/insert-audio';
import { insertStill } from '../timeline/insert-still';
import { addMarker } from '../timeline/markers';
import { setClipSpeed } from '../timeline/set-speed';
import { splitClip } from '../timeline/split';
import { aShot, aTake, after, anEmptyFilm } from '../timeline/test-films';
import { addTrack, setTrack } from '../timeline/tracks';
import { addDissolve } from '../timeline/transitions';
import { planInterchange, type Interchange, type InterchangeOptions } from './plan';

const stills = (mediaId: string) => `still:${mediaId}`;
const film = after(anEmptyFilm(), aShot('a'), aShot('b', { start: 27 }));
const takes = takeIndexFrom([aTake(film, 'A', 'a-first'), aTake(film, 'B', 'b-first')]);
const interchange = (doc: Document, over: Partial<InterchangeOptions> = {}) =>
  planInterchange(doc, takes, { from: 0, to: 54, stills, extensionOfSound: () => '.wav', ...over });

/** The frame that an interchange shows: the track on top, without what dissolves mix in. */
function shownAt({ tracks, pictures }: Interchange, frame: number): string | null {
  for (const { kind, clips } of [...tracks].reverse())
    for (const { start, duration, file, fileIn } of kind === 'Video' ? clips : [])
      if (frame >= start && frame < start + duration)
        return pictures.find((picture) => picture.file === file)?.frames[fileIn + frame - start] ?? null;
  return null;
}

test('a shot is one file with all its frames at the film’s rate, whatever its clips show of it', () => {
  const doc = after(film, (d) => splitClip(d, 'a-clip', 10, 'a-2'));
  const { pictures, tracks } = interchange(doc);
  expect(pictures.map(({ file, frames, shotId }) => [file, frames.length, shotId])).toEqual([
    ['media/a.mov', 27, 'a-shot'],
    ['media/b.mov', 27, 'b-shot'],
  ]);
  expect(pictures[0]?.frames.slice(0, 4)).toEqual(['A:0', 'A:0', 'A:0', 'A:1']);
  expect(tracks.map(({ name, clips }) => [name, clips.map((c) => [c.file, c.fileIn, c.start, c.duration])])).toEqual([
    [
      'V1',
      [
        ['media/a.mov', 0, 0, 10],
        ['media/a.mov', 10, 10, 17],
        ['media/b.mov', 0, 27, 27],
      ],
    ],
  ]);
});

test('frames that were never made part a shot into files', () => {
  const doc = after(
    anEmptyFilm(),
    aShot('a'),
    (d) => extendForward(d, 'a-clip', { segmentId: 'more', blockId: null, frameCount: 4, text: null }),
    (d) => splitClip(d, 'a-clip', 9, 'middle'),
    (d) => splitClip(d, 'middle', 27, 'end'),
    (d) => deleteClips(d, ['middle'], { ripple: false }),
  );
  const made = takeIndexFrom([
    aTake(doc, 'A', 'a-first', { kept: 4 }),
    aTake(doc, 'M', 'more', { parentTakeId: 'A', createdAt: 1 }),
  ]);
  const { pictures, tracks } = planInterchange(doc, made, { from: 0, to: 39, stills, extensionOfSound: () => '' });
  expect(pictures.map(({ file, frames }) => [file, frames.length, frames[0]])).toEqual([
    ['media/a.mov', 12, 'A:0'],
    ['media/a_2.mov', 12, 'M:0'],
  ]);
  expect(tracks[0]?.clips.map(({ file, fileIn, start }) => [file, fileIn, start])).toEqual([
    ['media/a.mov', 0, 0],
    ['media/a_2.mov', 0, 27],
  ]);
});

test('a dissolve has its frames in both files, also of a still', () => {
  const doc = after(
    anEmptyFilm(),
    (d) => insertStill(d, { clipId: 's', trackId: 'track-1', start: 0, duration: 12, mediaId: 'm', name: 'Sky.png' }),
    aShot('a', { start: 12 }),
    (d) => addDissolve(d, 's', 'a-clip', { id: 't', frames: 5 }),
  );
  const { tracks, pictures } = planInterchange(doc, takes, { from: 0, to: 30, stills, extensionOfSound: () => '' });
  const [{ dissolves, clips } = { dissolves: [], clips: [] }] = tracks;
  const [dissolve] = dissolves;
  const [sky, shot] = clips;
  expect(dissolve && dissolve.framesBefore + dissolve.framesAfter).toBe(5);
  expect(pictures.map(({ file }) => file)).toEqual(['media/Sky.mov', 'media/a.mov']);
  expect(sky && sky.fileFrames - sky.fileIn - sky.duration).toBe(dissolve?.framesAfter);
  expect(shot && shot.fileIn).toBeGreaterThanOrEqual(dissolve?.framesBefore ?? Infinity);
});

test('sounds keep their file, and say what the mix does with them; muted and hidden tracks are not handed on', () => {
  const doc = after(
    film,
    (d) => addTrack(d, { id: 'a1', type: 'audio' }),
    (d) => insertAudio(d, { clipId: 'x', trackId: 'a1', start: 3, mediaId: 'm', name: 'Sea.wav', frameCount: 40 }),
    (d) => insertStill(d, { clipId: 's', trackId: 'track-2', start: 5, duration: 2, mediaId: 'p', name: 'p' }),
  );
  const { sounds, tracks } = interchange(doc);
  expect(sounds).toEqual([{ mediaId: 'm', file: 'media/Sea.wav', speed: 100 }]);
  expect(tracks.map(({ name, kind }) => [name, kind])).toEqual([
    ['V1', 'Video'],
    ['V2', 'Video'],
    ['A1', 'Audio'],
  ]);
  expect(tracks[2]?.clips[0]).toMatchObject({
    fileFrames: 40,
    start: 3,
    loudness: { gainDb: 0, fadeIn: 0, fadeOut: 0 },
  });
  const quiet = after(
    doc,
    (d) => setTrack(d, 'a1', { isHidden: true }),
    (d) => setTrack(d, 'track-2', { isHidden: true }),
  );
  expect(interchange(quiet)).toMatchObject({ sounds: [], tracks: [{ name: 'V1' }] });
});

test('a sound has a file for each speed it is played at, which begins and ends where the clip can', () => {
  const doc = after(
    film,
    (d) => addTrack(d, { id: 'a1', type: 'audio' }),
    (d) => insertAudio(d, { clipId: 's', trackId: 'a1', start: 0, mediaId: 'm', name: 'sea', frameCount: 40 }),
    (d) => splitClip(d, 's', 10, 's-2'),
    (d) => setClipSpeed(d, 's-2', 50),
    (d) => splitClip(d, 's-2', 30, 's-3'),
  );
  const { sounds, tracks } = interchange(doc, { to: 70, extensionOfSound: () => '.mp3' });
  expect(sounds).toEqual([
    { file: 'media/sea.mp3', mediaId: 'm', speed: 100 },
    { file: 'media/sea.wav', mediaId: 'm', speed: 50 },
  ]);
  const clips = tracks.find(({ kind }) => kind === 'Audio')?.clips ?? [];
  expect(
    clips.map(({ file, fileIn, fileFrames, start, duration }) => [file, fileIn, fileFrames, start, duration]),
  ).toEqual([
    ['media/sea.mp3', 0, 40, 0, 10],
    ['media/sea.wav', 20, 80, 10, 20],
    ['media/sea.wav', 40, 80, 30, 40],
  ]);
});

test('prompts and markers lie over the frames they are about', () => {
  const doc = after(film, (d) => addMarker(d, { id: 'm', frame: 30, name: 'Here' }));
  const { markers, tracks } = interchange(doc, { from: 6, to: 40 });
  expect(markers).toMatchObject([{ frame: 24, name: 'Here' }]);
  expect(tracks[0]?.clips.map(({ prompts }) => prompts)).toEqual([
    [{ start: 0, duration: 21, text: 'a prompt' }],
    [{ start: 21, duration: 13, text: 'b prompt' }],
  ]);
});

describe('whatever the range', () => {
  test('each frame of the film is the one its clip points to in its file', () => {
    const doc = after(
      film,
      (d) => splitClip(d, 'b-clip', 40, 'b-2'),
      (d) => insertStill(d, { clipId: 's', trackId: 'track-2', start: 20, duration: 9, mediaId: 'p', name: 'p' }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 52 }), fc.integer({ min: 1, max: 54 }), (from, length) => {
        const to = Math.min(54, from + length);
        const plan = planFilm(doc, takes, { from, to, stills });
        const handed = interchange(doc, { from, to });
        plan.frames.forEach((layers, i) => expect(shownAt(handed, i)).toBe(layers.at(-1)?.frame));
        for (const { clips } of handed.tracks)
          for (const { fileIn, duration, fileFrames } of clips)
            expect(fileIn >= 0 && fileIn + duration <= fileFrames).toBe(true);
      }),
    );
  });
});
