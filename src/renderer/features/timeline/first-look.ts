/** Remembers which projects this window has already shown, so that only a new one is fitted to the window. */
import { UNSEEN_VIEW, type AppState } from '../../state/app.svelte';

const shown = new WeakMap<AppState, string>();

/** True once for a project that came without a view of its own. */
export function isFirstLook(app: AppState, projectId: string): boolean {
  if (shown.get(app) === projectId) return false;
  shown.set(app, projectId);
  const { pixelsPerFrame, scrollX } = app.timelineView;
  return pixelsPerFrame === UNSEEN_VIEW.pixelsPerFrame && scrollX === UNSEEN_VIEW.scrollX;
}
