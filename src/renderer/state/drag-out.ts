/** Dragging something out of the window as a file: the page's own drag gives way to the system's. */
import type { DraggedOut } from '@contracts/drag-out';
import type { AppState } from './app.svelte';

export function dragOut(app: AppState, event: DragEvent, what: DraggedOut | null): void {
  event.preventDefault();
  if (what !== null) void app.attempt(() => app.client.invoke('drag.out', what));
}
