/** Comparing two takes, by key or menu. All but the first act only while a comparison is open. */
import type { Action } from '../../actions/action';
import { focusOf } from '../../actions/selection';
import type { AppState } from '../../state/app.svelte';
import { compareModes, compareUiOf } from './compare-ui.svelte';
import { closeCompare, nextSeam, toggleCompare, useSide } from './open-compare';
import { strings } from './strings';

const isOpen = (app: AppState): boolean => app.screen === 'studio' && compareUiOf(app).pair !== null;
const canOpen = (app: AppState): boolean =>
  isOpen(app) || (app.session !== null && focusOf(app.session, app.transport.playhead) !== null);

function inside(id: string, label: string, keys: readonly string[], run: (app: AppState) => void): Action {
  return {
    id: `compare.${id}`,
    label,
    category: strings.category,
    keys,
    scope: 'compare',
    needs: strings.needsOpen,
    when: isOpen,
    run,
  };
}

export const compareActions: readonly Action[] = [
  {
    id: 'compare.toggle',
    label: strings.compare,
    category: strings.category,
    keys: ['Alt+KeyC'],
    needs: strings.needsClip,
    when: canOpen,
    run: toggleCompare,
  },
  inside('flip', strings.flip, ['KeyC'], (app) => {
    const ui = compareUiOf(app);
    // A difference looks the same either way round: then the key goes on to where it shows something.
    if (ui.mode === 'difference') ui.mode = 'flicker';
    else ui.isFlipped = !ui.isFlipped;
  }),
  ...compareModes.map((mode, i) =>
    inside(mode, strings.modes[mode], [`Digit${String(i + 1)}`], (app) => (compareUiOf(app).mode = mode)),
  ),
  inside('amplify', strings.amplify, ['KeyX'], (app) => {
    const ui = compareUiOf(app);
    ui.gain = ui.mode === 'difference' && ui.gain === 1 ? 4 : 1;
    ui.mode = 'difference';
  }),
  inside('seam', strings.atSeam, ['KeyG'], nextSeam),
  inside('useA', strings.use('A'), ['Shift+Digit1'], (app) => useSide(app, 'a')),
  inside('useB', strings.use('B'), ['Shift+Digit2'], (app) => useSide(app, 'b')),
  inside('close', strings.leave, ['Escape'], closeCompare),
];
