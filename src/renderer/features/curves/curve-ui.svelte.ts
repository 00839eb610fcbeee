/** What the curve lane remembers while the window is open: whether it is shown, of which setting, and the chosen keys. */
import type { CurveKey, CurveParameter } from '@core/document/records';
import type { CurveOf } from '@core/timeline/curves';
import type { AppState } from '../../state/app.svelte';

interface KeySelection extends CurveOf {
  readonly frames: ReadonlySet<number>;
}

export class CurveUi {
  isOpen = $state(false);
  parameter: CurveParameter = $state('guidance');
  #selection: KeySelection | null = $state.raw(null);

  /** Chosen keys of a curve, by frame; those that are gone are not among them. */
  selected({ shotId, parameter }: CurveOf, keys: readonly CurveKey[]): readonly number[] {
    const selection = this.#selection;
    if (selection?.shotId !== shotId || selection.parameter !== parameter) return [];
    return keys.filter(({ frame }) => selection.frames.has(frame)).map(({ frame }) => frame);
  }

  select({ shotId, parameter }: CurveOf, frames: Iterable<number>): void {
    this.#selection = { shotId, parameter, frames: new Set(frames) };
  }

  selectNone(): void {
    this.#selection = null;
  }
}

const uiByApp = new WeakMap<AppState, CurveUi>();

export function curveUiOf(app: AppState): CurveUi {
  const known = uiByApp.get(app);
  if (known !== undefined) return known;
  const ui = new CurveUi();
  uiByApp.set(app, ui);
  return ui;
}
