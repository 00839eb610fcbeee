import { describe, expect, test } from 'vitest';
import { blocksOf, clipsOfTrack, recordOf, recordsOf } from '../document/access';
import type { Document } from '../document/records';
import { deleteClips } from './delete-clips';
import { extendBackward, extendForward, grownProjectFrames } from './grow-segment';
import { insertStill } from './insert-still';
import { moveClip, moveClips } from './move';
import { setInOut, setProject } from './project-settings';
import { addPromptBlock, moveBlockEdge, splitBlock } from './prompt-blocks';
import { removePlannedSegment, setSegment, switchBranch } from './segments';
import { setSampling } from './shot-settings';
import { snapFrame, snapTargets } from './snap';
import { splitClip } from './split';
import { aShot, after, anEmptyFilm } from './test-films';
import { addTrack, removeTrack, setTrack } from './tracks';
import { addDissolve } from './transitions';
import { trimClip, trimLimits } from './trim';

const grow = (segmentId: string, frameCount: number, over: object = {}) => ({
  segmentId,
  blockId: `${segmentId}-block`,
  frameCount,
  text: null,
  ...over,
});
/** name start+duration@sourceIn, in time order. */
const lane = (doc: Document, trackId = 'track-1') =>
  clipsOfTrack(doc, trackId).map((clip) => `${clip.id} ${clip.start}+${clip.duration}@${clip.sourceIn}`);
const prompts = (doc: Document) => blocksOf(doc, 'a-shot').map(({ from, to, text }) => `${from}..${to} ${text}`);
const refusal = (code: string) => expect.objectContaining({ code });

/** Two touching shots of 27 project frames (9 at 8 a second in a film of 24). */
const film = after(anEmptyFilm(), aShot('a'), aShot('b', { start: 27 }));

describe('inserting', () => {
  test('places a shot over as many project frames as cover its frames', () => {
    expect(lane(film)).toEqual(['a-clip 0+27@0', 'b-clip 27+27@0']);
    expect(lane(after(anEmptyFilm({ num: 25, den: 1 }), aShot('a', { frameCount: 1 })))).toEqual(['a-clip 0+4@0']);
  });

  test('is refused where a clip stands, and ripples when asked to insert', () => {
    expect(() => aShot('c', { start: 26 })(film)).toThrowError(refusal('timeline/overlap'));
    expect(lane(after(film, aShot('c', { start: 27, frameCount: 1, mode: 'insert' })))).toEqual([
      'a-clip 0+27@0',
      'c-clip 27+3@0',
      'b-clip 30+27@0',
    ]);
    expect(() => aShot('c', { start: 5, mode: 'insert' })(film)).toThrow('frame 5 lies inside "a"');
  });

  test('a still lasts as long as it is told to, and a taken id is refused', () => {
    const still = { clipId: 's', trackId: 'track-2', start: 3, duration: 10, mediaId: 'm', name: 'photo' };
    expect(
      lane(
        after(film, (d) => insertStill(d, still)),
        'track-2',
      ),
    ).toEqual(['s 3+10@0']);
    expect(() => insertStill(film, { ...still, clipId: 'a-clip' })).toThrow('the id a-clip is taken');
  });
});

