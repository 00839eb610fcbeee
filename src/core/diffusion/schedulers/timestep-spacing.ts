/**
 * Where in the training schedule the steps lie: numpy's spacing functions, value for value.
 * @see Lin et al. 2024, arXiv:2305.08891, table 2, for the three names
 */
import { linspace } from '../flow-match-euler';
import { invalidInput } from '../../errors';

export const timestepSpacings = ['leading', 'trailing', 'linspace'] as const;
export type TimestepSpacing = (typeof timestepSpacings)[number];

/** numpy.round: halves go to the even neighbour. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** numpy.arange in double: the increment is the difference of the first two values, as numpy fills it. */
export function arange(start: number, stop: number, step: number): number[] {
  const increment = start + step - start;
  return Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * increment);
}

/** numpy.interp(x, 0 … values.length − 1, values), in double. */
export function interpolate(x: number, values: Float32Array): number {
  const last = values.length - 1;
  if (x >= last) return values[last] ?? 0;
  if (x <= 0) return values[0] ?? 0;
  const i = Math.floor(x);
  const low = values[i] ?? 0;
  return ((values[i + 1] ?? 0) - low) * (x - i) + low;
}

export interface SpacingOptions {
  readonly numTrainTimesteps: number;
  readonly stepsOffset: number;
}

/** Whole timesteps, falling; what DDIM, DDPM and CogVideoX use. */
export function wholeTimesteps(spacing: TimestepSpacing, steps: number, options: SpacingOptions): number[] {
  const { numTrainTimesteps: train, stepsOffset } = options;
  assertStepsFit(steps, train);
  switch (spacing) {
    case 'linspace':
      return linspace(0, train - 1, steps)
        .map(roundHalfEven)
        .reverse();
    case 'leading':
      return leading(steps, Math.floor(train / steps), stepsOffset);
    case 'trailing':
      return trailing(train, train / steps);
    default:
      return spacing satisfies never;
  }
}

/** The Euler schedulers': linspace is not rounded. float32. */
export function eulerTimesteps(spacing: TimestepSpacing, steps: number, options: SpacingOptions): number[] {
  if (spacing !== 'linspace') return wholeTimesteps(spacing, steps, options);
  return linspace(0, options.numTrainTimesteps - 1, steps)
    .map((timestep) => Math.fround(timestep))
    .reverse();
}

/**
 * The multistep solvers': one step more is laid out and the lowest is left away, except at trailing.
 * @param lastTimestep one past the highest timestep to use; numTrainTimesteps unless the solver clips λ
 */
export function solverTimesteps(
  spacing: TimestepSpacing,
  steps: number,
  options: SpacingOptions & { readonly lastTimestep: number },
): number[] {
  const { numTrainTimesteps: train, stepsOffset, lastTimestep } = options;
  assertStepsFit(steps, train);
  switch (spacing) {
    case 'linspace':
      return linspace(0, lastTimestep - 1, steps + 1)
        .map(roundHalfEven)
        .reverse()
        .slice(0, -1);
    case 'leading':
      return leading(steps + 1, Math.floor(lastTimestep / (steps + 1)), stepsOffset).slice(0, -1);
    case 'trailing':
      return trailing(lastTimestep, train / steps);
    default:
      return spacing satisfies never;
  }
}

function leading(count: number, stride: number, offset: number): number[] {
  return Array.from({ length: count }, (_, i) => (count - 1 - i) * stride + offset);
}

/**
 * For some numbers of steps (61, 103, …; 62 of the first 1000) rounding makes arange one longer, and diffusers ends with
 * timestep −1, which Python reads as the noisiest one: the picture is spoiled. Here that step is left out.
 */
function trailing(top: number, stride: number): number[] {
  return arange(top, 0, -stride)
    .map((timestep) => roundHalfEven(timestep) - 1)
    .filter((timestep) => timestep >= 0);
}

function assertStepsFit(steps: number, numTrainTimesteps: number): void {
  if (steps > numTrainTimesteps)
    throw invalidInput(
      'steps',
      steps,
      `the model was trained on ${numTrainTimesteps} noise levels and cannot take ${steps} steps`,
      `Use at most ${numTrainTimesteps} steps.`,
    );
}

/**
 * ᾱ of a timestep.
 * @throws AppError input/invalid past the end, which diffusers reaches with steps_offset and very many steps
 */
export function alphaAt(alphasCumprod: ArrayLike<number>, timestep: number): number {
  const alpha = alphasCumprod[timestep];
  if (alpha === undefined)
    throw invalidInput(
      'steps',
      timestep,
      `this many steps begin at noise level ${timestep}, the model has ${alphasCumprod.length}`,
      'Use fewer steps.',
    );
  return alpha;
}
