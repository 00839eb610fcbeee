/** Changes to a key map, one step each. What equals the preset is not kept as a change. Pure. */
import { chordKey } from '../../actions/keys';
import type { KeyChanges } from '../../actions/keymap.svelte';

export interface EditedMap {
  readonly custom: KeyChanges;
  /** The keys an action has without the artist's own changes. */
  readonly baseOf: (actionId: string) => readonly string[];
  readonly isMac: boolean;
}

function keysOf({ custom, baseOf }: EditedMap, actionId: string): readonly string[] {
  return custom[actionId] ?? baseOf(actionId);
}

function same(a: readonly string[], b: readonly string[], isMac: boolean): boolean {
  return a.length === b.length && a.every((keys, i) => chordKey(keys, isMac) === chordKey(b[i] ?? '', isMac));
}

export function setKeys(map: EditedMap, actionId: string, keys: readonly string[]): KeyChanges {
  const { [actionId]: _before, ...others } = map.custom;
  return same(keys, map.baseOf(actionId), map.isMac) ? others : { ...others, [actionId]: keys };
}

/** Puts `keys` in the place of `replaced` (null: adds them), and takes them from the actions in `from`. */
export function bindKeys(
  map: EditedMap,
  actionId: string,
  change: { readonly keys: string; readonly replaced: string | null; readonly from: readonly string[] },
): KeyChanges {
  const { keys, replaced, from } = change;
  let custom = map.custom;
  for (const other of from) custom = dropKeys({ ...map, custom }, other, keys);
  const own = keysOf({ ...map, custom }, actionId);
  const isNew = !own.some((one) => one !== replaced && chordKey(one, map.isMac) === chordKey(keys, map.isMac));
  const next = replaced === null ? own : own.filter((one) => one !== replaced || isNew);
  const changed =
    replaced === null ? [...next, ...(isNew ? [keys] : [])] : next.map((one) => (one === replaced ? keys : one));
  return setKeys({ ...map, custom }, actionId, changed);
}

export function dropKeys(map: EditedMap, actionId: string, keys: string): KeyChanges {
  const wanted = chordKey(keys, map.isMac);
  const left = keysOf(map, actionId).filter((one) => chordKey(one, map.isMac) !== wanted);
  return setKeys(map, actionId, left);
}

export function resetKeys(map: EditedMap, actionId: string): KeyChanges {
  return setKeys(map, actionId, map.baseOf(actionId));
}
