/**
 * Which keys are given twice. Actions of the same reach (the whole window, or one mode of it) must not share keys; a
 * mode may take keys of the window while it is open, which is what modes are for. Pure.
 */
import type { Action } from '../../actions/action';
import { chordKey } from '../../actions/keys';

export type KeyedAction = Pick<Action, 'id' | 'label' | 'scope'> & {
  /** The keys it has now. */
  readonly keys: readonly string[];
};

export interface KeyConflict {
  /** As the first of the actions writes it. */
  readonly keys: string;
  /** Two or more, in the order in which the studio would try them. */
  readonly actionIds: readonly string[];
}

function reachOf(action: KeyedAction, keys: string, isMac: boolean): string {
  return `${action.scope ?? 'window'} ${chordKey(keys, isMac)}`;
}

export function findConflicts(actions: readonly KeyedAction[], isMac: boolean): readonly KeyConflict[] {
  const byReach = new Map<string, { keys: string; actionIds: string[] }>();
  for (const action of actions)
    for (const keys of action.keys) {
      const reach = reachOf(action, keys, isMac);
      const known = byReach.get(reach);
      if (known === undefined) byReach.set(reach, { keys, actionIds: [action.id] });
      else if (!known.actionIds.includes(action.id)) known.actionIds.push(action.id);
    }
  return [...byReach.values()].filter(({ actionIds }) => actionIds.length > 1);
}

/** The other actions that `keys` would collide with, were they given to `actionId`. */
export function collisionsOf(
  actions: readonly KeyedAction[],
  { actionId, keys, isMac }: { readonly actionId: string; readonly keys: string; readonly isMac: boolean },
): readonly KeyedAction[] {
  const own = actions.find((action) => action.id === actionId);
  if (own === undefined) return [];
  const wanted = reachOf(own, keys, isMac);
  return actions.filter(
    (action) => action.id !== actionId && action.keys.some((one) => reachOf(action, one, isMac) === wanted),
  );
}
