import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertRunFits } from '../diffusion/window-rules';
import { AppError } from '../errors';
import { nativeWindow } from './frame-grid';
import type { ModelLimits } from './model-limits';
import { animateDiffLimits, ltxClipLimits, ltxLimits, pocketLimits, vaceLimits } from './test-limits';
import { planWindows, type WindowSpan, type WindowsRequest } from './windows';

const request = (over: Partial<WindowsRequest>): WindowsRequest => ({
  limits: pocketLimits,
  frameCount: 9,
  direction: 'forward',
  priorCount: 0,
  hasFollowing: false,
  anchors: [],
  contextFrames: 4,
  framesPerWindow: null,
  ...over,
});
/** [start…end) keep [from…to), prefix, later. */
const show = ({ start, frames, prefix, later, keepFrom, keepTo }: WindowSpan) =>
  `[${start}..${start + frames}) keeps ${keepFrom}..${keepTo}${prefix > 0 ? ` knows ${prefix}` : ''}${later === null ? '' : ` later ${later}`}`;
const plan = (over: Partial<WindowsRequest>) => planWindows(request(over)).windows.map(show);
/** With clips and further images, [from…to). */
const showAll = (window: WindowSpan) =>
  `${show(window)}${(window.also ?? []).map(({ index, frames }) => ` also ${index}..${index + frames}`).join('')}`;

describe('forward', () => {
  test('a short shot is one window', () => {
    expect(plan({ frameCount: 5 })).toEqual(['[0..5) keeps 0..5']);
    expect(plan({ frameCount: 9 })).toEqual(['[0..9) keeps 0..9']);
  });

  test('a longer one goes on from the last frames made', () => {
    expect(plan({ frameCount: 17 })).toEqual([
      '[0..9) keeps 0..9',
      '[5..14) keeps 9..14 knows 4',
      '[10..17) keeps 14..17 knows 4',
    ]);
  });

  test('an extension starts from the prior frames, as many as there are', () => {
    expect(plan({ frameCount: 5, priorCount: 30 })).toEqual(['[-4..5) keeps 0..5 knows 4']);
    expect(plan({ frameCount: 9, priorCount: 2 })).toEqual(['[-2..7) keeps 0..7 knows 2', '[3..9) keeps 7..9 knows 4']);
  });

  test('one frame at a time, if the artist wants', () => {
    expect(plan({ frameCount: 3, priorCount: 9, framesPerWindow: 1 })).toEqual([
      '[-4..1) keeps 0..1 knows 4',
      '[-3..2) keeps 1..2 knows 4',
      '[-2..3) keeps 2..3 knows 4',
    ]);
  });

  test('an image on the first frame is the prefix; on another it is the later image of its window', () => {
    expect(plan({ anchors: [0] })).toEqual(['[0..9) keeps 0..9 knows 1']);
    expect(plan({ anchors: [0], frameCount: 1 })).toEqual(['[0..2) keeps 0..1 knows 1']);
    expect(plan({ anchors: [0, 8] })).toEqual(['[0..9) keeps 0..9 knows 1 later 8']);
    expect(plan({ priorCount: 4, frameCount: 5, anchors: [0] })).toEqual(['[-4..5) keeps 0..5 knows 4 later 0']);
    expect(plan({ frameCount: 14, anchors: [13] })).toEqual([
      '[0..9) keeps 0..9',
      '[5..14) keeps 9..14 knows 4 later 13',
    ]);
  });

  test('a second image cuts the window short, since a window has one later image', () => {
    expect(plan({ anchors: [3, 6] })).toEqual(['[0..6) keeps 0..6 later 3', '[2..9) keeps 6..9 knows 4 later 6']);
  });

  test('a bridge lands on the frame after it', () => {
    expect(plan({ frameCount: 3, priorCount: 4, hasFollowing: true })).toEqual(['[-4..4) keeps 0..3 knows 4 later 3']);
    expect(plan({ frameCount: 5, priorCount: 4, hasFollowing: true })).toEqual([
      '[-4..4) keeps 0..4 knows 4',
      '[0..6) keeps 4..5 knows 4 later 5',
    ]);
    expect(plan({ frameCount: 1, priorCount: 4, hasFollowing: true, framesPerWindow: 1 })).toEqual([
      '[-4..2) keeps 0..1 knows 4 later 1',
    ]);
  });

  test('an image on the last frame takes the place of the frame after a bridge, and says so', () => {
    const { windows, notes } = planWindows(request({ frameCount: 3, priorCount: 4, hasFollowing: true, anchors: [2] }));
    expect(windows.map(show)).toEqual(['[-4..3) keeps 0..3 knows 4 later 2']);
    expect(notes.map(({ kind }) => kind)).toEqual(['anchor']);
  });
});