describe('extending', () => {
  test('forward lengthens the clip and moves later clips out of the way', () => {
    const doc = after(film, (d) => extendForward(d, 'a-clip', grow('f', 4)));
    expect(lane(doc)).toEqual(['a-clip 0+39@0', 'b-clip 39+27@0']);
    expect(prompts(doc)).toEqual(['0..13 a prompt']);
    expect(recordOf(doc, 'segment', 'f')).toEqual({
      kind: 'segment',
      id: 'f',
      shotId: 'a-shot',
      role: 'forward',
      from: 9,
      frameCount: 4,
      parentId: 'a-first',
      seed: null,
      activeTakeId: null,
    });
  });

  test('with a new prompt adds a block over the new frames', () => {
    expect(prompts(after(film, (d) => extendForward(d, 'a-clip', grow('f', 4, { text: 'then' }))))).toEqual([
      '0..9 a prompt',
      '9..13 then',
    ]);
    expect(prompts(after(film, (d) => extendForward(d, 'a-clip', grow('f', 4, { text: 'then', atFrame: 5 }))))).toEqual(
      ['0..5 a prompt', '5..9 then'],
    );
    const branch = grow('f', 2, { text: 'before', atFrame: 3 });
    expect(prompts(after(film, (d) => extendBackward(d, 'a-clip', branch)))).toEqual(['1..3 before', '3..9 a prompt']);
    expect(prompts(after(film, (d) => extendBackward(d, 'a-clip', grow('f', 2, { text: 'before' }))))).toEqual([
      '-2..0 before',
      '0..9 a prompt',
    ]);
  });

  test('backward starts earlier while there is room, and pushes right beyond that', () => {
    const gap = after(anEmptyFilm(), aShot('a', { start: 10 }), aShot('b', { start: 37 }));
    expect(lane(after(gap, (d) => extendBackward(d, 'a-clip', grow('f', 3))))).toEqual([
      'a-clip 1+36@-9',
      'b-clip 37+27@0',
    ]);
    expect(lane(after(gap, (d) => extendBackward(d, 'a-clip', grow('f', 4))))).toEqual([
      'a-clip 0+39@-12',
      'b-clip 39+27@0',
    ]);
    expect(lane(after(film, (d) => extendBackward(d, 'b-clip', grow('f', 1))))).toEqual([
      'a-clip 0+27@0',
      'b-clip 27+30@-3',
    ]);
  });

  test('shows hidden frames again, and trims other clips of the shot that a shorter branch leaves empty', () => {
    const split = after(
      film,
      (d) => splitClip(d, 'a-clip', 20, 'half'),
      (d) => extendForward(d, 'a-clip', grow('f', 1, { atFrame: 5 })),
    );
    expect(lane(split)).toEqual(['a-clip 0+18@0', 'b-clip 27+27@0']);
  });

  test('refuses a still, a locked track and a frame outside the shot', () => {
    const still = after(film, (d) =>
      insertStill(d, { clipId: 's', trackId: 'track-2', start: 0, duration: 9, mediaId: 'm', name: 'photo' }),
    );
    expect(() => extendForward(still, 's', grow('f', 4))).toThrow('"photo" is a still image');
    expect(() => extendForward(film, 'a-clip', grow('f', 4, { atFrame: 0 }))).toThrow('cannot grow from frame 0');
    expect(() => extendBackward(film, 'a-clip', grow('f', 4, { atFrame: 9 }))).toThrow('cannot grow from frame 9');
    expect(() => extendForward(film, 'a-clip', grow('f', 0))).toThrow('cannot grow by 0 frames');
    const locked = after(film, (d) => setTrack(d, 'track-1', { isLocked: true }));
    expect(() => extendForward(locked, 'a-clip', grow('f', 4))).toThrowError(refusal('timeline/locked-track'));
  });

  test('tells beforehand how many project frames the film grows by', () => {
    expect(grownProjectFrames(film, 'a-clip', { frameCount: 4, direction: 'forward' })).toBe(12);
    expect(grownProjectFrames(film, 'a-clip', { frameCount: 4, direction: 'backward' })).toBe(12);
  });
});

