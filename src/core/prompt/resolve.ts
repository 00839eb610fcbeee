/**
 * Which prompt block speaks for a frame or a range. Where no block stands, the nearest one does, so that growth goes on
 * with the last prompt.
 */
import { blocksOf } from '../document/access';
import type { Document, PromptBlockRecord, RecordId } from '../document/records';

/** The block over a shot frame, else the nearest (ties: the earlier); null when the shot has no block. */
export function promptAt(doc: Document, shotId: RecordId, frame: number): PromptBlockRecord | null {
  return blockForRange(doc, shotId, frame, frame + 1);
}

/** The block that covers most of [from, to) (ties: the earlier), else the nearest; null when the shot has no block. */
export function blockForRange(doc: Document, shotId: RecordId, from: number, to: number): PromptBlockRecord | null {
  let best: PromptBlockRecord | null = null;
  let bestCover = -Infinity;
  for (const block of blocksOf(doc, shotId)) {
    // Positive: frames covered. Otherwise minus the gap between block and range, so that the nearest wins.
    const cover = Math.min(block.to, to) - Math.max(block.from, from);
    if (cover > bestCover) {
      best = block;
      bestCover = cover;
    }
  }
  return best;
}
