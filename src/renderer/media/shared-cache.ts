/** The window's one frame cache, opened by whoever draws first. */
import { createDecodePool } from './decode-pool';
import { fetchFrameBytes, FrameCache, thumbnailFromRgb } from './frame-cache';

const MIB = 1024 * 1024;
let cache: FrameCache | null = null;

export function sharedFrameCache(): FrameCache {
  cache ??= new FrameCache({
    fetchBytes: fetchFrameBytes,
    // One core stays free for the page; more than three workers wait for each other's memory.
    decoder: createDecodePool(Math.max(1, Math.min(3, navigator.hardwareConcurrency - 1))),
    makeThumbnail: thumbnailFromRgb,
    rgbBudgetBytes: 384 * MIB,
    thumbnailBudgetBytes: 96 * MIB,
    maxLoads: 6,
  });
  return cache;
}
