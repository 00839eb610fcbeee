/**
 * How far an extension reaches when it is dragged: whole model windows, because that is what the model makes. All
 * counts are shot frames.
 */
import type { ModelLimits } from '@core/prompt/model-limits';
import type { SamplingSettings } from '@core/document/records';

/** New frames one window adds when it goes on from known frames. */
export function framesPerExtension(limits: ModelLimits, sampling: SamplingSettings): number {
  const context = Math.min(
    Math.max(sampling.contextFrames, limits.conditioning.firstFrames.min),
    limits.conditioning.firstFrames.max,
  );
  return sampling.framesPerWindow ?? Math.max(1, limits.nativeFrames - context);
}

/** Dragged frames to whole windows, at least one; without the grid to single frames. */
export function snapExtension(draggedFrames: number, perWindow: number, isFree: boolean): number {
  const step = isFree ? 1 : perWindow;
  return Math.max(1, Math.round(draggedFrames / step)) * step;
}