describe('branches', () => {
  const two = after(
    film,
    (d) => extendForward(d, 'a-clip', grow('long', 9)),
    (d) => extendForward(d, 'a-clip', grow('short', 2, { atFrame: 6 })),
  );

  test('switching makes a clip that shows the whole film follow it, as far as there is room', () => {
    expect(lane(two)).toEqual(['a-clip 0+24@0', 'b-clip 54+27@0']);
    const back = after(two, (d) => switchBranch(d, 'a-shot', 'long'));
    expect(lane(back)).toEqual(['a-clip 0+54@0', 'b-clip 54+27@0']);
    expect(lane(after(back, (d) => switchBranch(d, 'a-shot', 'short')))).toEqual(lane(two));
    const crowded = after(
      two,
      (d) => moveClip(d, 'b-clip', { trackId: 'track-1', start: 30 }),
      (d) => switchBranch(d, 'a-shot', 'long'),
    );
    expect(lane(crowded)).toEqual(['a-clip 0+30@0', 'b-clip 30+27@0']);
  });

  test('a planned segment can be taken back unless others grew from it', () => {
    const doc = after(two, (d) => removePlannedSegment(d, 'short'));
    expect(recordOf(doc, 'shot', 'a-shot').headSegmentId).toBe('a-first');
    expect(lane(doc)[0]).toBe('a-clip 0+27@0');
    expect(() => removePlannedSegment(two, 'a-first')).toThrow('other segments grew from this one');
    expect(() => removePlannedSegment(film, 'a-first')).toThrow('first segment of its shot');
  });
});

describe('trimming', () => {
  const trimmed = after(
    film,
    (d) => trimClip(d, 'a-clip', 'end', 20, { ripple: false }),
    (d) => trimClip(d, 'a-clip', 'start', 5, { ripple: false }),
  );

  test('moves one edge and keeps the picture in place', () => {
    expect(lane(trimmed)).toEqual(['a-clip 5+15@5', 'b-clip 27+27@0']);
  });

  test('goes as far as the source and the neighbours', () => {
    expect(trimLimits(trimmed, 'a-clip', 'start', { ripple: false })).toEqual({ min: 0, max: 19 });
    expect(trimLimits(trimmed, 'a-clip', 'end', { ripple: false })).toEqual({ min: 6, max: 27 });
    expect(() => trimClip(trimmed, 'a-clip', 'end', 28, { ripple: false })).toThrowError(
      refusal('timeline/invalid-edit'),
    );
    expect(() => trimClip(trimmed, 'b-clip', 'end', 55, { ripple: true })).toThrow(
      'the end of "b" cannot be at frame 55',
    );
  });

  test('with ripple moves what comes after and leaves the clip where it starts', () => {
    expect(lane(after(film, (d) => trimClip(d, 'a-clip', 'end', 20, { ripple: true })))).toEqual([
      'a-clip 0+20@0',
      'b-clip 20+27@0',
    ]);
    expect(lane(after(film, (d) => trimClip(d, 'a-clip', 'start', 7, { ripple: true })))).toEqual([
      'a-clip 0+20@7',
      'b-clip 20+27@0',
    ]);
    expect(lane(after(trimmed, (d) => trimClip(d, 'a-clip', 'start', 0, { ripple: true })))).toEqual([
      'a-clip 5+20@0',
      'b-clip 32+27@0',
    ]);
  });

  test('a still has no end to its source', () => {
    const still = after(anEmptyFilm(), (d) =>
      insertStill(d, { clipId: 's', trackId: 'track-1', start: 5, duration: 9, mediaId: 'm', name: 'photo' }),
    );
    expect(
      lane(
        after(
          still,
          (d) => trimClip(d, 's', 'end', 100_000, { ripple: false }),
          (d) => trimClip(d, 's', 'start', 0, { ripple: false }),
        ),
      ),
    ).toEqual(['s 0+100000@0']);
  });
});

