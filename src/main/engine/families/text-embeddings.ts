/** Prompts as a model reads them: each distinct text encoded once, float32 [L, D], and blended where prompts travel. */
import { blendEmbeddings, weighEmbedding } from '@core/diffusion/prompt-blend';
import { assert } from '@core/errors';
import type { PromptMix, RecipeWindow } from '@contracts/recipe';
import { int64Tensor, type OnnxSession } from '../onnx-session';
import { assertFinite, checkCancelled, EMPTY_TEXT, mixesOf, textsOf, tokenizerOf, type FamilyRun } from './family-run';

export type TextEmbeddings = ReadonlyMap<string, Float32Array>;

/** CLIP as Stable Diffusion reads it: it sees its padding, there is no mask. */
export function encodeClipTexts(run: FamilyRun, windows: readonly RecipeWindow[]): Promise<TextEmbeddings> {
  const tokenizer = tokenizerOf(run);
  return encodeTexts(run, windows, { input_ids: 'int64' }, async (encoder, text) => {
    const { ids } = tokenizer.encode(text);
    return (await encoder.run({ input_ids: int64Tensor(ids, [1, ids.length]) }, 'last_hidden_state')).data;
  });
}

/** @param encode one text → [L, D] */
export async function encodeTexts(
  run: FamilyRun,
  windows: readonly RecipeWindow[],
  inputs: Readonly<Record<string, 'int64'>>,
  encode: (encoder: OnnxSession, text: string) => Promise<Float32Array>,
): Promise<TextEmbeddings> {
  const embeddings = new Map<string, Float32Array>();
  if (windows.length === 0) return embeddings;
  await run.sessions.use('text_encoder', async (encoder) => {
    encoder.assertInputs(inputs);
    for (const text of textsOf(windows)) {
      await checkCancelled(run.signal);
      const embedding = await encode(encoder, text);
      assertFinite(embedding, 'the text encoder');
      embeddings.set(text, embedding);
    }
  });
  return embeddings;
}

export function embeddingOf(embeddings: TextEmbeddings, text: string): Float32Array {
  const embedding = embeddings.get(text);
  assert(embedding, 'every prompt of the recipe has been encoded');
  return embedding;
}

/** @param tokens L */
export function mixEmbedding(embeddings: TextEmbeddings, mix: PromptMix, tokens: number): Float32Array {
  const { kind, weight } = mix;
  const [from, to] = [embeddingOf(embeddings, mix.from), embeddingOf(embeddings, mix.to)];
  if (weight === 0) return from;
  return blendEmbeddings(from, to, { kind, weight, tokenSize: from.length / tokens });
}

/** For a model that reads one prompt per window: blended by the window's one weight. */
export function windowEmbedding(embeddings: TextEmbeddings, window: RecipeWindow, tokens: number): Float32Array {
  const [mix] = mixesOf(window);
  assert(mix, 'a window has a prompt');
  return weighedEmbedding(embeddings, mixEmbedding(embeddings, mix, tokens), window.promptStrength?.[0]);
}

/** By the strength the window gives its prompt: away from the empty text. */
export function weighedEmbedding(embeddings: TextEmbeddings, text: Float32Array, strength = 1): Float32Array {
  return strength === 1 ? text : weighEmbedding(embeddingOf(embeddings, EMPTY_TEXT), text, strength);
}
