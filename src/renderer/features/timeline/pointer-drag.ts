/**
 * One drag with the pointer, from press to release. Nothing begins before the pointer has moved a little, so a click
 * stays a click. Escape, a lost pointer and a second button cancel. The element that captures must outlive the drag.
 */
export interface DragPoint {
  readonly clientX: number;
  readonly clientY: number;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly modKey: boolean;
}

export interface DragHandlers {
  /** Called once, when the press has become a drag. */
  begin?(): void;
  move(point: DragPoint): void;
  end(point: DragPoint): void;
  cancel(): void;
  /** The press ended without becoming a drag. */
  click?(point: DragPoint): void;
}

const THRESHOLD_PX = 3;

export function pointOf(event: PointerEvent | MouseEvent): DragPoint {
  const { clientX, clientY, altKey, shiftKey, ctrlKey, metaKey } = event;
  return { clientX, clientY, altKey, shiftKey, modKey: ctrlKey || metaKey };
}

/**
 * @param element takes the pointer once the drag has begun. Not before: a captured press would send its click and
 * double-click to `element` instead of to what was pressed.
 */
export function startDrag(element: HTMLElement, down: PointerEvent, handlers: DragHandlers): void {
  const { pointerId } = down;
  const ending = new AbortController();
  let hasBegun = false;

  const stop = (): void => {
    ending.abort();
    if (element.hasPointerCapture(pointerId)) element.releasePointerCapture(pointerId);
  };
  const cancel = (): void => {
    stop();
    if (hasBegun) handlers.cancel();
  };
  const onMove = (event: PointerEvent): void => {
    if (event.pointerId !== pointerId) return;
    if (!hasBegun) {
      if (Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < THRESHOLD_PX) return;
      hasBegun = true;
      element.setPointerCapture(pointerId);
      handlers.begin?.();
    }
    handlers.move(pointOf(event));
  };
  const onUp = (event: PointerEvent): void => {
    if (event.pointerId !== pointerId) return;
    stop();
    if (hasBegun) handlers.end(pointOf(event));
    else handlers.click?.(pointOf(event));
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.code !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    cancel();
  };
  const { signal } = ending;
  window.addEventListener('pointermove', onMove, { signal });
  window.addEventListener('pointerup', onUp, { signal });
  window.addEventListener('pointercancel', cancel, { signal });
  window.addEventListener('blur', cancel, { signal });
  window.addEventListener('keydown', onKey, { signal, capture: true });
  element.addEventListener('lostpointercapture', cancel, { signal });
}