describe('backward', () => {
  test('each window leads to the earliest frame known', () => {
    expect(plan({ direction: 'backward', hasFollowing: true, frameCount: 12 })).toEqual([
      '[4..13) keeps 4..12 later 12',
      '[0..5) keeps 0..4 later 4',
    ]);
  });

  test('a pinned image starts its window', () => {
    expect(plan({ direction: 'backward', hasFollowing: true, frameCount: 12, anchors: [7] })).toEqual([
      '[7..13) keeps 7..12 knows 1 later 12',
      '[0..8) keeps 0..7 later 7',
    ]);
  });

  test('needs the frame it leads to, and nothing before it', () => {
    expect(() => plan({ direction: 'backward' })).toThrow('needs the frame it leads to');
    expect(() => plan({ direction: 'backward', hasFollowing: true, priorCount: 1 })).toThrow('takes no prior frames');
  });
});

describe("a model's grid", () => {
  test('makes more than is kept where the count is off the grid, and says how many', () => {
    const { windows, notes } = planWindows(request({ limits: ltxLimits, frameCount: 20 }));
    expect(windows.map(show)).toEqual(['[0..25) keeps 0..20']);
    expect(notes).toEqual([
      {
        kind: 'window-grid',
        requested: 20,
        effective: 25,
        text: 'The model makes windows of 8·k + 1 frames, from 9: 5 more frames are made and not kept.',
      },
    ]);
    expect(planWindows(request({ limits: ltxLimits, frameCount: 25 })).notes).toEqual([]);
  });

  test('puts the unkept frames of a backward window before the kept ones', () => {
    expect(plan({ limits: ltxLimits, direction: 'backward', hasFollowing: true, frameCount: 3 })).toEqual([
      '[-5..4) keeps 0..3 later 3',
    ]);
  });

  test('takes only prefixes that fill latent frames, and says so', () => {
    const { windows, notes } = planWindows(
      request({ limits: ltxLimits, frameCount: 8, priorCount: 20, contextFrames: 12 }),
    );
    expect(windows.map(show)).toEqual(['[-9..8) keeps 0..8 knows 9']);
    expect(notes.map(({ kind, requested, effective }) => [kind, requested, effective])).toEqual([['context', 12, 9]]);
  });

  test('a model without conditioning makes one window and no more', () => {
    expect(plan({ limits: animateDiffLimits, frameCount: 10 })).toEqual(['[0..16) keeps 0..10']);
    for (const over of [
      { frameCount: 17 },
      { priorCount: 3 },
      { anchors: [0] },
      { anchors: [5] },
      { direction: 'backward', hasFollowing: true },
    ] as const)
      expect(() => plan({ limits: animateDiffLimits, ...over })).toThrowError(
        expect.objectContaining({ code: 'model/unsupported' }),
      );
  });
});

test.each([
  { frameCount: 0 },
  { frameCount: 2.5 },
  { frameCount: 100_001 },
  { anchors: [9] },
  { anchors: [-1] },
  { anchors: [2, 2] },
])('%j is refused', (over) => {
  expect(() => plan(over)).toThrowError(expect.objectContaining({ code: 'input/invalid' }));
});

test('a model that takes images anywhere has all of a window at their places', () => {
  const vace = { limits: vaceLimits, contextFrames: 9 };
  const at = (...indices: number[]) => indices.map((index) => ({ index, frames: 1, hold: 1 }));
  const { windows } = planWindows(request({ ...vace, frameCount: 60, anchors: [0, 7, 20, 40, 55] }));
  expect(windows).toEqual([
    { start: 0, frames: 41, prefix: 1, later: 7, also: at(20, 40), keepFrom: 0, keepTo: 41 },
    { start: 32, frames: 29, prefix: 9, later: 55, keepFrom: 41, keepTo: 60 },
  ]);
});

