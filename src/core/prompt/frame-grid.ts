/**
 * The frame counts a model can make: multiple·k + plus, from min to max (LTX-Video 8k+1, Wan 4k+1, pocket any).
 */
import { invalidInput } from '../errors';
import type { ModelLimits } from './model-limits';

type FrameGrid = ModelLimits['frameGrid'];

/** The smallest count on the grid that is ≥ `frames`; null above the largest. */
export function gridCeil(frames: number, grid: FrameGrid): number | null {
  const least = Math.max(frames, grid.min);
  const steps = Math.max(0, Math.ceil((least - grid.plus) / grid.multiple));
  const count = steps * grid.multiple + grid.plus;
  return count <= grid.max ? count : null;
}

/** The largest count on the grid that is ≤ `frames`; null below the smallest. */
export function gridFloor(frames: number, grid: FrameGrid): number | null {
  const most = Math.min(frames, grid.max);
  const steps = Math.floor((most - grid.plus) / grid.multiple);
  const count = steps * grid.multiple + grid.plus;
  return steps >= 0 && count >= Math.max(1, grid.min) ? count : null;
}

/**
 * The largest number of known first frames ≤ `frames` that fills whole latent frames; 0 when there is none.
 * A grid with several counts steps by the latent's frames; one fixed length (AnimateDiff's 16) says nothing of them.
 */
export function prefixFloor(frames: number, limits: ModelLimits): number {
  const isFixed = limits.frameGrid.min === limits.frameGrid.max;
  const { multiple, plus } = isFixed ? { multiple: 1, plus: 0 } : limits.frameGrid;
  const most = Math.min(frames, limits.conditioning.firstFrames.max);
  if (most < Math.max(1, limits.conditioning.firstFrames.min)) return 0;
  const count = Math.floor((most - plus) / multiple) * multiple + plus;
  return count >= Math.max(1, limits.conditioning.firstFrames.min) ? count : 0;
}

/** The window that planning fills: the native length, on the grid. @throws AppError input/invalid for a grid with no counts */
export function nativeWindow(limits: ModelLimits): number {
  const frames = gridFloor(limits.nativeFrames, limits.frameGrid) ?? gridCeil(1, limits.frameGrid);
  if (frames === null)
    throw invalidInput(
      'frameGrid',
      JSON.stringify(limits.frameGrid),
      'the model has no valid frame count',
      'Its manifest needs a frame grid with min ≤ max.',
    );
  return frames;
}
