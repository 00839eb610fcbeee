/**
 * Prompts as LTX reads them: an embedding and a mask of the tokens that are read, blended where prompts travel.
 */
import { blendEmbeddings, weighEmbedding } from '@core/diffusion/prompt-blend';
import { assert } from '@core/errors';
import type { RecipeWindow } from '@contracts/recipe';
import { int64Tensor } from '../onnx-session';
import { assertFinite, checkCancelled, EMPTY_TEXT, mixesOf, textsOf, tokenizerOf, type FamilyRun } from './family-run';

export interface PromptEmbedding {
  /** float32 [L, D] */
  readonly hidden: Float32Array;
  /** float32 [L], 0 or 1 */
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

/** By the strength the window gives its prompt. */
export function maskedWindowEmbedding(window: RecipeWindow, embeddings: MaskedEmbeddings): PromptEmbedding {
  const prompt = mixedEmbedding(window, embeddings);
  const [strength = 1] = window.promptStrength ?? [];
  if (strength === 1) return prompt;
  const empty = maskedEmbeddingOf(embeddings, EMPTY_TEXT);
  return { hidden: weighEmbedding(empty.hidden, prompt.hidden, strength), mask: eitherMask(empty, prompt) };
}

/** Blended by the window's one weight. */
function mixedEmbedding(window: RecipeWindow, embeddings: MaskedEmbeddings): PromptEmbedding {
  const [mix] = mixesOf(window);
  assert(mix, 'a window has a prompt');
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

/** The model attends to every token that either prompt has. */
function eitherMask(a: PromptEmbedding, b: PromptEmbedding): Float32Array {
  return a.mask.map((isRead, token) => Math.max(isRead, b.mask[token] ?? 0));
}
