/**
 * Time to pixels and back, for a window of the timeline: `scrollX` pixels are hidden on its left.
 * Pure. Frames are project frames and may be fractional where a pointer is between two.
 */
export interface TimeScale {
  readonly pixelsPerFrame: number;
  readonly scrollX: number;
}

export const MIN_PIXELS_PER_FRAME = 0.005;
export const MAX_PIXELS_PER_FRAME = 160;
/** Fitting a short film leaves room beside it to grow. */
const FIT_PIXELS_PER_FRAME_MAX = 48;
/** Empty pixels kept after the last clip, so that there is room to drop and to extend. */
export const TAIL_PX = 320;

export function xOfFrame(scale: TimeScale, frame: number): number {
  return frame * scale.pixelsPerFrame - scale.scrollX;
}

export function frameAtX(scale: TimeScale, x: number): number {
  return (x + scale.scrollX) / scale.pixelsPerFrame;
}

/** The frames [from, to) of which at least a part is in a window `width` pixels wide. */
export function visibleFrames(scale: TimeScale, width: number): { readonly from: number; readonly to: number } {
  const from = Math.max(0, Math.floor(frameAtX(scale, 0)));
  return { from, to: Math.max(from, Math.ceil(frameAtX(scale, width))) };
}

/** Zooms by `factor` while the frame under pixel `x` stays where it is (unless the start of the film is reached). */
export function zoomAround(scale: TimeScale, factor: number, x: number): TimeScale {
  const frame = frameAtX(scale, x);
  const pixelsPerFrame = clamp(scale.pixelsPerFrame * factor, MIN_PIXELS_PER_FRAME, MAX_PIXELS_PER_FRAME);
  return { pixelsPerFrame, scrollX: Math.max(0, frame * pixelsPerFrame - x) };
}

/** The whole film in the window, with a little air after it. An empty film shows `emptyFrames`. */
export function fitScale(end: number, width: number, emptyFrames: number): TimeScale {
  const frames = end > 0 ? end : emptyFrames;
  const usable = Math.max(1, width * 0.92);
  return { pixelsPerFrame: clamp(usable / frames, MIN_PIXELS_PER_FRAME, FIT_PIXELS_PER_FRAME_MAX), scrollX: 0 };
}

/** The furthest the window may scroll. */
export function maxScrollX(pixelsPerFrame: number, end: number, width: number): number {
  return Math.max(0, end * pixelsPerFrame + TAIL_PX - width);
}

/** Scrolls so that `frame` is in sight: a page further when it left on the right, as editors do in play. */
export function scrollToShow(scale: TimeScale, frame: number, width: number): number {
  const x = xOfFrame(scale, frame);
  const margin = Math.min(48, width / 8);
  if (x >= 0 && x <= width - margin) return scale.scrollX;
  return Math.max(0, frame * scale.pixelsPerFrame - margin);
}

/** The least scrolling that brings a span into sight; its beginning where it is too long. */
export function scrollToShowSpan(
  scale: TimeScale,
  { from, to }: { readonly from: number; readonly to: number },
  width: number,
): number {
  const margin = Math.min(48, width / 8);
  const [left, right] = [from * scale.pixelsPerFrame - margin, to * scale.pixelsPerFrame + margin];
  const shown = Math.max(scale.scrollX, right - width);
  return Math.max(0, Math.min(shown, left));
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
