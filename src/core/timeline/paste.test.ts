import { describe, expect, test } from 'vitest';
import { clipsOfTrack, recordsOf } from '../document/access';
import type { Document } from '../document/records';
import { liftRange } from './clear-range';
import { deleteClips } from './delete-clips';
import { moveClip } from './move';
import { copyClips, pasteClips, spanOf, type CopiedClips } from './paste';
import { aShot, after, anEmptyFilm } from './test-films';
import { addTrack, removeTrack, setTrack } from './tracks';
import { addDissolve } from './transitions';
import { trimClip } from './trim';

/** start+duration@sourceIn of every clip of a track, in time order; ids are not looked at. */
const lane = (doc: Document, trackId = 'track-1') =>
  clipsOfTrack(doc, trackId).map((clip) => `${clip.name} ${clip.start}+${clip.duration}@${clip.sourceIn}`);

function counter(): () => string {
  let next = 0;
  return () => `new-${next++}`;
}

const pasted =
  (copied: CopiedClips, atFrame: number, mode: 'overwrite' | 'insert' = 'overwrite') =>
  (doc: Document) =>
    pasteClips(doc, copied, { atFrame, mode, newId: counter() }).diff;

/** Two touching shots of 27 frames. */
const film = after(anEmptyFilm(), aShot('a'), aShot('b', { start: 27 }));

describe('pasting', () => {
  test('puts down what was copied, as it was when it was copied', () => {
    const copied = copyClips(film, ['b-clip', 'a-clip']);
    const later = after(film, (doc) => trimClip(doc, 'a-clip', 'end', 10, { ripple: false }));
    expect(spanOf(copied)).toBe(54);
    expect(lane(after(later, pasted(copied, 100)))).toEqual(['a 0+10@0', 'b 27+27@0', 'a 100+27@0', 'b 127+27@0']);
  });

  test('over a clip trims it at both ends and parts one that reaches further', () => {
    const short = after(film, (doc) => trimClip(doc, 'b-clip', 'end', 31, { ripple: false }));
    const copied = copyClips(short, ['b-clip']);
    expect(lane(after(film, pasted(copied, 25)))).toEqual(['a 0+25@0', 'b 25+4@0', 'b 29+25@2']);
    expect(lane(after(film, pasted(copied, 10)))).toEqual(['a 0+10@0', 'b 10+4@0', 'a 14+13@14', 'b 27+27@0']);
    expect(lane(after(film, pasted(copyClips(film, ['a-clip']), 27)))).toEqual(['a 0+27@0', 'a 27+27@0']);
  });

  test('as an insert moves what follows and parts the clip under the playhead', () => {
    const copied = copyClips(film, ['b-clip']);
    expect(lane(after(film, pasted(copied, 10, 'insert')))).toEqual([
      'a 0+10@0',
      'b 10+27@0',
      'a 37+17@10',
      'b 54+27@0',
    ]);
  });

  test('keeps a dissolve between clips that were copied together', () => {
    const joined = after(film, (doc) => addDissolve(doc, 'a-clip', 'b-clip', { id: 'd', frames: 4, handles: 'trim' }));
    const both = after(joined, pasted(copyClips(joined, ['a-clip', 'b-clip']), 200));
    expect(recordsOf(both, 'transition')).toHaveLength(2);
    const one = after(joined, pasted(copyClips(joined, ['a-clip']), 200));
    expect(recordsOf(one, 'transition')).toHaveLength(1);
  });

  test('goes to its own track, or to the lowest unlocked one when that is gone', () => {
    const other = after(
      film,
      (doc) => addTrack(doc, { id: 'extra' }),
      (doc) => moveClip(doc, 'b-clip', { trackId: 'extra', start: 5 }),
    );
    const copied = copyClips(other, ['b-clip']);
    expect(lane(after(other, pasted(copied, 60)), 'extra')).toEqual(['b 5+27@0', 'b 60+27@0']);
    const without = after(other, (doc) => removeTrack(doc, 'extra', { withClips: true }));
    expect(lane(after(without, pasted(copied, 60)))).toEqual(['a 0+27@0', 'b 60+27@0']);
  });

  test('is refused with a remedy: nothing copied, a locked track, a shot that is not in the film, no frame', () => {
    const copied = copyClips(film, ['b-clip']);
    const locked = after(film, (doc) => setTrack(doc, 'track-1', { isLocked: true }));
    expect(() => pasted({ clips: [], transitions: [] }, 0)(film)).toThrow('nothing to paste');
    expect(() => pasted(copied, -1)(film)).toThrow('cannot start at frame -1');
    expect(() => pasted(copied, 0)(locked)).toThrow('is locked');
    expect(() => pasted(copied, 0)(after(anEmptyFilm(), aShot('a')))).toThrow('the shot of "b" is not in this film');
  });

  test('after a cut, the shot is still there to be pasted', () => {
    const copied = copyClips(film, ['a-clip']);
    const cut = after(film, (doc) => deleteClips(doc, ['a-clip'], { ripple: false }));
    expect(lane(after(cut, pasted(copied, 0)))).toEqual(['a 0+27@0', 'b 27+27@0']);
  });
});

describe('a marked range', () => {
  const lifted = (ripple: boolean, from: number, to: number) => (doc: Document) =>
    liftRange(doc, { from, to }, { trackIds: ['track-1'], ripple, newId: counter() });

  test('is lifted with a gap, or extracted without one', () => {
    expect(lane(after(film, lifted(false, 20, 30)))).toEqual(['a 0+20@0', 'b 30+24@3']);
    expect(lane(after(film, lifted(true, 20, 30)))).toEqual(['a 0+20@0', 'b 20+24@3']);
    expect(lane(after(film, lifted(true, 5, 7)))).toEqual(['a 0+5@0', 'a 5+20@7', 'b 25+27@0']);
  });

  test('without frames is refused', () => {
    expect(() => lifted(false, 9, 9)(film)).toThrow('frames 9 to 9 are not a range of the film');
  });
});