describe('splitting, moving, deleting', () => {
  test('both halves of a split show the same shot and touch', () => {
    expect(lane(after(film, (d) => splitClip(d, 'a-clip', 10, 'half')))).toEqual([
      'a-clip 0+10@0',
      'half 10+17@10',
      'b-clip 27+27@0',
    ]);
    for (const frame of [0, 27, 13.5])
      expect(() => splitClip(film, 'a-clip', frame, 'half')).toThrow('is not inside "a"');
  });

  test('a move onto another clip is refused and names it; another track is free', () => {
    expect(() => moveClip(film, 'a-clip', { trackId: 'track-1', start: 10 })).toThrow(
      '"b" is in the way, at frames 27 to 54',
    );
    expect(
      lane(
        after(film, (d) => moveClip(d, 'a-clip', { trackId: 'track-2', start: 10 })),
        'track-2',
      ),
    ).toEqual(['a-clip 10+27@0']);
  });

  test('clips moved together may change places, and keep the dissolve between them', () => {
    const swapped = after(film, (d) =>
      moveClips(d, [
        { clipId: 'a-clip', trackId: 'track-1', start: 27 },
        { clipId: 'b-clip', trackId: 'track-1', start: 0 },
      ]),
    );
    expect(lane(swapped)).toEqual(['b-clip 0+27@0', 'a-clip 27+27@0']);
    const joined = after(film, (d) => addDissolve(d, 'a-clip', 'b-clip', { id: 't', frames: 2 }));
    const moved = after(joined, (d) =>
      moveClips(d, [
        { clipId: 'a-clip', trackId: 'track-2', start: 5 },
        { clipId: 'b-clip', trackId: 'track-2', start: 31 },
      ]),
    );
    expect(recordsOf(moved, 'transition')).toHaveLength(1);
    expect(() => moveClips(film, [{ clipId: 'a-clip', trackId: 'track-1', start: -1 }])).toThrow(
      'cannot start at frame -1',
    );
  });

  test('deleting keeps the shot; ripple closes the gap on every track', () => {
    const doc = after(film, aShot('c', { trackId: 'track-2', start: 30 }), (d) =>
      deleteClips(d, ['a-clip'], { ripple: true }),
    );
    expect([lane(doc), lane(doc, 'track-2')]).toEqual([['b-clip 0+27@0'], ['c-clip 3+27@0']]);
    expect(recordsOf(doc, 'shot')).toHaveLength(3);
    expect(lane(after(film, (d) => deleteClips(d, ['a-clip', 'a-clip'], { ripple: false })))).toEqual([
      'b-clip 27+27@0',
    ]);
  });
});

describe('dissolves', () => {
  const dissolve = (d: Document) => addDissolve(d, 'a-clip', 'b-clip', { id: 't', frames: 5 });
  const lengths = (d: Document) =>
    recordsOf(d, 'transition').map(({ framesBefore, framesAfter }) => [framesBefore, framesAfter]);

  test('make their handles from fresh clips by shortening the film, or refuse to', () => {
    const doc = after(film, aShot('c', { start: 54 }), dissolve);
    expect(lane(doc)).toEqual(['a-clip 0+24@0', 'b-clip 24+25@2', 'c-clip 49+27@0']);
    expect(lengths(doc)).toEqual([[2, 3]]);
    expect(() => addDissolve(film, 'a-clip', 'b-clip', { id: 't', frames: 5, handles: 'refuse' })).toThrow(
      'too few frames beyond the cut',
    );
  });

  test('leave the film as long as it is where the clips have handles', () => {
    const trimmed = after(
      film,
      (d) => trimClip(d, 'a-clip', 'end', 20, { ripple: true }),
      (d) => trimClip(d, 'b-clip', 'start', 25, { ripple: true }),
    );
    expect(lane(after(trimmed, dissolve))).toEqual(lane(trimmed));
  });

  test('go with the cut, shrink with their clips, and vanish when the clips part', () => {
    const doc = after(film, dissolve);
    expect(lengths(after(doc, (d) => trimClip(d, 'b-clip', 'end', 26, { ripple: false })))).toEqual([[2, 2]]);
    expect(lengths(after(doc, (d) => moveClip(d, 'b-clip', { trackId: 'track-2', start: 0 })))).toEqual([]);
    const split = after(doc, (d) => splitClip(d, 'a-clip', 10, 'half'));
    expect(recordsOf(split, 'transition').map(({ leftClipId }) => leftClipId)).toEqual(['half']);
  });

  test('leave each other their frames on a clip between two', () => {
    const doc = after(film, aShot('c', { start: 54 }), (d) =>
      addDissolve(d, 'a-clip', 'b-clip', { id: 't', frames: 20 }),
    );
    const second = (frames: number) => (d: Document) => addDissolve(d, 'b-clip', 'c-clip', { id: 'u', frames });
    expect(lengths(after(doc, second(6)))).toEqual([
      [10, 10],
      [3, 3],
    ]);
    expect(() => second(8)(doc)).toThrow('"b" is too short for a dissolve of 8 frames');
  });

  test('refuse clips that do not touch, a second one on the cut, and clips that are too short', () => {
    expect(() => addDissolve(film, 'b-clip', 'a-clip', { id: 't', frames: 4 })).toThrow('two clips that touch');
    expect(() => dissolve(after(film, (d) => addDissolve(d, 'a-clip', 'b-clip', { id: 'u', frames: 2 })))).toThrow(
      'has a transition already',
    );
    expect(() => addDissolve(film, 'a-clip', 'b-clip', { id: 't', frames: 60 })).toThrow(
      '"a" is too short for a dissolve of 60 frames',
    );
  });
});

