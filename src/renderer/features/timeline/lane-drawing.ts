/**
 * When the lanes draw: all in one animation frame, however many things changed. While the window is moved, a frame in which
 * nothing had to be drawn draws a part ahead, of the tracks or of the thinner lanes; so no frame draws the parts of all
 * lanes at once.
 */
import type { WindowMotion } from './at-rest.svelte';

export interface Lane {
  /** As quickly drawn as others like it together with it. */
  readonly isThin: boolean;
  /** @returns how many parts had to be drawn */
  draw(): number;
  /** @returns whether there was a part to draw */
  drawAhead(direction: 1 | -1): boolean;
}

export class LaneDrawing {
  readonly #motion: WindowMotion;
  readonly #beforeDrawing: () => boolean;
  #lanes: readonly Lane[] = [];
  readonly #due = new Set<Lane>();
  #request: number | null = null;
  #isTurnOfThin = false;

  /** @param beforeDrawing called in each frame in which something is drawn; whether much was done for it already */
  constructor(motion: WindowMotion, beforeDrawing: () => boolean) {
    this.#motion = motion;
    this.#beforeDrawing = beforeDrawing;
  }

  /** @returns what takes it out again */
  add(lane: Lane): () => void {
    this.#lanes = [...this.#lanes, lane];
    return () => {
      this.#lanes = this.#lanes.filter((one) => one !== lane);
      this.#due.delete(lane);
      if (this.#lanes.length > 0 || this.#request === null) return;
      cancelAnimationFrame(this.#request);
      this.#request = null;
    };
  }

  /** The lane has changed. */
  request(lane: Lane): void {
    this.#due.add(lane);
    this.#requestFrame();
  }

  /** The window has moved. */
  requestAll(): void {
    for (const lane of this.#lanes) this.#due.add(lane);
    if (this.#lanes.length > 0) this.#requestFrame();
  }

  #requestFrame(): void {
    this.#request ??= requestAnimationFrame(() => {
      this.#request = null;
      this.#draw();
    });
  }

  #draw(): void {
    const isBusy = this.#beforeDrawing();
    const due = this.#lanes.filter((lane) => this.#due.has(lane));
    this.#due.clear();
    const painted = due.reduce((sum, lane) => sum + lane.draw(), 0);
    const { direction } = this.#motion;
    if (painted > 0 || direction === 0 || isBusy) return;
    const ahead = (isThin: boolean): boolean =>
      this.#lanes
        .filter((lane) => lane.isThin === isThin)
        .map((lane) => lane.drawAhead(direction))
        .includes(true);
    if (ahead(this.#isTurnOfThin) || !ahead(!this.#isTurnOfThin)) this.#isTurnOfThin = !this.#isTurnOfThin;
  }
}
