/**
 * The elements over the clips are for the pointer and for screen readers; what is seen of a clip is drawn under them. While
 * the wheel turns nobody takes hold of one: those that come into sight are made when the window has come to rest.
 */
const REST_MS = 120;

export class AtRest<T> {
  readonly #keyOf: (item: T) => string;
  #shown: readonly T[] = [];
  #film: unknown = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isMoving = $state(false);

  constructor(keyOf: (item: T) => string) {
    this.#keyOf = keyOf;
  }

  /** The window is being moved, and will be for a while. */
  move(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.settle(), REST_MS);
    this.#isMoving = true;
  }

  /** Without waiting: somebody is about to take hold of something. */
  settle(): void {
    clearTimeout(this.#timer);
    this.#isMoving = false;
  }

  /**
   * What there are elements for: the last list as long as only the window moves.
   * @param film what the items are taken from; another one when it was edited
   */
  of(items: readonly T[], film: unknown): readonly T[] {
    if (this.#isMoving && this.#film === film && this.#isScroll(items)) return this.#shown;
    this.#film = film;
    this.#shown = items;
    return items;
  }

  /** Some came, some went, and those that are still there are what they were. */
  #isScroll(items: readonly T[]): boolean {
    const shown = new Map(this.#shown.map((item) => [this.#keyOf(item), item]));
    return items.every((item) => (shown.get(this.#keyOf(item)) ?? item) === item);
  }
}
