import { expect, test } from 'vitest';
import { dateRange } from './date-range';

const now = new Date(2026, 2, 30, 14, 5);
const midnight = (month: number, day: number) => new Date(2026, month - 1, day).getTime();
const days = (first: string, last: string) => dateRange({ span: 'days', first, last }, now);

test('spans begin at midnight and are open to now', () => {
  const from = (span: 'today' | 'week' | 'month') => dateRange({ span, first: '', last: '' }, now);
  expect(from('today')).toEqual({ from: midnight(3, 30), to: null });
  expect(from('week')).toEqual({ from: midnight(3, 24), to: null });
  expect(from('month')).toEqual({ from: midnight(3, 1), to: null });
  expect(dateRange({ span: 'any', first: '2026-01-01', last: '' }, now)).toEqual({ from: null, to: null });
});

test('days hold their last day whole, and may be open at either end', () => {
  expect(days('2026-01-31', '2026-02-28')).toEqual({ from: midnight(1, 31), to: midnight(3, 1) });
  expect(days('', '2026-02-28')).toEqual({ from: null, to: midnight(3, 1) });
  expect(days('2026-02-28', '')).toEqual({ from: midnight(2, 28), to: null });
});
