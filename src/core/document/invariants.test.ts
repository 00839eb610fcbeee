import { expect, test } from 'vitest';
import { extendForward } from '../timeline/grow-segment';
import { aShot, after, anEmptyFilm } from '../timeline/test-films';
import { assertInvariants, violations } from './invariants';
import type { Document, DocumentRecord } from './records';

const sound = after(anEmptyFilm(), aShot('a'), aShot('b', { start: 27 }), (d) =>
  extendForward(d, 'a-clip', { segmentId: 'f', blockId: null, frameCount: 4, text: null }),
);

const aSound = (frameCount: number) => ({
  ...{ type: 'audio', mediaId: 'm', frameCount },
  ...{ gainDb: 0, fadeIn: 0, fadeOut: 0 },
});

function changed(id: string, patch: object): Document {
  return new Map(sound).set(id, { ...sound.get(id)!, ...patch } as DocumentRecord);
}

test('a film made by edits breaks no rule', () => {
  expect(violations(sound)).toEqual([]);
  expect(() => assertInvariants(sound)).not.toThrow();
});

test.each([
  [
    'a clip on a track that is gone',
    'a-clip',
    { trackId: 'gone' },
    'clip a-clip names track gone, which does not exist',
  ],
  [
    'a clip of a shot that is gone',
    'a-clip',
    { source: { type: 'shot', shotId: 'gone' } },
    'clip a-clip names shot gone, which does not exist',
  ],
  [
    'a head that is not a segment',
    'a-shot',
    { headSegmentId: 'a-clip' },
    'shot a-shot names segment a-clip, which does not exist',
  ],
  [
    'a head of another shot',
    'a-shot',
    { headSegmentId: 'b-first' },
    'the head of shot a-shot is a segment of another shot',
  ],
  ['a parent in another shot', 'f', { parentId: 'b-first' }, 'segment f grows from a segment of another shot'],
  ['a segment that is its own parent', 'f', { parentId: 'f' }, 'the parents of segment f form a circle'],
  ['growth without a parent', 'f', { parentId: null }, 'segment f is forward without a parent'],
  [
    'growth that is imported',
    'f',
    { footage: { mediaId: 'm', from: 0, fit: 'fill' } },
    'segment f is a forward segment with footage',
  ],
  [
    'footage from before its file',
    'a-first',
    { footage: { mediaId: 'm', from: -1, fit: 'fill' } },
    'segment a-first shows footage from frame -1',
  ],
  [
    'growth that leaves a hole',
    'f',
    { from: 10 },
    "segment f (forward, from 10, 4 frames) does not join its parent's film 0 to 9",
  ],
  [
    'growth that hides everything',
    'f',
    { from: 0 },
    "segment f (forward, from 0, 4 frames) does not join its parent's film 0 to 9",
  ],
  ['a clip before the film', 'a-clip', { start: -1 }, 'clip a-clip starts at -1, before the film'],
  ['a clip of no length', 'a-clip', { duration: 0 }, 'clip a-clip lasts 0 frames; at least 1 is needed'],
  ['a clip at half a frame', 'b-clip', { start: 100.5 }, 'clip b-clip has times that are not whole frames'],
  ['overlapping clips', 'b-clip', { start: 38 }, 'clip "b" at frame 38 would overlap "a", which ends at 39'],
  [
    'a clip longer than its shot',
    'b-clip',
    { duration: 28 },
    'clip "b" shows frames 0 to 28 of a shot that has 0 to 27',
  ],
  ['a video track that is solo', 'track-2', { isSolo: true }, 'track track-2 is a video track and cannot be solo'],
  [
    'a picture on an audio track',
    'track-1',
    { type: 'audio' },
    ['"a" is a picture, and V1 is an audio track', '"b" is a picture, and V1 is an audio track'],
  ],
  ['sound on a video track', 'b-clip', { source: aSound(30) }, '"b" is sound, and V1 is a video track'],
  [
    'a gain beyond its limits',
    'b-clip',
    { source: { ...aSound(30), gainDb: 25 } },
    'clip b-clip has a gain of 25 dB; -60 to 24 is possible',
  ],
  [
    'a fade that is no frames',
    'b-clip',
    { source: { ...aSound(30), fadeIn: -1 } },
    'clip b-clip has fades of -1 and 0 frames',
  ],
  ['two tracks in one place', 'track-2', { order: 0 }, 'two video tracks have the order 0'],
  ['a record filed under another id', 'b-block', { id: 'other' }, 'prompt-block other is filed under b-block'],
  [
    'overlapping prompts',
    'b-block',
    { shotId: 'a-shot' },
    'the prompt block at frame 0 would overlap the one that ends at 13',
  ],
  [
    'an out point before the in point',
    'project',
    { inPoint: 9, outPoint: 9 },
    'the out point 9 must lie after the in point',
  ],
])('%s is found', (_what, id, patch, sentence) => {
  expect(violations(changed(id, patch))).toEqual([sentence].flat());
});

test('a dissolve must join touching clips that have the frames for it', () => {
  const dissolve = {
    kind: 'transition',
    id: 't',
    leftClipId: 'a-clip',
    rightClipId: 'b-clip',
    type: 'dissolve',
    framesBefore: 0,
    framesAfter: 2,
  } as const;
  expect(violations(new Map(sound).set('t', dissolve))).toEqual([
    'transition t needs 2 frames after "a", which has fewer',
  ]);
  expect(violations(changed('b-clip', { start: 50 }))).toEqual([]);
  expect(violations(new Map(changed('b-clip', { start: 50 })).set('t', dissolve))[0]).toBe(
    'transition t joins clips that do not touch',
  );
});

test('an overlap and a broken reference have codes of their own', () => {
  expect(() => assertInvariants(changed('b-clip', { start: 38 }))).toThrowError(
    expect.objectContaining({ code: 'timeline/overlap' }),
  );
  expect(() => assertInvariants(changed('f', { parentId: 'f' }))).toThrowError(
    expect.objectContaining({ code: 'timeline/invalid-edit' }),
  );
});
