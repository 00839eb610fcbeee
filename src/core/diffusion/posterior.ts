/** The autoencoder's answer about a picture: a mean and a log-variance for each latent value (DiagonalGaussianDistribution). */
import { assert } from '../errors';

const [LEAST, MOST] = [-30, 20];

/**
 * A draw from it, as `latent_dist.sample()` makes: mean + exp(0.5 · logvar) · noise, in float32.
 * @param parameters means before log-variances
 */
export function posteriorSample(parameters: Float32Array, noise: Float32Array): Float32Array {
  const count = parameters.length / 2;
  assert(noise.length === count, `${noise.length} random values for ${count} latents`);
  const { fround } = Math;
  return Float32Array.from({ length: count }, (_, i) => {
    const logVariance = Math.min(Math.max(parameters[count + i] ?? 0, LEAST), MOST);
    const deviation = fround(Math.exp(fround(0.5 * logVariance)));
    return (parameters[i] ?? 0) + fround(deviation * (noise[i] ?? 0));
  });
}
