import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { betaQuantile } from './beta-quantile';
import golden from './noise-schedule.golden.json';
import { alphasCumprodForSigmas, alphasCumprodOf, readBetaConfig } from './noise-schedule';
import { SchedulerConfigReader, type RawConfig } from './scheduler-config';

const betaConfigOf = (config: RawConfig) =>
  readBetaConfig(new SchedulerConfigReader(config, 'DDIMScheduler'), { start: 0.0001, end: 0.02, schedule: 'linear' });

describe('the training noise schedule', () => {
  test.each(golden.alphas)("ᾱ is torch's, bit for bit: $config", ({ config, ends, sha256 }) => {
    const alphas = alphasCumprodOf(betaConfigOf(config));
    expect([...alphas.subarray(0, 4), ...alphas.subarray(-4)]).toEqual(ends.map(Math.fround));
    expect(createHash('sha256').update(new Uint8Array(alphas.buffer)).digest('hex')).toBe(sha256);
  });

  test('zero terminal SNR ends at ᾱ = 0, and at 2⁻²⁴ where a finite σ is needed', () => {
    const config = betaConfigOf({ beta_schedule: 'scaled_linear', rescale_betas_zero_snr: true });
    expect(alphasCumprodOf(config).at(-1)).toBe(0);
    expect(alphasCumprodForSigmas(config).at(-1)).toBe(2 ** -24);
  });

  test('betas that come with the model are used as they are', () => {
    const config = betaConfigOf({ trained_betas: [0.5, 0.5, 0.75] });
    expect(Array.from(alphasCumprodOf(config))).toEqual([0.5, 0.25, 0.0625]);
  });
});

describe('quantiles of Beta(0.6, 0.6)', () => {
  test.each(golden.betaQuantile)("at %f is scipy's %f", (probability, quantile) => {
    expect(Math.abs(betaQuantile(probability ?? 0) - (quantile ?? 0))).toBeLessThanOrEqual(1e-14);
  });

  test.each([-0.1, 1.1, Number.NaN])('there is none at %f', (probability) => {
    expect(() => betaQuantile(probability)).toThrow(/probability/);
  });
});
