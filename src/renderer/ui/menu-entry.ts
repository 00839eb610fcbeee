/** One line of a menu of the right button. */
export interface MenuEntry {
  readonly id: string;
  readonly label: string;
  readonly keys?: string | undefined;
  /** Why it cannot be chosen now; null when it can. */
  readonly reason: string | null;
  readonly run: () => void;
}

export function menuEntry(id: string, label: string, run: () => void, reason: string | null = null): MenuEntry {
  return { id, label, reason, run };
}
