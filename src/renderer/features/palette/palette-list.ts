/** Which commands the palette lists and in what order: what was used last first, then by how well the name fits. */
import type { Action } from '../../actions/action';
import { fuzzyMatch } from './fuzzy';

export interface PaletteRow {
  readonly action: Action;
  /** Indices of the label's characters that the query found. */
  readonly positions: readonly number[];
  readonly isRecent: boolean;
}

/** A name found in the category only is a weaker answer. */
const BY_CATEGORY = 25;
const RECENT_BONUS = 6;
/** What does not apply now stands behind what fits alike. */
const OFF = 4;

export interface PaletteUse {
  /** Action ids, the latest first. */
  readonly recent: readonly string[];
  readonly canRun: (action: Action) => boolean;
}

export function paletteRows(actions: readonly Action[], query: string, { recent, canRun }: PaletteUse): PaletteRow[] {
  const isAsked = query.trim() !== '';
  const rows = actions.flatMap((action, order) => {
    const place = recent.indexOf(action.id);
    const byLabel = fuzzyMatch(query, action.label);
    const prefix = `${action.category} `;
    const match = byLabel ?? fuzzyMatch(query, prefix + action.label);
    if (match === null) return [];
    const positions =
      byLabel?.positions ?? match.positions.flatMap((at) => (at < prefix.length ? [] : [at - prefix.length]));
    const bonus = place < 0 ? 0 : isAsked ? RECENT_BONUS : 1_000 - place;
    const score = match.score - (byLabel === null ? BY_CATEGORY : 0) - (canRun(action) ? 0 : OFF) + bonus;
    return [{ row: { action, positions, isRecent: place >= 0 }, score, order }];
  });
  return rows.sort((a, b) => b.score - a.score || a.order - b.order).map(({ row }) => row);
}

const KEPT = 12;

/** The latest first, each once. */
export function withRecent(recent: readonly string[], actionId: string): string[] {
  return [actionId, ...recent.filter((id) => id !== actionId)].slice(0, KEPT);
}