describe('clips', () => {
  const ltx = { limits: ltxClipLimits, contextFrames: 9 };
  const planned = (over: Partial<WindowsRequest>) => {
    const { windows, notes } = planWindows(request({ ...ltx, ...over }));
    return { windows: windows.map(showAll), notes: notes.map(({ text }) => text) };
  };
  const back = { direction: 'backward', hasFollowing: true, followingCount: 40 } as const;

  test('growing backward runs into as many frames as the model goes on from', () => {
    expect(planned({ ...back, frameCount: 40 })).toEqual({
      windows: ['[8..49) keeps 8..40 also 40..49', '[0..17) keeps 0..8 also 8..17'],
      notes: [],
    });
    expect(planned({ ...back, frameCount: 24, contextFrames: 17 }).windows).toEqual([
      '[0..41) keeps 0..24 also 24..41',
    ]);
    // VACE takes any number.
    expect(planned({ ...back, limits: vaceLimits, contextFrames: 7, frameCount: 10 }).windows).toEqual([
      '[0..17) keeps 0..10 also 10..17',
    ]);
  });

  test('at the first frame shows no more than is made before what follows', () => {
    const one = { clips: [{ index: 0, frames: 17 }], hasFollowing: true };
    expect(planned({ ...one, frameCount: 1 }).windows).toEqual(['[0..9) keeps 0..1 knows 1 later 1']);
    expect(planned({ ...one, frameCount: 12 }).windows).toEqual(['[0..17) keeps 0..12 knows 9 later 12']);
  });

  test('of a short clip as many as there are on the grid; of one frame the frame', () => {
    expect(planned({ ...back, frameCount: 8, contextFrames: 17, followingCount: 12 }).windows).toEqual([
      '[0..17) keeps 0..8 also 8..17',
    ]);
    expect(planned({ ...back, frameCount: 8, followingCount: 1 }).windows).toEqual(['[0..9) keeps 0..8 later 8']);
    // Once a window has made more, the next one sees more.
    expect(planned({ ...back, frameCount: 48, followingCount: 5 }).windows).toEqual([
      '[8..49) keeps 8..48 later 48',
      '[0..17) keeps 0..8 also 8..17',
    ]);
    // The pocket model is shown single images: it leads to one.
    expect(plan({ ...back, frameCount: 8 })).toEqual(['[0..9) keeps 0..8 later 8']);
  });

  test('frames off the grid lie before the kept ones', () => {
    expect(planned({ ...back, frameCount: 5 }).windows).toEqual(['[-3..14) keeps 0..5 also 5..14']);
  });

  test('a pinned clip lies in its window, beside images', () => {
    expect(planned({ frameCount: 41, clips: [{ index: 16, frames: 17 }], anchors: [0, 40] })).toEqual({
      windows: ['[0..41) keeps 0..41 knows 1 later 40 also 16..33'],
      notes: [],
    });
    // One of two latent frames may begin anywhere.
    expect(planned({ frameCount: 41, clips: [{ index: 13, frames: 9 }] }).windows).toEqual([
      '[0..41) keeps 0..41 also 13..22',
    ]);
  });

  test('at the first frame it is what the run begins with', () => {
    expect(planned({ frameCount: 41, clips: [{ index: 0, frames: 20 }] })).toEqual({
      windows: ['[0..41) keeps 0..41 knows 17'],
      notes: ['The model sees 17 of the 20 frames of a pinned clip.'],
    });
  });

  test('a longer one off the grid is moved to it, and a note says by how much', () => {
    const { windows, notes, clips } = planWindows(
      request({ ...ltx, frameCount: 41, clips: [{ index: 14, frames: 20 }] }),
    );
    expect(windows.map(showAll)).toEqual(['[0..41) keeps 0..41 also 16..33']);
    expect(clips).toEqual([{ asked: { index: 14, frames: 20 }, placed: { index: 16, frames: 17 } }]);
    expect(notes.map(({ text }) => text)).toEqual([
      'A pinned clip begins 2 frames later: one of more than 9 frames lies on every 8th frame of its window.',
      'The model sees 17 of the 20 frames of a pinned clip.',
    ]);
  });

  test('a window ends before one that it has no room for, so that the next one has it whole', () => {
    expect(planned({ frameCount: 73, clips: [{ index: 32, frames: 17 }] }).windows).toEqual([
      '[0..25) keeps 0..25',
      '[16..57) keeps 25..57 knows 9 also 32..49',
      '[48..73) keeps 57..73 knows 9',
    ]);
    // One that no window has room for is shown in part.
    expect(planned({ frameCount: 73, clips: [{ index: 24, frames: 40 }] })).toMatchObject({
      notes: ['The model sees 17 of the 40 frames of a pinned clip.'],
    });
  });

  test('at the end it may reach beyond the run, which then runs into it', () => {
    expect(planned({ frameCount: 33, clips: [{ index: 32, frames: 9 }] }).windows).toEqual([
      '[0..41) keeps 0..33 also 32..41',
    ]);
  });

  test('growing backward past one has it whole as well', () => {
    expect(planned({ ...back, frameCount: 60, clips: [{ index: 24, frames: 9 }] }).windows).toEqual([
      '[28..69) keeps 33..60 also 60..69',
      '[1..42) keeps 1..33 also 24..33 also 33..42',
      '[-7..10) keeps 0..1 also 1..10',
    ]);
  });

  test('is refused where a model is shown none, where it is too short, and over another image', () => {
    const clips = [{ index: 4, frames: 9 }];
    expect(() => plan({ frameCount: 41, clips, limits: { ...ltxLimits, nativeFrames: 41 } })).toThrow(
      'this model is shown no clips, only single images',
    );
    expect(() => planned({ frameCount: 41, clips: [{ index: 4, frames: 8 }] })).toThrow('is too short for this model');
    expect(() => planned({ frameCount: 41, clips, anchors: [12] })).toThrow('lies over another pinned image or clip');
    expect(() => planned({ frameCount: 41, clips, anchors: [13] })).not.toThrow();
  });
});

