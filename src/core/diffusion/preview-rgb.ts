/**
 * A quick look at latents without the decoder: one linear map per token, fitted when the model was packed, gives the
 * colours of a few cells of the picture that the token stands for.
 */
import { assert } from '../errors';
import { tokenCount } from './latent-geometry';

export interface PreviewMatrix {
  readonly channels: number;
  /** Cells per token along one side; a token gives cells × cells pixels. */
  readonly cells: number;
  /** Row-major [channels, 3·cells·cells]; outputs ordered (colour, row, column), in [−1, 1]. */
  readonly weight: Float32Array;
  /** [3·cells·cells] */
  readonly bias: Float32Array;
}

/**
 * @param tokens normalised latents, float32 [S, C]
 * @returns RGB bytes, [frames, height·cells, width·cells, 3]
 */
export function previewRgb(
  tokens: Float32Array,
  size: { readonly frames: number; readonly height: number; readonly width: number },
  matrix: PreviewMatrix,
): Uint8Array<ArrayBuffer> {
  const { channels, cells, weight, bias } = matrix;
  const outputs = 3 * cells * cells;
  assert(tokens.length >= tokenCount(size) * channels, 'too few tokens for the preview');
  const rowPixels = size.width * cells;
  const rgb = new Uint8Array(tokenCount(size) * outputs);
  const sums = new Float64Array(outputs);
  let token = 0;
  for (let frame = 0; frame < size.frames; frame++)
    for (let row = 0; row < size.height; row++)
      for (let column = 0; column < size.width; column++, token++) {
        sums.set(bias);
        for (let c = 0; c < channels; c++) {
          const latent = tokens[token * channels + c] ?? 0;
          for (let o = 0; o < outputs; o++) sums[o] = (sums[o] ?? 0) + latent * (weight[c * outputs + o] ?? 0);
        }
        for (let o = 0; o < outputs; o++) {
          const colour = Math.floor(o / (cells * cells));
          const y = (frame * size.height + row) * cells + (Math.floor(o / cells) % cells);
          const x = column * cells + (o % cells);
          rgb[(y * rowPixels + x) * 3 + colour] = Math.round(
            Math.min(1, Math.max(0, (sums[o] ?? 0) * 0.5 + 0.5)) * 255,
          );
        }
      }
  return rgb;
}
