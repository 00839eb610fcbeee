/**
 * Prompts as LTX reads them: an embedding and a mask of the tokens that are read, blended where prompts travel. Most
 * packages read one for the whole window; where the transformer's mask has a row for each token, every frame has its own.
 */
import { blendEmbeddings, weighEmbedding } from '@core/diffusion/prompt-blend';
import { assert } from '@core/errors';
import type { PromptMix, RecipeWindow } from '@contracts/recipe';
import { int64Tensor } from '../onnx-session';
import { assertFinite, checkCancelled, EMPTY_TEXT, mixesOf, textsOf, tokenizerOf, type FamilyRun } from './family-run';

export interface PromptEmbedding {
  /** float32 [L, D] */
  readonly hidden: Float32Array;
  /** float32 [L], 0 or 1; or [S, L], of every token */
  readonly mask: Float32Array;
}

export type MaskedEmbeddings = ReadonlyMap<string, PromptEmbedding>;

/** Each distinct text once. */
export async function encodePrompts(run: FamilyRun, windows: readonly RecipeWindow[]): Promise<MaskedEmbeddings> {
  const { sessions, signal } = run;
  const tokenizer = tokenizerOf(run);
  const embeddings = new Map<string, PromptEmbedding>();
  if (windows.length === 0) return embeddings;
  await sessions.use('text_encoder', async (encoder) => {
    encoder.assertInputs({ input_ids: 'int64', attention_mask: 'int64' });
    for (const text of textsOf(windows)) {
      await checkCancelled(signal);
      const { ids, mask } = tokenizer.encode(text);
      const dims = [1, ids.length];
      const feeds = { input_ids: int64Tensor(ids, dims), attention_mask: int64Tensor(mask, dims) };
      const { data } = await encoder.run(feeds, 'last_hidden_state');
      assertFinite(data, 'the text encoder');
      embeddings.set(text, { hidden: data, mask: Float32Array.from(mask, Number) });
    }
  });
  return embeddings;
}

export function maskedEmbeddingOf(embeddings: MaskedEmbeddings, text: string): PromptEmbedding {
  const embedding = embeddings.get(text);
  assert(embedding, 'every prompt of the recipe has been encoded');
  return embedding;
}

/** What the frames of a window read. */
export interface FramePrompts {
  /** Each different one once. */
  readonly prompts: readonly PromptEmbedding[];
  /** Of every frame, which of them; one entry where all read the same. */
  readonly ofFrame: readonly number[];
}

/** Blended where prompts travel, by the strength that the window gives them. */
export function framePrompts(window: RecipeWindow, embeddings: MaskedEmbeddings): FramePrompts {
  const strengths = window.promptStrength ?? [1];
  const mixes = mixesOf(window).flatMap((mix) => Array.from({ length: mix.frames }, () => mix));
  const prompts: PromptEmbedding[] = [];
  const known = new Map<string, number>();
  const ofFrame = mixes.map((mix, frame) => {
    const strength = atOrLast(strengths, frame);
    const key = JSON.stringify([mix.from, mix.to, mix.kind, mix.weight, strength]);
    const at = known.get(key) ?? prompts.push(weighed(mixedEmbedding(mix, embeddings), strength, embeddings)) - 1;
    known.set(key, at);
    return at;
  });
  return { prompts, ofFrame: prompts.length === 1 ? [0] : ofFrame };
}

function atOrLast<T>(values: readonly T[], index: number): T {
  const value = values[Math.min(index, values.length - 1)];
  assert(value !== undefined, 'a window has a prompt');
  return value;
}

function weighed(prompt: PromptEmbedding, strength: number, embeddings: MaskedEmbeddings): PromptEmbedding {
  if (strength === 1) return prompt;
  const empty = maskedEmbeddingOf(embeddings, EMPTY_TEXT);
  return { hidden: weighEmbedding(empty.hidden, prompt.hidden, strength), mask: eitherMask(empty, prompt) };
}

function mixedEmbedding(mix: PromptMix, embeddings: MaskedEmbeddings): PromptEmbedding {
  const { kind, weight } = mix;
  const [from, to] = [maskedEmbeddingOf(embeddings, mix.from), maskedEmbeddingOf(embeddings, mix.to)];
  if (weight === 0) return from;
  if (weight === 1) return to;
  const tokenSize = from.hidden.length / from.mask.length;
  return {
    hidden: blendEmbeddings(from.hidden, to.hidden, { kind, weight, tokenSize }),
    mask: eitherMask(from, to),
  };
}

/**
 * The prompts one after the other, [K·L, D], and a mask [S, K·L] by which each token reads its frame's alone.
 * @param frameOf [S], the frame of the window that each token belongs to; behind the window's last, it reads that one's
 * @param room K, at least as many as there are prompts; what is left over nobody reads
 */
export function readByTokens(
  { prompts, ofFrame }: FramePrompts,
  frameOf: ArrayLike<number>,
  room: number,
): PromptEmbedding {
  const [first] = prompts;
  assert(first !== undefined && prompts.length <= room, `${prompts.length} prompts have room in ${room}`);
  const [length, values] = [first.mask.length, first.hidden.length];
  const hidden = new Float32Array(room * values);
  prompts.forEach((prompt, k) => hidden.set(prompt.hidden, k * values));
  const mask = new Float32Array(frameOf.length * room * length);
  for (let token = 0; token < frameOf.length; token++) {
    const k = atOrLast(ofFrame, frameOf[token] ?? 0);
    mask.set(prompts[k]?.mask ?? [], (token * room + k) * length);
  }
  return { hidden, mask };
}

/** The same without the padding that none of them reads: beside each other it would cost as much as their words. */
export function withoutPadding(prompts: readonly PromptEmbedding[]): PromptEmbedding[] {
  const length = Math.max(1, ...prompts.map(({ mask }) => mask.lastIndexOf(1) + 1));
  return prompts.map(({ hidden, mask }) => ({
    hidden: hidden.subarray(0, (hidden.length / mask.length) * length),
    mask: mask.subarray(0, length),
  }));
}

/** The model attends to every token that either prompt has. */
function eitherMask(a: PromptEmbedding, b: PromptEmbedding): Float32Array {
  return a.mask.map((isRead, token) => Math.max(isRead, b.mask[token] ?? 0));
}
