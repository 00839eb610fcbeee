import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AtRest, WindowMotion } from './at-rest.svelte';

const film = {};

function held(): { motion: WindowMotion; of: (list: string[], from?: object) => readonly string[] } {
  const motion = new WindowMotion();
  const atRest = new AtRest<string>(motion);
  return { motion, of: (list, from = film) => atRest.of(() => list, from) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('while the wheel turns, what there was stays; at rest it is what is in sight', () => {
  const { motion, of } = held();
  expect(of(['a', 'b'])).toEqual(['a', 'b']);
  motion.move();
  expect(of(['b', 'c'])).toEqual(['a', 'b']);
  vi.advanceTimersByTime(119);
  motion.move();
  expect(of(['c', 'd'])).toEqual(['a', 'b']);
  vi.advanceTimersByTime(120);
  expect(of(['c', 'd'])).toEqual(['c', 'd']);
});

test('nothing is waited with when the window leaps', () => {
  const { of } = held();
  of(['a', 'b']);
  expect(of(['b', 'c'])).toEqual(['b', 'c']);
});

test('nor with an edit while it moves', () => {
  const { motion, of } = held();
  of(['a', 'b']);
  motion.move();
  expect(of(['b'], {})).toEqual(['b']);
});

test('nor when the pointer comes', () => {
  const { motion, of } = held();
  of(['a', 'b']);
  motion.move();
  motion.settle();
  expect(of(['b', 'c'])).toEqual(['b', 'c']);
});
