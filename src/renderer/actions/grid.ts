/**
 * A grid of runs: every guidance with every number of steps, each with the same seeds, so that only what is compared
 * differs. The shot's own settings stay as they are.
 */
import type { SamplingSettings } from '@core/document/records';
import { AppError } from '@core/errors';
import { strings } from './strings';

export interface GridAxis {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
}

const MAX_VALUES = 20;

/** "2, 3.5; 4" as numbers, each once and in order. Empty = none. @throws AppError input/invalid naming the value */
export function parseValues(text: string, { name, min, max, isWhole }: GridAxis): number[] {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  const values = words.map((word) => {
    const value = Number(word);
    if (!Number.isFinite(value) || value < min || value > max || (isWhole && !Number.isInteger(value)))
      throw new AppError('input/invalid', strings.gridValue(name, word), {
        field: name,
        value: word,
        remedy: strings.gridValueRemedy(min, max, isWhole),
      });
    return value;
  });
  const each = [...new Set(values)].sort((a, b) => a - b);
  if (each.length > MAX_VALUES)
    throw new AppError('input/invalid', strings.gridMany(name, each.length), {
      field: name,
      value: String(each.length),
      remedy: strings.gridManyRemedy(MAX_VALUES),
    });
  return each;
}

/** Settings of each cell; an axis without values keeps what the shot has. */
export function cellsOf(
  sampling: SamplingSettings,
  axes: { readonly guidance: readonly number[]; readonly steps: readonly number[] },
): SamplingSettings[] {
  const guidances = axes.guidance.length > 0 ? axes.guidance : [sampling.guidance];
  const steps = axes.steps.length > 0 ? axes.steps : [sampling.steps];
  return guidances.flatMap((guidance) => steps.map((count) => ({ ...sampling, guidance, steps: count })));
}
