/**
 * The words a shot says around every prompt: its head before it, its tail after it. Blocks stay as they were written;
 * what the model is told is composed here, for planning and for showing.
 */
import type { Document, PromptBlockRecord, ShotRecord } from '../document/records';

type Words = Pick<ShotRecord, 'head' | 'tail'>;

/** Head, prompt and tail with a space between; empty parts are left out. */
export function withWords({ head, tail }: Words, text: string): string {
  return [head, text, tail]
    .map((part) => part?.trim() ?? '')
    .filter((part) => part !== '')
    .join(' ');
}

export function wordedBlock(words: Words, block: PromptBlockRecord): PromptBlockRecord {
  return words.head === undefined && words.tail === undefined
    ? block
    : { ...block, text: withWords(words, block.text) };
}

/** Prompt blocks of one shot as the model is told them. */
export function wordedPrompts(words: Words, prompts: Document): Document {
  return new Map(
    [...prompts].map(([id, record]) => [id, record.kind === 'prompt-block' ? wordedBlock(words, record) : record]),
  );
}
