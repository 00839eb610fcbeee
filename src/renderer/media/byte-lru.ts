/**
 * A map that never holds more than a given number of bytes: what was used longest ago goes first.
 * An entry larger than the whole budget is not kept. `onEvict` is told of every value that leaves, so that what needs
 * closing (an ImageBitmap) can be closed.
 */
export class ByteLru<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly bytes: number }>();
  readonly #budgetBytes: number;
  readonly #onEvict: (value: Value) => void;
  #usedBytes = 0;

  constructor(budgetBytes: number, onEvict: (value: Value) => void = () => undefined) {
    this.#budgetBytes = budgetBytes;
    this.#onEvict = onEvict;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value, now the most recently used. */
  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Looks without counting as a use. */
  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** @returns false when the value is larger than the whole budget: it was evicted at once. */
  set(key: string, value: Value, bytes: number): boolean {
    this.delete(key);
    if (bytes > this.#budgetBytes) {
      this.#onEvict(value);
      return false;
    }
    this.#entries.set(key, { value, bytes });
    this.#usedBytes += bytes;
    for (const [oldest] of this.#entries) {
      if (this.#usedBytes <= this.#budgetBytes) break;
      this.delete(oldest);
    }
    return true;
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#usedBytes -= entry.bytes;
    this.#onEvict(entry.value);
  }

  clear(): void {
    for (const key of [...this.#entries.keys()]) this.delete(key);
  }
}
