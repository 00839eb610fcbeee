/**
 * The elements over clips and cuts are for the pointer and for screen readers. While the wheel turns nobody takes hold of
 * one: those that come into sight are made when the window has come to rest.
 */
const REST_MS = 120;

/** Whether the wheel turns. */
export class WindowMotion {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #movedAt = 0;
  /** To the right or to the left; 0 at rest. */
  direction: 1 | -1 | 0 = $state(0);
  readonly isMoving: boolean = $derived(this.direction !== 0);

  /** The window is being moved, and will be for a while. @param by below 0: to the left */
  move(by = 1): void {
    this.#movedAt = performance.now();
    this.#timer ??= setTimeout(() => this.#look(), REST_MS);
    this.direction = by < 0 ? -1 : 1;
  }

  /** One timer for many steps: it looks whether there was another meanwhile. */
  #look(): void {
    const left = this.#movedAt + REST_MS - performance.now();
    if (left < 1) this.settle();
    else this.#timer = setTimeout(() => this.#look(), left);
  }

  /** Without waiting: somebody is about to take hold of something. */
  settle(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.direction = 0;
  }
}

export class AtRest<T> {
  readonly #motion: WindowMotion;
  #shown: readonly T[] = [];
  #film: unknown = null;

  constructor(motion: WindowMotion) {
    this.#motion = motion;
  }

  /**
   * What there are elements for: the last list as long as only the window moves.
   * @param film what the list is taken from; another one when it was edited
   */
  of(list: () => readonly T[], film: unknown): readonly T[] {
    if (this.#motion.isMoving && this.#film === film) return this.#shown;
    this.#film = film;
    this.#shown = list();
    return this.#shown;
  }
}
