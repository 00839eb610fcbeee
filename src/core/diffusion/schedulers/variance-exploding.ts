/**
 * What Euler and Euler ancestral share: a sample in the variance-exploding form x = x₀ + σ·noise, which the model is shown
 * scaled to unit variance, and the training noise levels that the steps are picked from.
 * @see Karras et al. 2022, arXiv:2206.00364, table 1; k-diffusion
 */
import type { PredictionType } from './prediction';
import { SchedulerBase } from './scheduler';
import type { TimestepSpacing } from './timestep-spacing';

const f = Math.fround;

export abstract class VarianceExplodingScheduler extends SchedulerBase {
  readonly timestepType = 'float32';
  protected abstract readonly prediction: PredictionType;
  protected abstract readonly spacing: TimestepSpacing;

  get initNoiseSigma(): number {
    const highest = this.sigmas.reduce((most, sigma) => Math.max(most, sigma), 0);
    return this.spacing === 'leading' ? f(Math.sqrt(f(f(highest * highest) + 1))) : highest;
  }

  override scaleModelInput(sample: Float32Array, index: number, out: Float32Array): void {
    const sigma = this.sigmaAt(index);
    const divisor = f(Math.sqrt(f(f(sigma * sigma) + 1)));
    for (let i = 0; i < out.length; i++) out[i] = (sample[i] ?? 0) / divisor;
  }

  override predictOriginalSample(
    modelOutput: Float32Array,
    index: number,
    sample: Float32Array,
    out: Float32Array,
  ): void {
    const sigma = this.sigmaAt(index);
    originalAtSigma(this.prediction, { sigma, sigmaHat: sigma }, modelOutput, sample, out);
  }

  override addNoise(original: Float32Array, noise: Float32Array, index: number, out: Float32Array): void {
    const sigma = this.sigmaAt(index);
    for (let i = 0; i < out.length; i++) out[i] = (original[i] ?? 0) + f((noise[i] ?? 0) * sigma);
  }

  protected sigmaAt(index: number): number {
    this.assertIndex(index);
    return this.sigmas[index] ?? 0;
  }
}

/**
 * x₀ in the variance-exploding form x = x₀ + σ·noise, float32.
 * @param level sigmaHat is the level after churn, where the noise was predicted; v-prediction's scalings take σ itself
 */
export function originalAtSigma(
  prediction: PredictionType,
  level: { readonly sigma: number; readonly sigmaHat: number },
  modelOutput: Float32Array,
  sample: Float32Array,
  out: Float32Array,
): void {
  const { sigma, sigmaHat } = level;
  switch (prediction) {
    case 'epsilon':
      for (let i = 0; i < out.length; i++) out[i] = (sample[i] ?? 0) - f(sigmaHat * (modelOutput[i] ?? 0));
      return;
    case 'v_prediction': {
      const square = f(f(sigma * sigma) + 1);
      const scale = f(-sigma / f(Math.sqrt(square)));
      for (let i = 0; i < out.length; i++) out[i] = f((modelOutput[i] ?? 0) * scale) + f((sample[i] ?? 0) / square);
      return;
    }
    case 'sample':
      out.set(modelOutput);
      return;
    default:
      prediction satisfies never;
  }
}
