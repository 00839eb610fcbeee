/** How the viewer shows the film; the artist's taste, not the project's. Kept while the window is open. */
import type { AppState } from '../../state/app.svelte';

export class ViewerUi {
  /** Pixels as squares when magnified; smooth by default, as film is looked at. */
  isCrisp = $state(false);
  isOnion = $state(false);
  onionFrames = $state(1);
  onionOpacity = $state(0.35);
  /** Action and title safe areas, and thirds, over the picture. */
  isGuided = $state(false);
  /** The viewer covers the window, and the screen where the system allows it. */
  isFull = $state(false);
  /** K is down: J and L then step by single frames. */
  isHoldingK = false;
}

const uiByApp = new WeakMap<AppState, ViewerUi>();

export function viewerUiOf(app: AppState): ViewerUi {
  const known = uiByApp.get(app);
  if (known !== undefined) return known;
  const ui = new ViewerUi();
  uiByApp.set(app, ui);
  return ui;
}