const anyRequest: fc.Arbitrary<WindowsRequest> = fc
  .record({
    limits: fc.constantFrom<ModelLimits>(
      pocketLimits,
      ltxLimits,
      { ...pocketLimits, nativeFrames: 13 },
      vaceLimits,
      ltxClipLimits,
      {
        ...ltxLimits,
        nativeFrames: 41,
        frameGrid: { multiple: 4, plus: 1, min: 5, max: 81 },
      },
    ),
    frameCount: fc.integer({ min: 1, max: 150 }),
    direction: fc.constantFrom('forward', 'backward'),
    priorCount: fc.nat(30),
    hasFollowing: fc.boolean(),
    anchors: fc.uniqueArray(fc.nat(149), { maxLength: 6 }),
    contextFrames: fc.integer({ min: 1, max: 20 }),
    framesPerWindow: fc.option(fc.integer({ min: 1, max: 40 })),
  })
  .map((raw): WindowsRequest => {
    const anchors = raw.anchors.filter((index) => index < raw.frameCount);
    return raw.direction === 'backward'
      ? { ...raw, direction: 'backward', anchors, priorCount: 0, hasFollowing: true }
      : { ...raw, direction: 'forward', anchors };
  });

describe('every plan', () => {
  const holds = (check: (plan: readonly WindowSpan[], asked: WindowsRequest) => void) =>
    fc.assert(
      fc.property(anyRequest, (asked) => check(planWindows(asked).windows, asked)),
      { numRuns: 500 },
    );

  test('keeps exactly the frames asked for, each once, next to each other', () => {
    holds((windows, { frameCount, direction }) => {
      const inOrder = direction === 'forward' ? windows : windows.toReversed();
      expect(inOrder.map(({ keepFrom }) => keepFrom)).toEqual([0, ...inOrder.slice(0, -1).map(({ keepTo }) => keepTo)]);
      expect(inOrder.at(-1)?.keepTo).toBe(frameCount);
      for (const { keepFrom, keepTo, start, frames } of windows)
        expect(start <= keepFrom && keepFrom < keepTo && keepTo <= start + frames).toBe(true);
    });
  });

  test('is one that the queue and the engine accept', () => {
    holds((windows, { limits, frameCount, anchors, priorCount, hasFollowing }) => {
      const known = [
        ...anchors,
        ...Array.from({ length: priorCount }, (_, i) => -1 - i),
        ...(hasFollowing ? [frameCount] : []),
      ].map((index) => ({ index }));
      const asModel = {
        ...limits,
        name: 'model',
        maxSize: [64, 64] as const,
        conditioning: { ...limits.conditioning, text: true },
      };
      assertRunFits(
        {
          width: 32,
          height: 32,
          steps: 4,
          frameCount,
          known,
          windows: windows.map((window) => ({ ...window, prompt: 'a ball' })),
        },
        asModel,
      );
    });
  });

  test('shows each pinned clip in one window, on its grid, within what is known; or refuses by name', () => {
    const withClips = fc.record({
      asked: anyRequest,
      limits: fc.constantFrom(ltxClipLimits, vaceLimits),
      followingCount: fc.integer({ min: 1, max: 40 }),
      clips: fc.uniqueArray(fc.record({ index: fc.nat(149), frames: fc.integer({ min: 9, max: 40 }) }), {
        maxLength: 3,
        selector: ({ index }) => index,
      }),
    });
    let planned = 0;
    fc.assert(
      fc.property(withClips, ({ asked, limits, followingCount, clips: all }) => {
        const { frameCount, anchors, priorCount, hasFollowing } = asked;
        const clips = all.filter(({ index }) => index < frameCount && !anchors.includes(index));
        let found;
        try {
          found = planWindows({ ...asked, limits, followingCount, clips });
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect(['input/invalid', 'model/unsupported']).toContain((error as AppError).code);
          return;
        }
        planned += clips.length;
        expect(found.clips.map(({ asked: one }) => one).sort((a, b) => a.index - b.index)).toEqual(
          clips.toSorted((a, b) => a.index - b.index),
        );
        for (const { asked: one, placed } of found.clips) {
          const window = found.windows.find(
            ({ start, prefix, also = [] }) =>
              also.some(({ index, frames }) => index === placed.index && frames === placed.frames) ||
              (start === placed.index && prefix === placed.frames),
          )!;
          expect(placed.index + placed.frames).toBeLessThanOrEqual(window.start + window.frames);
          expect(placed.frames).toBeLessThanOrEqual(one.frames);
          if (limits === ltxClipLimits && placed.frames > 9) expect((placed.index - window.start) % 8).toBe(0);
          if (limits === ltxClipLimits) expect(placed.frames % 8).toBe(1);
        }
        const known = new Set([
          ...anchors,
          ...found.clips.flatMap(({ placed: { index, frames } }) =>
            Array.from({ length: frames }, (_, i) => index + i),
          ),
          ...Array.from({ length: priorCount }, (_, i) => -1 - i),
          ...(hasFollowing ? Array.from({ length: followingCount }, (_, i) => frameCount + i) : []),
        ]);
        const asModel = { ...limits, name: 'model', maxSize: [64, 64] as const };
        assertRunFits(
          {
            ...{ width: 32, height: 32, steps: 4, frameCount },
            known: [...known].map((index) => ({ index })),
            windows: found.windows.map((window) => ({ ...window, prompt: 'a ball' })),
          },
          { ...asModel, conditioning: { ...limits.conditioning, text: true } },
        );
      }),
      { numRuns: 1_000 },
    );
    expect(planned).toBeGreaterThan(200);
  });

  test('has only frame counts the model makes, and prefixes it takes', () => {
    holds((windows, { limits }) => {
      const { multiple, plus, min, max } = limits.frameGrid;
      for (const { frames, prefix } of windows) {
        expect((frames - plus) % multiple === 0 && frames >= min && frames <= max).toBe(true);
        expect(
          prefix === 0 || (prefix <= limits.conditioning.firstFrames.max && (prefix - plus) % multiple === 0),
        ).toBe(true);
      }
    });
  });

  test('knows a frame only when it was given or made before', () => {
    holds((windows, { priorCount, hasFollowing, anchors, frameCount }) => {
      const known = new Set([
        ...anchors,
        ...Array.from({ length: priorCount }, (_, i) => -1 - i),
        ...(hasFollowing ? [frameCount] : []),
      ]);
      for (const { start, prefix, later, keepFrom, keepTo, frames } of windows) {
        for (let index = start; index < start + prefix; index++) expect(known.has(index)).toBe(true);
        if (later !== null) expect(known.has(later) && start + prefix <= later && later < start + frames).toBe(true);
        for (let index = keepFrom; index < keepTo; index++) known.add(index);
      }
    });
  });

  test('uses every pinned image in the window that keeps its frame, and lands on the following frame', () => {
    holds((windows, { anchors, hasFollowing, frameCount, direction }) => {
      for (const anchor of anchors) {
        const { start, prefix, later, also } = windows.find(
          ({ keepFrom, keepTo }) => keepFrom <= anchor && anchor < keepTo,
        )!;
        expect(
          later === anchor || also?.some(({ index }) => index === anchor) || (start === anchor && prefix === 1),
        ).toBe(true);
      }
      const isReplaced =
        direction === 'forward' &&
        anchors.includes(frameCount - 1) &&
        !(frameCount === 1 && windows[0]?.prefix === 1 && windows[0].start === 0);
      if (hasFollowing && !isReplaced) expect(windows.some(({ later }) => later === frameCount)).toBe(true);
    });
  });

  test('goes on from at least one frame once there is one, and fills no more than the native length unless asked', () => {
    holds((windows, { limits, priorCount, direction, framesPerWindow }) => {
      if (direction === 'forward')
        for (const { prefix, keepFrom } of windows)
          expect(prefix > 0 || (keepFrom === 0 && priorCount === 0)).toBe(true);
      if (framesPerWindow === null)
        for (const { frames } of windows) expect(frames).toBeLessThanOrEqual(nativeWindow(limits));
    });
  });
});
