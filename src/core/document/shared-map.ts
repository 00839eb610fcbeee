/**
 * An immutable map that shares what it has in common with the one it was changed from: a base, never touched again, and
 * the changes since. A change costs what it changes, and a copy of the whole only once in MAX_CHANGES.
 * Iteration goes through the base in its order, then through what was added.
 */
const MAX_CHANGES = 512;

/** null = removed. */
export type MapChanges<V> = ReadonlyMap<string, V | null>;

export class SharedMap<V extends object> implements ReadonlyMap<string, V> {
  readonly #base: ReadonlyMap<string, V>;
  readonly #changes: MapChanges<V>;
  readonly size: number;

  private constructor(base: ReadonlyMap<string, V>, changes: MapChanges<V>, size: number) {
    this.#base = base;
    this.#changes = changes;
    this.size = size;
  }

  /** @param map kept, and not to be changed any more */
  static over<V extends object>(map: ReadonlyMap<string, V>): SharedMap<V> {
    return new SharedMap(map, new Map(), map.size);
  }

  /** The map with the changes made; this one stays as it is. */
  with(changes: MapChanges<V>): SharedMap<V> {
    if (changes.size === 0) return this;
    if (this.#changes.size + changes.size > MAX_CHANGES) return this.#rebased(changes);
    let { size } = this;
    const all = new Map(this.#changes);
    for (const [key, value] of changes) {
      size += Number(value !== null) - Number(this.has(key));
      if (value === null && !this.#base.has(key)) all.delete(key);
      else all.set(key, value);
    }
    return new SharedMap(this.#base, all, size);
  }

  /** On a base of its own: a copy of a map is made in one go, which is much faster than going through it. */
  #rebased(changes: MapChanges<V>): SharedMap<V> {
    const base = new Map(this.#base);
    for (const layer of [this.#changes, changes])
      for (const [key, value] of layer) {
        if (value === null) base.delete(key);
        else base.set(key, value);
      }
    return SharedMap.over(base);
  }

  get(key: string): V | undefined {
    if (this.#changes.size === 0) return this.#base.get(key);
    const changed = this.#changes.get(key);
    return changed === undefined ? this.#base.get(key) : (changed ?? undefined);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  *entries(): MapIterator<[string, V]> {
    for (const entry of this.#base) {
      const changed = this.#changes.get(entry[0]);
      if (changed === undefined) yield entry;
      else if (changed !== null) yield [entry[0], changed];
    }
    for (const [key, value] of this.#changes) if (value !== null && !this.#base.has(key)) yield [key, value];
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
