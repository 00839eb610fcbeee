/**
 * Dragging an imported image inside the window: the bin writes its id, the timeline and the image wells read it.
 */
const TYPE = 'application/x-onionskin-media';

export function setDraggedMedia(event: DragEvent, mediaId: string): void {
  event.dataTransfer?.setData(TYPE, mediaId);
  if (event.dataTransfer !== null) event.dataTransfer.effectAllowed = 'copy';
}

/** While dragging over: the id itself is only readable on drop. */
export function hasDraggedMedia(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes(TYPE) ?? false;
}

/** On drop: the media id, null when something else was dropped. */
export function draggedMedia(event: DragEvent): string | null {
  const id = event.dataTransfer?.getData(TYPE) ?? '';
  return id === '' ? null : id;
}

/** Files from outside. On drop their names are known: JSON is no media, but a recipe, and the window's to read. */
export function hasDraggedFiles(event: DragEvent): boolean {
  const files = [...(event.dataTransfer?.files ?? [])];
  if (files.length > 0 && files.every(({ name }) => /\.json$/i.test(name))) return false;
  return event.dataTransfer?.types.includes('Files') ?? false;
}