describe('prompt blocks', () => {
  const shot = after(film, (d) => splitBlock(d, 'a-block', 4, 'second'));

  test('an edge between touching blocks moves for both', () => {
    expect(prompts(after(shot, (d) => moveBlockEdge(d, 'second', 'from', 6)))).toEqual([
      '0..6 a prompt',
      '6..9 a prompt',
    ]);
    expect(() => moveBlockEdge(shot, 'second', 'from', 0)).toThrow('at least one frame');
  });

  test('a free edge stops at its neighbour, and blocks do not overlap', () => {
    const gap = after(
      film,
      (d) => moveBlockEdge(d, 'a-block', 'to', 4),
      (d) => addPromptBlock(d, { id: 'n', shotId: 'a-shot', from: 6, to: 9, text: 'n' }),
    );
    expect(() => moveBlockEdge(gap, 'n', 'from', 3)).toThrow('another prompt block is in the way');
    expect(() => addPromptBlock(gap, { id: 'm', shotId: 'a-shot', from: 8, to: 12, text: 'm' })).toThrowError(
      refusal('timeline/overlap'),
    );
  });
});

describe('settings', () => {
  test('the in point pushes away an out point before it', () => {
    const points = (d: Document) => [
      recordOf(d, 'project', 'project').inPoint,
      recordOf(d, 'project', 'project').outPoint,
    ];
    const set = after(film, (d) => setInOut(d, { inPoint: 5, outPoint: 10 }));
    expect(points(set)).toEqual([5, 10]);
    expect(points(after(set, (d) => setInOut(d, { inPoint: 10 })))).toEqual([10, null]);
    expect(points(after(set, (d) => setInOut(d, { outPoint: 5 })))).toEqual([null, 5]);
    expect(() => setInOut(film, { inPoint: 5, outPoint: 5 })).toThrow('must lie after');
    expect(() => setInOut(film, { inPoint: -1 })).toThrow('in point -1');
  });

  test('the rate is fixed once there are clips', () => {
    expect(() => setProject(film, { rate: { num: 25, den: 1 } })).toThrow('the rate cannot change');
    expect(
      recordOf(
        after(anEmptyFilm(), (d) => setProject(d, { rate: { num: 50, den: 2 } })),
        'project',
        'project',
      ).rate,
    ).toEqual({ num: 25, den: 1 });
    expect(() => setProject(film, { name: ' ' })).toThrow('needs a name');
  });

  test('seeds and sampling stay within what models take', () => {
    expect(
      recordOf(
        after(film, (d) => setSegment(d, 'a-first', { seed: 0xffffffff })),
        'segment',
        'a-first',
      ).seed,
    ).toBe(4294967295);
    expect(() => setSegment(film, 'a-first', { seed: 2 ** 32 })).toThrow('is not a seed');
    expect(() => setSampling(film, 'a-shot', { steps: 0 })).toThrow('steps cannot be 0');
    expect(() => setSampling(film, 'a-shot', { guidance: Number.NaN })).toThrow('guidance NaN is out of range');
  });

  test('motion is set, refused outside its range, and leaves no trace when taken back', () => {
    const moved = after(film, (d) => setSampling(d, 'a-shot', { motion: { bucket: 200, noise: 0.1 } }));
    expect(recordOf(moved, 'shot', 'a-shot').sampling.motion).toEqual({ bucket: 200, noise: 0.1 });
    const back = after(moved, (d) => setSampling(d, 'a-shot', { motion: undefined }));
    expect(recordOf(back, 'shot', 'a-shot')).toEqual(recordOf(film, 'shot', 'a-shot'));
    const set = (motion: { bucket: number; noise: number }) => () => setSampling(film, 'a-shot', { motion });
    expect(set({ bucket: 256, noise: 0 })).toThrow('motion cannot be 256');
    expect(set({ bucket: 127, noise: 2 })).toThrow('motion.noise cannot be 2');
  });

  test('rules of guidance and step reuse are set, refused when they make no sense, and leave no trace when off', () => {
    const rules = { guidanceRule: { rescale: 0.5 }, stepReuse: { threshold: 0.1, warmUpSteps: 3 } };
    const ruled = after(film, (d) => setSampling(d, 'a-shot', rules));
    expect(recordOf(ruled, 'shot', 'a-shot').sampling).toMatchObject(rules);
    const off = after(ruled, (d) => setSampling(d, 'a-shot', { guidanceRule: undefined, stepReuse: undefined }));
    expect(Object.keys(recordOf(off, 'shot', 'a-shot').sampling)).toEqual(
      Object.keys(recordOf(film, 'shot', 'a-shot').sampling),
    );
    const set = (patch: Parameters<typeof setSampling>[2]) => () => setSampling(film, 'a-shot', patch);
    expect(set({ guidanceRule: { rescale: 1.5 } })).toThrow('guidanceRule.rescale cannot be 1.5');
    expect(set({ guidanceRule: { interval: { start: 0.5, stop: 0.5 } } })).toThrow('end before it begins');
    expect(set({ stepReuse: { threshold: 0, warmUpSteps: 3 } })).toThrow('cannot allow an error of 0');
  });

  test('tracks keep a dense order, and the last one stays', () => {
    const doc = after(
      film,
      (d) => addTrack(d, { id: 't3' }),
      (d) => removeTrack(d, 'track-2', { withClips: false }),
    );
    expect(recordsOf(doc, 'track').map(({ id, order, name }) => [id, order, name])).toEqual([
      ['track-1', 0, 'V1'],
      ['t3', 1, 'V3'],
    ]);
    expect(() => removeTrack(film, 'track-1', { withClips: false })).toThrow('has 2 clips');
    expect(() =>
      removeTrack(
        after(doc, (d) => removeTrack(d, 'track-1', { withClips: true })),
        't3',
        { withClips: false },
      ),
    ).toThrow('at least one video track');
  });
});

describe('snapping', () => {
  test('draws to clip edges, points and playhead, but not to the dragged clip', () => {
    const doc = after(film, (d) => setInOut(d, { outPoint: 40 }));
    expect(snapTargets(doc, { exclude: ['b-clip'], playhead: 33 })).toEqual([0, 27, 33, 40]);
  });

  test('takes the nearest target within reach, the earlier of two', () => {
    expect([24, 30, 36, 100].map((frame) => snapFrame(frame, [0, 27, 33, 40], 3))).toEqual([27, 27, 33, 100]);
    expect(snapFrame(5, [], 3)).toBe(5);
  });
});
