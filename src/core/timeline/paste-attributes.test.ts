import { describe, expect, test } from 'vitest';
import { blocksOf, recordOf } from '../document/access';
import { violations } from '../document/invariants';
import { takeIndexFrom } from '../document/film';
import { planSegment } from '../prompt/plan';
import { withWords } from '../prompt/shot-words';
import { pocketLimits } from '../prompt/test-limits';
import { setMarker, addMarker } from './markers';
import { insertAudio, setClipSound } from './insert-audio';
import { insertStill } from './insert-still';
import { putCurveKey } from './curves';
import { type Attribute, attributes, pasteAttributes } from './paste-attributes';
import { setTravel, splitBlock } from './prompt-blocks';
import { setSampling, setShotWords } from './shot-settings';
import { aShot, after, anEmptyFilm } from './test-films';
import { addTrack } from './tracks';

const film = after(
  anEmptyFilm(),
  aShot('a', { frameCount: 12 }),
  aShot('b', { start: 36, frameCount: 8 }),
  aShot('still-shot', { start: 120, frameCount: 8 }),
  (doc) => splitBlock(doc, 'a-block', 6, 'a-second'),
  (doc) => setTravel(doc, 'a-second', { kind: 'slerp', frames: 2 }),
  (doc) => setSampling(doc, 'a-shot', { steps: 7, guidance: 5, negative: 'blur' }),
  (doc) => putCurveKey(doc, { shotId: 'a-shot', parameter: 'zoom' }, { frame: 3, value: 1.01 }),
  (doc) => setShotWords(doc, 'a-shot', { head: 'film still,', tail: 'grain' }),
  (doc) => addTrack(doc, { id: 'sounds', type: 'audio' }),
  (doc) => insertAudio(doc, { clipId: 's', trackId: 'sounds', start: 0, mediaId: 'm', name: 's', frameCount: 40 }),
  (doc) => insertAudio(doc, { clipId: 't', trackId: 'sounds', start: 50, mediaId: 'm', name: 't', frameCount: 9 }),
  (doc) => setClipSound(doc, 's', { gainDb: -9, fadeIn: 20 }),
  (doc) => insertStill(doc, { clipId: 'still', trackId: 'track-1', start: 90, duration: 5, mediaId: 'p', name: 'p' }),
);

function paste(fromId: string, toClipIds: readonly string[], which: readonly Attribute[] = attributes) {
  let next = 0;
  const from = recordOf(film, 'clip', fromId);
  return after(film, (doc) =>
    pasteAttributes(doc, { from, toClipIds, which: new Set(which), seed: 41, newId: () => `n${next++}` }),
  );
}

describe('attributes of a shot', () => {
  test('go onto another one, its prompts cut to the film it has', () => {
    const doc = paste('a-clip', ['b-clip']);
    expect(recordOf(doc, 'shot', 'b-shot')).toMatchObject({
      head: 'film still,',
      tail: 'grain',
      sampling: { steps: 7, guidance: 5, negative: 'blur' },
      curves: { zoom: [{ frame: 3, value: 1.01, ease: 'linear' }] },
    });
    const back = after(doc, (now) =>
      pasteAttributes(now, {
        from: recordOf(film, 'clip', 'still-shot-clip'),
        toClipIds: ['b-clip'],
        which: new Set(['curves']),
        seed: null,
        newId: () => 'x',
      }),
    );
    expect(recordOf(back, 'shot', 'b-shot')).not.toHaveProperty('curves');
    expect(recordOf(doc, 'segment', 'b-first').seed).toBe(41);
    expect(blocksOf(doc, 'b-shot').map(({ from, to, text, travel }) => [from, to, text, travel?.kind])).toEqual([
      [0, 6, 'a prompt', undefined],
      [6, 8, 'a prompt', 'slerp'],
    ]);
    // The clip cannot be longer than its shot.
    expect(recordOf(doc, 'clip', 'b-clip').duration).toBe(24);
    expect(violations(doc)).toEqual([]);
  });

  test('are only those that were chosen', () => {
    const doc = paste('a-clip', ['b-clip'], ['negative']);
    expect(recordOf(doc, 'shot', 'b-shot')).toMatchObject({ sampling: { steps: 24, negative: 'blur' } });
    expect(recordOf(doc, 'shot', 'b-shot')).not.toHaveProperty('head');
    expect(blocksOf(doc, 'b-shot')).toEqual(blocksOf(film, 'b-shot'));
  });

  test('shorten a longer clip and leave a clip alone that has none of them', () => {
    expect(recordOf(paste('still', ['a-clip', 's'], ['length']), 'clip', 'a-clip').duration).toBe(5);
    expect(() => paste('a-clip', ['s'], ['prompts'])).toThrow(/none of the selected clips has these attributes/);
  });

  test('of a sound are its gain and fades, no longer than the clip', () => {
    expect(recordOf(paste('s', ['t', 'b-clip']), 'clip', 't').source).toMatchObject({ gainDb: -9, fadeIn: 9 });
  });
});

test('head and tail are said around every prompt, and none are left when emptied', () => {
  const { draft } = planSegment({
    doc: film,
    segmentId: 'a-first',
    takes: takeIndexFrom([]),
    limits: pocketLimits,
    seed: 0,
  });
  expect(draft.windows.map(({ prompt }) => prompt)).toEqual(draft.windows.map(() => 'film still, a prompt grain'));
  expect(withWords({ head: ' ', tail: 'end' }, '')).toBe('end');
  const cleared = after(film, (doc) => setShotWords(doc, 'a-shot', { head: ' ' }));
  expect(recordOf(cleared, 'shot', 'a-shot')).not.toHaveProperty('head');
  expect(recordOf(cleared, 'shot', 'a-shot').tail).toBe('grain');
});

test('a marker has a name, a colour and a note', () => {
  const doc = after(
    film,
    (now) => addMarker(now, { id: 'mark', frame: 3, name: 'Beat' }),
    (now) => setMarker(now, 'mark', { color: 'red', note: 'cut here' }),
  );
  expect(recordOf(doc, 'marker', 'mark')).toEqual({
    kind: 'marker',
    id: 'mark',
    frame: 3,
    name: 'Beat',
    color: 'red',
    note: 'cut here',
  });
});
