/**
 * How many frames an extension offers at first: what one model window adds after the prior frames it must see.
 */
import type { ModelView } from '@contracts/ipc';
import type { ShotRecord } from '@core/document/records';

export function defaultExtension(model: ModelView, shot: ShotRecord): number {
  const { framesPerWindow, contextFrames } = shot.sampling;
  return framesPerWindow ?? Math.max(1, model.manifest.nativeFrames - contextFrames);
}
