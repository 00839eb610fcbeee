/**
 * Derived lists are made anew whenever the window moves or the film changes. What comes out as it was is answered as the
 * same object, so that elements and drawings that hang on it are left alone.
 */
export class Kept<T> {
  #last: ReadonlyMap<string, T> = new Map();
  readonly #keyOf: (item: T) => string;

  constructor(keyOf: (item: T) => string) {
    this.#keyOf = keyOf;
  }

  /** The list, with the objects of the last call where nothing in them is different. */
  of(items: readonly T[]): readonly T[] {
    const next = new Map<string, T>();
    const kept = items.map((item) => {
      const key = this.#keyOf(item);
      const before = this.#last.get(key);
      const one = before !== undefined && isSame(before, item) ? before : item;
      next.set(key, one);
      return one;
    });
    this.#last = next;
    return kept;
  }
}

/** By value, through plain objects and lists. Records that nobody edited are one object: those are not looked into. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((one, i) => isSame(one, (b as unknown[])[i]));
  if (!isPlain(a) || !isPlain(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}

function isPlain(value: object): value is Record<string, unknown> {
  return Object.getPrototypeOf(value) === Object.prototype;
}
