/**
 * Between two prompt embeddings [L, D]: in a straight line, or token by token along the arc between their directions.
 * At weight 0 and 1 the values are those of the one prompt, bit for bit.
 */
import { assert } from '../errors';

export type BlendKind = 'linear' | 'slerp';

/** Closer than this, two directions have no arc between them worth the division: the usual limit of slerp for latents. */
const PARALLEL = 0.9995;

/** @param tokenSize D, values per token */
export function blendEmbeddings(
  a: Float32Array,
  b: Float32Array,
  { kind, weight, tokenSize }: { readonly kind: BlendKind; readonly weight: number; readonly tokenSize: number },
): Float32Array {
  assert(a.length === b.length && a.length % tokenSize === 0, `${a.length} and ${b.length} values do not match`);
  if (weight === 0) return a.slice();
  if (weight === 1) return b.slice();
  const out = new Float32Array(a.length);
  for (let start = 0; start < a.length; start += tokenSize) {
    const [left, right] = kind === 'slerp' ? arcShares(a, b, start, tokenSize, weight) : [1 - weight, weight];
    for (let i = start; i < start + tokenSize; i++) out[i] = left * (a[i] ?? 0) + right * (b[i] ?? 0);
  }
  return out;
}

/**
 * The prompt's weight: away from the empty text's embedding, empty + strength·(prompt − empty), as weighted prompts are
 * commonly read. At 1 it is the prompt's embedding itself and at 0 the empty text's, bit for bit; above 1 it goes beyond.
 */
export function weighEmbedding(empty: Float32Array, prompt: Float32Array, strength: number): Float32Array {
  assert(empty.length === prompt.length, `${empty.length} and ${prompt.length} values do not match`);
  if (strength === 1) return prompt;
  if (strength === 0) return empty;
  return prompt.map((value, i) => (empty[i] ?? 0) + strength * (value - (empty[i] ?? 0)));
}

/** sin((1−t)θ)/sin θ and sin(tθ)/sin θ for the angle θ between two tokens; a straight line where there is no arc. */
function arcShares(
  a: Float32Array,
  b: Float32Array,
  start: number,
  size: number,
  weight: number,
): readonly [number, number] {
  let [dot, lengthA, lengthB] = [0, 0, 0];
  for (let i = start; i < start + size; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    dot += x * y;
    lengthA += x * x;
    lengthB += y * y;
  }
  const cosine = dot / Math.sqrt(lengthA * lengthB);
  // Opposite directions have no one arc; tokens of no length have no direction (NaN).
  if (!(Math.abs(cosine) < PARALLEL)) return [1 - weight, weight];
  const angle = Math.acos(cosine);
  return [Math.sin((1 - weight) * angle) / Math.sin(angle), Math.sin(weight * angle) / Math.sin(angle)];
}
