import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WindowMotion } from './at-rest.svelte';
import { LaneDrawing, type Lane } from './lane-drawing';

let frames: FrameRequestCallback[] = [];

beforeEach(() => {
  frames = [];
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function nextFrame(): void {
  for (const callback of frames.splice(0)) callback(0);
}

/** Lanes that note what is asked of them; `missing` is what of each is not drawn ahead yet. */
function lanesOf(missing: Readonly<Record<string, number>>, { inSight = 0, isBusy = false } = {}) {
  const motion = new WindowMotion();
  const log: string[] = [];
  const drawing = new LaneDrawing(motion, () => isBusy);
  const lanes = Object.entries(missing).map(([name, count]): Lane => {
    let left = count;
    return {
      isThin: name !== 'tracks',
      draw: () => {
        log.push(name);
        return inSight;
      },
      drawAhead: (direction) => {
        if (left === 0) return false;
        left--;
        log.push(`${name} ${direction === 1 ? 'right' : 'left'}`);
        return true;
      },
    };
  });
  for (const lane of lanes) drawing.add(lane);
  return { motion, log, drawing, lanes };
}

test('all lanes are drawn in one frame, each once, however often they ask', () => {
  const { log, drawing, lanes } = lanesOf({ ruler: 0, tracks: 0 });
  for (const lane of [...lanes, ...lanes]) drawing.request(lane);
  expect(frames).toHaveLength(1);
  nextFrame();
  expect(log).toEqual(['ruler', 'tracks']);
  nextFrame();
  expect(log).toHaveLength(2);
});

test('while the window moves, frames with nothing to draw draw ahead: the tracks and the thin lanes in turn', () => {
  const { motion, log, drawing, lanes } = lanesOf({ ruler: 2, prompts: 1, tracks: 2 });
  const frame = (): string[] => {
    log.length = 0;
    drawing.request(lanes[0]!);
    nextFrame();
    return log.slice(1);
  };
  expect(frame()).toEqual([]);
  motion.move(-160);
  expect(frame()).toEqual(['tracks left']);
  expect(frame()).toEqual(['ruler left', 'prompts left']);
  motion.move(160);
  expect(frame()).toEqual(['tracks right']);
  expect(frame()).toEqual(['ruler right']);
  expect(frame()).toEqual([]);
});

test.each([
  ['something had to be drawn', { inSight: 1 }],
  ['much was done already', { isBusy: true }],
])('nothing is drawn ahead in a frame in which %s', (_, options) => {
  const { motion, log, drawing, lanes } = lanesOf({ ruler: 1, tracks: 1 }, options);
  motion.move(160);
  drawing.request(lanes[0]!);
  nextFrame();
  expect(log).toEqual(['ruler']);
});

test('a lane that has left is not drawn', () => {
  const { log, drawing, lanes } = lanesOf({ ruler: 0 });
  const late: Lane = { isThin: false, draw: () => log.push('late'), drawAhead: () => false };
  const leave = drawing.add(late);
  drawing.request(late);
  drawing.request(lanes[0]!);
  leave();
  nextFrame();
  expect(log).toEqual(['ruler']);
});
