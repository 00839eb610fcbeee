import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  arange,
  interpolate,
  roundHalfEven,
  solverTimesteps,
  timestepSpacings,
  wholeTimesteps,
} from './timestep-spacing';

describe('timestep spacing', () => {
  test.each(timestepSpacings)(
    '%s: any number of steps gives as many, falling, inside the training range',
    (spacing) => {
      const run = fc
        .integer({ min: 2, max: 2000 })
        .chain((train) => fc.record({ train: fc.constant(train), steps: fc.integer({ min: 1, max: train - 1 }) }));
      fc.assert(
        fc.property(run, ({ train, steps }) => {
          const options = { numTrainTimesteps: train, stepsOffset: 0 };
          for (const timesteps of [
            wholeTimesteps(spacing, steps, options),
            solverTimesteps(spacing, steps, { ...options, lastTimestep: train }),
          ]) {
            expect(timesteps).toHaveLength(steps);
            expect(timesteps.every((t, i) => Number.isInteger(t) && t <= (timesteps[i - 1] ?? train - 1))).toBe(true);
            expect(timesteps.at(-1)).toBeGreaterThanOrEqual(0);
          }
        }),
      );
    },
  );

  test.each([61, 103, 122, 233])('trailing has no step −1 at %i steps, where diffusers has one', (steps) => {
    expect(arange(1000, 0, -(1000 / steps))).toHaveLength(steps + 1);
    expect(wholeTimesteps('trailing', steps, { numTrainTimesteps: 1000, stepsOffset: 0 })).toHaveLength(steps);
  });

  test('halves are rounded to the even neighbour, as numpy does', () => {
    expect([0.5, 1.5, 2.5, 499.5, 2.4, 2.6, 3].map(roundHalfEven)).toEqual([0, 2, 2, 500, 2, 3, 3]);
  });

  test('interpolation is linear between whole positions and holds the ends', () => {
    const values = Float32Array.of(0, 10, 40);
    expect([-1, 0, 0.5, 1.25, 2, 7].map((x) => interpolate(x, values))).toEqual([0, 0, 5, 17.5, 40, 40]);
  });
});
