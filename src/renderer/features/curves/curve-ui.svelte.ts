/**
 * What the curve lane remembers: the chosen and the copied keys while the window is open; whether it is shown and of which
 * setting from one start to the next, as the sizes of the panels are.
 */
import { parameterNames } from '@core/curve/parameters';
import type { CurveKey, CurveParameter } from '@core/document/records';
import type { CopiedKeys } from '@core/timeline/copy-keys';
import type { CurveOf } from '@core/timeline/curves';
import type { AppState } from '../../state/app.svelte';

interface KeySelection extends CurveOf {
  readonly frames: ReadonlySet<number>;
}

const OPEN_KEY = 'onionskin.curve-lane';
const PARAMETER_KEY = 'onionskin.curve-lane.parameter';

export class CurveUi {
  #isOpen = $state(localStorage.getItem(OPEN_KEY) === 'open');
  #parameter: CurveParameter = $state(
    parameterNames.find((name) => name === localStorage.getItem(PARAMETER_KEY)) ?? 'guidance',
  );
  copied: CopiedKeys | null = null;
  #selection: KeySelection | null = $state.raw(null);

  get isOpen(): boolean {
    return this.#isOpen;
  }

  set isOpen(isOpen: boolean) {
    this.#isOpen = isOpen;
    localStorage.setItem(OPEN_KEY, isOpen ? 'open' : 'closed');
  }

  get parameter(): CurveParameter {
    return this.#parameter;
  }

  set parameter(parameter: CurveParameter) {
    this.#parameter = parameter;
    localStorage.setItem(PARAMETER_KEY, parameter);
  }

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
