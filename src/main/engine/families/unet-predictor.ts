/** The UNet of a family that reads one text per window and all of its frames at once. */
import type { Tensor } from 'onnxruntime-node';
import { assert } from '@core/errors';
import type { RecipeWindow } from '@contracts/recipe';
import { float32Tensor, type OnnxSession } from '../onnx-session';
import type { FamilyRun } from './family-run';
import { timestepTensors } from './picture-frames';
import type { Half, HalfPredictor } from './step-loop';
import { embeddingOf, windowEmbedding, type TextEmbeddings } from './text-embeddings';
import type { SizedState } from './window-loop';

/** @param frames of the volume that is predicted; default: all of the window */
export function windowPredictor(
  { pkg }: FamilyRun,
  { window, state }: { readonly window: RecipeWindow; readonly state: SizedState },
  { texts, unet, frames = state.size.frames }: { texts: TextEmbeddings; unet: OnnxSession; frames?: number },
): HalfPredictor {
  const { channels, height, width } = state.size;
  const tokens = pkg.manifest.promptTokens;
  const textOf = (embedding: Float32Array): Tensor => float32Tensor(embedding, [1, tokens, embedding.length / tokens]);
  const halves: Record<Half, Tensor> = {
    negative: textOf(embeddingOf(texts, window.negative)),
    prompt: textOf(windowEmbedding(texts, window, tokens)),
  };
  const timestep = timestepTensors(unet);
  unet.assertInputs({ sample: 'float32', timestep: timestep.type, encoder_hidden_states: 'float32' });
  return async (input, step, half) => {
    const feeds = {
      sample: float32Tensor(input, [1, channels, frames, height, width]),
      timestep: timestep.of(state.scheduler.timesteps[step] ?? NaN),
      encoder_hidden_states: halves[half],
    };
    const { data } = await unet.run(feeds, 'out_sample');
    assert(data.length === input.length, `the UNet gave ${data.length} values for ${input.length}`);
    return data;
  };
}
