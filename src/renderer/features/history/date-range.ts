/** When a run was made, as the history is narrowed by it: in whole days of the machine's own calendar. */
export const spans = ['any', 'today', 'week', 'month', 'days'] as const;
export type Span = (typeof spans)[number];

export interface DateChoice {
  readonly span: Span;
  /** `2026-01-31`, as a date field gives it; empty = open. Of `days` alone. */
  readonly first: string;
  readonly last: string;
}

/** Milliseconds since 1970, [from, to); null = open. */
export interface DateRange {
  readonly from: number | null;
  readonly to: number | null;
}

const DAYS = { today: 0, week: 6, month: 29 } as const;

export function dateRange({ span, first, last }: DateChoice, now: Date): DateRange {
  if (span === 'any') return { from: null, to: null };
  if (span === 'days') return { from: startOf(first, 0), to: startOf(last, 1) };
  // The day is what is counted back, not hours: a day may have 23 of them.
  return { from: new Date(now.getFullYear(), now.getMonth(), now.getDate() - DAYS[span]).getTime(), to: null };
}

function startOf(day: string, later: number): number | null {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  if (year === undefined) return null;
  return new Date(Number(year), Number(month) - 1, Number(date) + later).getTime();
}
