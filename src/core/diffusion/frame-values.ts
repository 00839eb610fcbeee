/**
 * Values that a curve gives to a window: one for all of it, or one for each of its frames; and what a latent frame
 * makes of them, which stands for several frames of film.
 */
import { roundedValue } from '../curve/parameters';

/** The frames [from, to) of a window that latent frame `latent` stands for: the first alone, then `ratio` at a time. */
export function framesOfLatent(latent: number, ratio: number): { readonly from: number; readonly to: number } {
  return latent === 0 ? { from: 0, to: 1 } : { from: (latent - 1) * ratio + 1, to: latent * ratio + 1 };
}

/** A value for each of `count` latent frames; frames behind the last value have the last one. */
export function latentValues(values: readonly number[], count: number, ratio: number): number[] {
  return Array.from({ length: count }, (_, latent) => {
    const { from, to } = framesOfLatent(latent, ratio);
    return meanOf(
      Array.from({ length: to - from }, (_unused, i) => values[Math.min(from + i, values.length - 1)] ?? 0),
    );
  });
}

/** Of equal values exactly that value. */
export function meanOf(values: readonly number[]): number {
  const [first = 0] = values;
  if (values.every((value) => value === first)) return first;
  return roundedValue(values.reduce((sum, value) => sum + value, 0) / values.length);
}
