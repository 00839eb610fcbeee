import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../platform/clock';
import { Coalescer } from './coalescer';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('passes the first value at once, then the newest ten times a second', () => {
  const seen: number[] = [];
  const coalescer = new Coalescer<number>(systemClock, (value) => seen.push(value));
  for (let ms = 0; ms < 1_000; ms++) {
    coalescer.push(ms);
    vi.advanceTimersByTime(1);
  }
  expect(seen.length).toBeGreaterThanOrEqual(10);
  expect(seen.length).toBeLessThanOrEqual(11);
  expect(seen[0]).toBe(0);
});

test('never drops the last value: it comes when the interval ends, or at the flush', () => {
  const seen: string[] = [];
  const coalescer = new Coalescer<string>(systemClock, (value) => seen.push(value));
  coalescer.push('first');
  coalescer.push('skipped');
  coalescer.push('last of the interval');
  expect(seen).toEqual(['first']);
  vi.advanceTimersByTime(100);
  coalescer.push('skipped too');
  coalescer.push('last of all');
  coalescer.flush();
  coalescer.flush();
  vi.advanceTimersByTime(1_000);
  expect(seen).toEqual(['first', 'last of the interval', 'last of all']);
});
