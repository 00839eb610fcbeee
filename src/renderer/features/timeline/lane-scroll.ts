/**
 * Scrolls the lanes, all by the same. Somebody else may scroll one of them, to show what has got the focus: then the
 * timeline follows, or the lanes would no longer stand under each other.
 */
export class LaneScroll {
  readonly #lanes = new Set<HTMLElement>();
  readonly #onShown: (by: number) => void;
  #left = 0;

  /** @param onShown the window has to be moved by so many CSS pixels, to show something */
  constructor(onShown: (by: number) => void) {
    this.#onShown = onShown;
  }

  /** @returns what lets the lane go */
  readonly follow = (lane: HTMLElement): (() => void) => {
    const onScroll = (): void => {
      lane.scrollTop = 0;
      const by = lane.scrollLeft - this.#left;
      // Between two pixels of the screen it stands on one of them.
      if (Math.abs(by) >= 1) this.#onShown(by);
    };
    this.#lanes.add(lane);
    lane.scrollLeft = this.#left;
    lane.addEventListener('scroll', onScroll);
    return () => {
      this.#lanes.delete(lane);
      lane.removeEventListener('scroll', onScroll);
    };
  };

  /** @param left CSS pixels */
  to(left: number): void {
    this.#left = left;
    for (const lane of this.#lanes) lane.scrollLeft = left;
  }
}
