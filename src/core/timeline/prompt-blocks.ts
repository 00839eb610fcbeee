/**
 * The prompt lane of a shot: text over [from, to) in shot frames. Blocks never overlap; gaps take the nearest block's
 * text when a run is planned (see prompt/resolve.ts).
 */
import { blocksOf, recordOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import type { Document, PromptBlockRecord, PromptTravel, RecordId } from '../document/records';
import { editDocument, invalidEdit } from './edit';

export function setPromptText(doc: Document, blockId: RecordId, text: string): DocumentDiff {
  const block = recordOf(doc, 'prompt-block', blockId);
  return editDocument(doc, (draft) => draft.set({ ...block, text }));
}

/** An edge shared with a neighbour moves for both; otherwise it goes as far as the neighbour. */
export function moveBlockEdge(doc: Document, blockId: RecordId, edge: 'from' | 'to', toFrame: number): DocumentDiff {
  const block = recordOf(doc, 'prompt-block', blockId);
  const blocks = blocksOf(doc, block.shotId);
  const index = blocks.findIndex(({ id }) => id === blockId);
  const other = edge === 'from' ? blocks[index - 1] : blocks[index + 1];
  const isShared = edge === 'from' ? other?.to === block.from : other?.from === block.to;
  const changed = edge === 'from' ? { ...block, from: toFrame } : { ...block, to: toFrame };
  const moved = other && isShared ? (edge === 'from' ? { ...other, to: toFrame } : { ...other, from: toFrame }) : null;
  const isSound = (candidate: PromptBlockRecord) => Number.isSafeInteger(toFrame) && candidate.from < candidate.to;
  if (!isSound(changed) || (moved && !isSound(moved)))
    throw invalidEdit(
      'promptBlock',
      toFrame,
      'a prompt block needs at least one frame',
      'Move the edge less far, or remove the block.',
    );
  if (!isShared && other && (edge === 'from' ? other.to > toFrame : other.from < toFrame))
    throw invalidEdit(
      'promptBlock',
      toFrame,
      'another prompt block is in the way',
      `Move the edge up to frame ${edge === 'from' ? other.to : other.from}.`,
    );
  return editDocument(doc, (draft) => {
    draft.set(changed);
    if (moved) draft.set(moved);
  });
}

/** @throws AppError timeline/overlap where another block stands */
export function addPromptBlock(
  doc: Document,
  block: {
    readonly id: RecordId;
    readonly shotId: RecordId;
    readonly from: number;
    readonly to: number;
    readonly text: string;
  },
): DocumentDiff {
  const { id, shotId, from, to, text } = block;
  recordOf(doc, 'shot', shotId);
  return editDocument(doc, (draft) => draft.add({ kind: 'prompt-block', id, shotId, from, to, text }));
}

export function removePromptBlock(doc: Document, blockId: RecordId): DocumentDiff {
  recordOf(doc, 'prompt-block', blockId);
  return editDocument(doc, (draft) => draft.remove(blockId));
}

/** The part from `atFrame` on becomes block `newId` with the same text. */
export function splitBlock(doc: Document, blockId: RecordId, atFrame: number, newId: RecordId): DocumentDiff {
  const block = recordOf(doc, 'prompt-block', blockId);
  if (!Number.isSafeInteger(atFrame) || atFrame <= block.from || atFrame >= block.to)
    throw invalidEdit(
      'atFrame',
      atFrame,
      `frame ${atFrame} is not inside the prompt block`,
      `Split it from frame ${block.from + 1} to ${block.to - 1}.`,
    );
  // The zone stays at the start of the text; the new boundary is a cut.
  const { travel: _travel, ...rest } = block;
  return editDocument(doc, (draft) => {
    draft.set({ ...block, to: atFrame });
    draft.add({ ...rest, id: newId, from: atFrame });
  });
}

/** The zone between a block and the one before it; null or no frames = a cut. Zones may ask for more than there is room. */
export function setTravel(doc: Document, blockId: RecordId, travel: PromptTravel | null): DocumentDiff {
  const block = recordOf(doc, 'prompt-block', blockId);
  const { travel: _travel, ...cut } = block;
  if (travel === null || travel.frames === 0) return editDocument(doc, (draft) => draft.set(cut));
  if (blocksOf(doc, block.shotId)[0]?.id === blockId)
    throw invalidEdit(
      'travel',
      travel.frames,
      'there is no prompt before this one to travel from',
      'Choose a later prompt block.',
    );
  if (!Number.isSafeInteger(travel.frames) || travel.frames < 0 || travel.frames > MAX_TRAVEL)
    throw invalidEdit(
      'travel',
      travel.frames,
      `a travel zone cannot be ${travel.frames} frames long`,
      `Use 0 to ${MAX_TRAVEL} frames; 0 is a cut.`,
    );
  return editDocument(doc, (draft) => draft.set({ ...cut, travel }));
}

export interface NewPrompt {
  readonly id: RecordId;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly travel: PromptTravel | null;
}

/** These blocks in place of all that the shot has. */
export function replacePrompts(doc: Document, shotId: RecordId, prompts: readonly NewPrompt[]): DocumentDiff {
  recordOf(doc, 'shot', shotId);
  return editDocument(doc, (draft) => {
    for (const { id } of blocksOf(doc, shotId)) draft.remove(id);
    for (const { travel, ...block } of prompts)
      draft.add({ kind: 'prompt-block', shotId, ...block, ...(travel && { travel }) });
  });
}

const MAX_TRAVEL = 100_000;

interface Range {
  readonly from: number;
  readonly to: number;
}

/** More than this changes nothing: both blocks are crossed from end to end. */
export function widestTravel(left: Range, right: Range): number {
  return Math.max(1, 2 * Math.max(left.to - left.from, right.to - right.from));
}
