/**
 * From what a model predicts to the clean sample x₀, in float32. With x = α·x₀ + σ·noise the model may predict the noise
 * (epsilon), x₀ itself (sample), v = α·noise − σ·x₀ (Salimans & Ho 2022, arXiv:2202.00512) or, for rectified flow, the
 * velocity noise − x₀.
 */
import type { SchedulerConfigReader } from './scheduler-config';

const f = Math.fround;

export type PredictionType = 'epsilon' | 'sample' | 'v_prediction';

export function readPredictionType(config: SchedulerConfigReader): PredictionType {
  return config.oneOf('prediction_type', ['epsilon', 'v_prediction', 'sample'], 'epsilon');
}

/** α and σ of a noise level, both float32. */
export interface NoiseMix {
  readonly alpha: number;
  readonly sigma: number;
}

/** α = √ᾱ, σ = √(1 − ᾱ). */
export function mixOfAlpha(alphaCumprod: number): NoiseMix {
  return { alpha: f(Math.sqrt(alphaCumprod)), sigma: f(Math.sqrt(f(1 - alphaCumprod))) };
}

/** From σ in the variance-exploding form: α = 1/√(σ² + 1), σ = σ·α. */
export function mixOfSigma(sigma: number): NoiseMix {
  const alpha = f(1 / f(Math.sqrt(f(f(sigma * sigma) + 1))));
  return { alpha, sigma: f(sigma * alpha) };
}

/** Rectified flow: α = 1 − σ. */
export function mixOfFlow(sigma: number): NoiseMix {
  return { alpha: f(1 - sigma), sigma };
}

/** λ = ln α − ln σ, half the log signal-to-noise ratio; Infinity at σ = 0. */
export function logSnrHalf({ alpha, sigma }: NoiseMix): number {
  return f(f(Math.log(alpha)) - f(Math.log(sigma)));
}

/** Writes x₀; `out` may not be an input. */
export function originalFromPrediction(
  prediction: PredictionType | 'flow_prediction',
  { alpha, sigma }: NoiseMix,
  modelOutput: Float32Array,
  sample: Float32Array,
  out: Float32Array,
): void {
  const count = out.length;
  switch (prediction) {
    case 'epsilon':
      for (let i = 0; i < count; i++) out[i] = f((sample[i] ?? 0) - f(sigma * (modelOutput[i] ?? 0))) / alpha;
      return;
    case 'sample':
      out.set(modelOutput);
      return;
    case 'v_prediction':
      for (let i = 0; i < count; i++) out[i] = f(alpha * (sample[i] ?? 0)) - f(sigma * (modelOutput[i] ?? 0));
      return;
    case 'flow_prediction':
      for (let i = 0; i < count; i++) out[i] = (sample[i] ?? 0) - f(sigma * (modelOutput[i] ?? 0));
      return;
    default:
      prediction satisfies never;
  }
}

/** Writes α·original + σ·noise; `out` may be an input. */
export function mixNoise(
  { alpha, sigma }: NoiseMix,
  original: Float32Array,
  noise: Float32Array,
  out: Float32Array,
): void {
  for (let i = 0; i < out.length; i++) out[i] = f(alpha * (original[i] ?? 0)) + f(sigma * (noise[i] ?? 0));
}

export interface SampleClip {
  /** x₀ is held to ±range; null = it is not. */
  readonly range: number | null;
}

export function readSampleClip(config: SchedulerConfigReader, isOnByDefault: boolean): SampleClip {
  const isOn = config.boolean('clip_sample', isOnByDefault);
  const range = config.number('clip_sample_range', 1, { min: 0 });
  return { range: isOn ? f(range) : null };
}

export function clipSample(values: Float32Array, { range }: SampleClip): void {
  if (range === null) return;
  for (let i = 0; i < values.length; i++) values[i] = Math.min(range, Math.max(-range, values[i] ?? 0));
}
