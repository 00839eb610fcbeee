/**
 * Which frames of a stopped run are worth keeping: those that join the film without a hole. A run that grows forward
 * keeps its stored frames from the first on; a backward one, whose frames lead up to the parent, keeps its last ones.
 */
import type { SegmentRole } from '@core/document/records';

export interface StoredFrame {
  /** As in the recipe: 0 is the segment's first frame. */
  readonly index: number;
  readonly hash: string;
}

/**
 * @param frameCount frames the segment asks for, ≥ 1
 * @returns hashes in shot order; empty when nothing joins
 */
export function contiguousFrames(role: SegmentRole, frameCount: number, stored: readonly StoredFrame[]): string[] {
  const byIndex = new Map(stored.map((frame) => [frame.index, frame.hash]));
  const kept: string[] = [];
  if (role === 'backward') {
    for (let index = frameCount - 1; index >= 0; index--) {
      const hash = byIndex.get(index);
      if (hash === undefined) break;
      kept.unshift(hash);
    }
    return kept;
  }
  for (let index = 0; index < frameCount; index++) {
    const hash = byIndex.get(index);
    if (hash === undefined) break;
    kept.push(hash);
  }
  return kept;
}
