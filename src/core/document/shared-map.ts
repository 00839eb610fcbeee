/**
 * An immutable map that shares what it has in common with the one it was changed from: a base, never touched again, the
 * changes made to it long ago, and those made lately. A change costs what it changes; every MAX_LATELY changes cost a copy
 * of the old ones, and a copy of the whole is made only when those are half of it.
 * Iteration goes through the base in its order, then through what was added.
 */
const MAX_LATELY = 512;

/** null = removed. */
export type MapChanges<V> = ReadonlyMap<string, V | null>;

export class SharedMap<V extends object> implements ReadonlyMap<string, V> {
  readonly #base: ReadonlyMap<string, V>;
  readonly #old: MapChanges<V>;
  readonly #lately: MapChanges<V>;
  #size: number | null = null;

  private constructor(base: ReadonlyMap<string, V>, old: MapChanges<V>, lately: MapChanges<V>) {
    this.#base = base;
    this.#old = old;
    this.#lately = lately;
  }

  /** @param map kept, and not to be changed any more */
  static over<V extends object>(map: ReadonlyMap<string, V>): SharedMap<V> {
    return new SharedMap(map, new Map(), new Map());
  }

  /** The map with the changes made; this one stays as it is. @param changes kept, and not to be changed any more */
  with(changes: MapChanges<V>): SharedMap<V> {
    if (changes.size === 0) return this;
    const isInBase = (key: string): boolean => this.#base.has(key);
    if (this.#lately.size + changes.size <= MAX_LATELY) {
      const lately = joinedChanges(this.#lately, changes, (key) => isInBase(key) || this.#old.has(key));
      return new SharedMap(this.#base, this.#old, lately);
    }
    const old = joinedChanges(joinedChanges(this.#old, this.#lately, isInBase), changes, isInBase);
    if (old.size <= this.#base.size / 2) return new SharedMap(this.#base, old, new Map());
    // A copy of a map is made in one go, which is much faster than going through it.
    const base = new Map(this.#base);
    old.forEach((value, key) => {
      if (value === null) base.delete(key);
      else base.set(key, value);
    });
    return SharedMap.over(base);
  }

  /** Counted when it is first asked for, which most documents never are. */
  get size(): number {
    if (this.#size !== null) return this.#size;
    let size = this.#base.size;
    for (const [key, value] of this.#changes()) size += Number(value !== null) - Number(this.#base.has(key));
    return (this.#size = size);
  }

  get(key: string): V | undefined {
    const changed = this.#changed(key);
    return changed === undefined ? this.#base.get(key) : (changed ?? undefined);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  #changes(): MapChanges<V> {
    return joinedChanges(this.#old, this.#lately, (key) => this.#base.has(key));
  }

  /** undefined = as in the base */
  #changed(key: string): V | null | undefined {
    const lately = this.#lately.size === 0 ? undefined : this.#lately.get(key);
    return lately === undefined && this.#old.size > 0 ? this.#old.get(key) : lately;
  }

  *entries(): MapIterator<[string, V]> {
    for (const entry of this.#base) {
      const changed = this.#changed(entry[0]);
      if (changed === undefined) yield entry;
      else if (changed !== null) yield [entry[0], changed];
    }
    for (const [key, value] of this.#changes()) if (value !== null && !this.#base.has(key)) yield [key, value];
    return undefined;
  }

  *keys(): MapIterator<string> {
    for (const [key] of this.entries()) yield key;
    return undefined;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
    return undefined;
  }

  forEach(callback: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [key, value] of this) callback(value, key, this);
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }
}

/**
 * The later changes over the earlier ones, keys in the order they came.
 * @param isBelow whether a key is in what the changes lie over: only then is its removal to be remembered
 */
export function joinedChanges<V>(
  earlier: MapChanges<V>,
  later: MapChanges<V>,
  isBelow: (key: string) => boolean,
): MapChanges<V> {
  if (earlier.size === 0) return later;
  if (later.size === 0) return earlier;
  const all = new Map(earlier);
  later.forEach((value, key) => {
    if (value === null && !isBelow(key)) all.delete(key);
    else all.set(key, value);
  });
  return all;
}
