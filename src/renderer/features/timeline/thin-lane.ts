/** A thin lane's canvases: drawn again when what is seen of them wherever the window is has become another. */
import { CanvasTiles, type TilesLook, type TilesPlace } from './canvas-tiles';
import { isSame } from './kept';
import type { Lane } from './lane-drawing';

export class ThinLane implements Lane {
  readonly isThin = true;
  readonly #holder: () => HTMLElement;
  readonly #place: () => TilesPlace;
  #tiles: CanvasTiles<true> | null = null;
  #next: TilesLook<true> | null = null;
  #look: readonly unknown[] = [];
  #last: readonly unknown[] = [];

  constructor(holder: () => HTMLElement, place: () => TilesPlace) {
    this.#holder = holder;
    this.#place = place;
  }

  /** @param look what is drawn depends on this alone, besides the place */
  show(look: readonly unknown[], next: TilesLook<true>): void {
    this.#look = look;
    this.#next = next;
  }

  /** Nothing is drawn until it is shown again. */
  rest(): void {
    this.#next = null;
  }

  draw(): number {
    if (this.#next === null) return 0;
    this.#tiles ??= new CanvasTiles(this.#holder(), { isOpaque: false });
    if (!isSame(this.#look, this.#last)) this.#tiles.invalidate();
    this.#last = this.#look;
    return this.#tiles.draw({ ...this.#next, ...this.#place() }).painted;
  }

  drawAhead(direction: 1 | -1): boolean {
    return this.#next !== null && this.#tiles?.drawAhead({ ...this.#next, ...this.#place() }, direction) === true;
  }
}
