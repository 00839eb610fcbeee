/** Playing, stepping and looking, by key or menu. */
import { framesPerSecond } from '@core/time/rate';
import type { Action } from '../../actions/action';
import type { AppState } from '../../state/app.svelte';
import { strings } from './strings';
import { viewerUiOf } from './viewer-ui.svelte';

const inStudio = (app: AppState): boolean => app.screen === 'studio' && app.session !== null;

function action(id: string, label: string, keys: readonly string[], run: (app: AppState) => void): Action {
  return { id: `viewer.${id}`, label, category: strings.category, keys, when: inStudio, run };
}

function oneSecond(app: AppState): number {
  return app.session === null ? 1 : Math.max(1, Math.round(framesPerSecond(app.session.project.rate)));
}

/** With K held, J and L step. */
function shuttle(app: AppState, direction: -1 | 1): void {
  if (viewerUiOf(app).isHoldingK) app.transport.step(direction);
  else app.transport.shuttle(direction);
}

/** The viewer fills the window even where the system refuses the screen. */
function setFullscreen(app: AppState, isFull: boolean): void {
  viewerUiOf(app).isFull = isFull;
  if (isFull) document.documentElement.requestFullscreen().catch(() => undefined);
  else if (document.fullscreenElement !== null) document.exitFullscreen().catch(() => undefined);
}

export const viewerActions: readonly Action[] = [
  action('play', strings.actions.play, ['Space'], (app) => app.transport.toggle()),
  action('shuttleBack', strings.actions.shuttleBack, ['KeyJ'], (app) => shuttle(app, -1)),
  action('stop', strings.actions.stop, ['KeyK'], (app) => app.transport.reset()),
  action('shuttleForward', strings.actions.shuttleForward, ['KeyL'], (app) => shuttle(app, 1)),
  action('stepBack', strings.actions.stepBack, ['ArrowLeft'], (app) => app.transport.step(-1)),
  action('stepForward', strings.actions.stepForward, ['ArrowRight'], (app) => app.transport.step(1)),
  action('secondBack', strings.actions.secondBack, ['Shift+ArrowLeft'], (app) => app.transport.step(-oneSecond(app))),
  action('secondForward', strings.actions.secondForward, ['Shift+ArrowRight'], (app) =>
    app.transport.step(oneSecond(app)),
  ),
  action('start', strings.actions.start, ['Home'], (app) => app.transport.seek(0)),
  action('end', strings.actions.end, ['End'], (app) => app.transport.seek(app.session?.end ?? 0)),
  action('loop', strings.actions.loop, ['Shift+KeyL'], (app) => app.transport.toggleLoop()),
  action('onion', strings.actions.onion, ['Shift+KeyN'], (app) => {
    const ui = viewerUiOf(app);
    ui.isOnion = !ui.isOnion;
  }),
  action('guides', strings.actions.guides, ['Quote'], (app) => {
    const ui = viewerUiOf(app);
    ui.isGuided = !ui.isGuided;
  }),
  action('fullscreen', strings.actions.fullscreen, ['Backquote', 'F11'], (app) =>
    setFullscreen(app, !viewerUiOf(app).isFull),
  ),
  action('crisp', strings.actions.crisp, [], (app) => {
    const ui = viewerUiOf(app);
    ui.isCrisp = !ui.isCrisp;
  }),
];
