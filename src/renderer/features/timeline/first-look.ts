/** Remembers which projects this window has already shown, so that only a new one is fitted to the window. */
import type { AppState } from '../../state/app.svelte';

const DEFAULT_PIXELS_PER_FRAME = 6;
const shown = new WeakMap<AppState, string>();

/** True once for a project that came without a view of its own. */
export function isFirstLook(app: AppState, projectId: string): boolean {
  if (shown.get(app) === projectId) return false;
  shown.set(app, projectId);
  return app.timelineView.pixelsPerFrame === DEFAULT_PIXELS_PER_FRAME && app.timelineView.scrollX === 0;
}
