/**
 * Which keys each action has now: its own, changed by a preset, changed again by the artist. Everything that prints or
 * resolves keys reads this. Kept in the studio's settings; the window owns the only one.
 */
import type { Action } from './action';

/** Keys by action id; an empty list means no keys. What is not named stays as it is. */
export type KeyChanges = Readonly<Record<string, readonly string[]>>;

export class Keymap {
  preset: KeyChanges = $state.raw({});
  custom: KeyChanges = $state.raw({});

  keysFor(action: Pick<Action, 'id' | 'keys'>): readonly string[] {
    return ownValue(this.custom, action.id) ?? ownValue(this.preset, action.id) ?? action.keys;
  }
}

function ownValue(changes: KeyChanges, id: string): readonly string[] | undefined {
  return Object.hasOwn(changes, id) ? changes[id] : undefined;
}

export const keymap = new Keymap();
