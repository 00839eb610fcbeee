/** With the timers of the test, so that nothing waits. */
import { beforeEach, afterEach, expect, test, vi } from 'vitest';
import { SilenceWatch } from './silence-watch';

let silences = 0;
const watch = new SilenceWatch(() => silences++);
beforeEach(() => {
  silences = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

test('tells of silence once, when all of its time is over', () => {
  watch.restart(1000);
  vi.advanceTimersByTime(999);
  expect(silences).toBe(0);
  vi.advanceTimersByTime(10_000);
  expect(silences).toBe(1);
});

test('whatever is heard begins the time anew, and a stopped watch says nothing', () => {
  for (let heard = 0; heard < 5; heard++) {
    watch.restart(1000);
    vi.advanceTimersByTime(900);
  }
  watch.stop();
  vi.advanceTimersByTime(10_000);
  expect(silences).toBe(0);
});

test('a machine that slept through all of it wakes to a part of it', () => {
  watch.restart(1000);
  // What an overdue timer does on waking: it fires, once, and the others begin then.
  vi.runOnlyPendingTimers();
  expect(silences).toBe(0);
  watch.restart(1000);
  vi.advanceTimersByTime(900);
  expect(silences).toBe(0);
});

test('a time longer than timers can count is long, not over', () => {
  watch.restart(1e13);
  vi.advanceTimersByTime(1_000_000);
  expect(silences).toBe(0);
});
