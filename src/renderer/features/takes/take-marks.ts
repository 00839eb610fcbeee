/** Stars and notes on takes: shown at once, taken back when the library refuses them. */
import type { TakeView } from '@core/document/takes';
import type { AppState } from '../../state/app.svelte';

export async function starTake(app: AppState, take: TakeView, isStarred: boolean): Promise<void> {
  const session = app.session;
  session?.markTake(take.id, { isStarred });
  const answer = await app.attempt(() => app.client.invoke('takes.star', { takeId: take.id, isStarred }));
  if (answer === null) session?.markTake(take.id, { isStarred: !isStarred });
}

export async function noteTake(app: AppState, take: TakeView, note: string): Promise<void> {
  const session = app.session;
  session?.markTake(take.id, { note });
  const answer = await app.attempt(() => app.client.invoke('takes.note', { takeId: take.id, note }));
  if (answer === null) session?.markTake(take.id, { note: take.note });
}

/** What the takes panel is narrowed to. */
export interface TakeFilter {
  readonly isStarred: boolean;
  /** Part of a note, or the digits a seed begins with. */
  readonly text: string;
}

export function matches(take: TakeView, { isStarred, text }: TakeFilter): boolean {
  const wanted = text.trim().toLowerCase();
  if (isStarred && take.isStarred !== true) return false;
  return wanted === '' || String(take.seed).startsWith(wanted) || (take.note ?? '').toLowerCase().includes(wanted);
}
