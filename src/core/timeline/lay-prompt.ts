/**
 * Prompt blocks under new growth. With a text, the new stretch gets a block of its own and older blocks give way, as
 * does what an older branch had beyond it; without one, the block at the film's edge reaches over the new stretch.
 */
import { blocksOf } from '../document/access';
import type { FrameRange } from '../document/branch';
import type { RecordId } from '../document/records';
import { type Draft, invalidEdit } from './edit';

export interface PromptGrowth {
  /** Shot frames of the new segment. */
  readonly range: FrameRange;
  readonly direction: 'forward' | 'backward';
  readonly blockId: RecordId | null;
  readonly text: string | null;
}

export function layPrompt(draft: Draft, shotId: RecordId, growth: PromptGrowth): void {
  if (growth.text === null) stretchEdgeBlock(draft, shotId, growth);
  else addOwnBlock(draft, shotId, growth, growth.text);
}

function stretchEdgeBlock(draft: Draft, shotId: RecordId, { range, direction }: PromptGrowth): void {
  const blocks = blocksOf(draft.doc, shotId);
  const edge = direction === 'forward' ? blocks.at(-1) : blocks[0];
  if (!edge) return;
  if (direction === 'forward' && edge.to < range.to) draft.set({ ...edge, to: range.to });
  if (direction === 'backward' && edge.from > range.from) draft.set({ ...edge, from: range.from });
}

function addOwnBlock(draft: Draft, shotId: RecordId, { range, direction, blockId }: PromptGrowth, text: string): void {
  if (blockId === null)
    throw invalidEdit('blockId', blockId, 'a new prompt needs a block', 'Give the new block an id.');
  for (const block of blocksOf(draft.doc, shotId)) {
    const kept =
      direction === 'forward'
        ? { from: block.from, to: Math.min(block.to, range.from) }
        : { from: Math.max(block.from, range.to), to: block.to };
    if (kept.from >= kept.to) draft.remove(block.id);
    else if (kept.from !== block.from || kept.to !== block.to) draft.set({ ...block, ...kept });
  }
  draft.add({ kind: 'prompt-block', id: blockId, shotId, from: range.from, to: range.to, text });
}
