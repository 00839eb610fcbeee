/**
 * Sizes and rates a new project may have, read from what the model says of itself.
 */
import type { ModelView } from '@contracts/ipc';
import { ratesEqual } from '@core/time/rate';
import type { Rate } from '@core/time/rate';
import { strings } from './strings';

export interface SizePreset {
  readonly label: string;
  readonly width: number;
  readonly height: number;
}

/** The native square, and 3:2 both ways, on the model's grid and within its largest size. */
export function sizePresets({ nativeSize, maxSize, sizeGrid }: ModelView['manifest']): SizePreset[] {
  const [width, height] = nativeSize;
  const long = (side: number): number => Math.round((side * 1.5) / sizeGrid) * sizeGrid;
  const candidates: SizePreset[] = [
    { label: width === height ? strings.square : strings.wide, width, height },
    { label: strings.wide, width: long(Math.min(width, height)), height: Math.min(width, height) },
    { label: strings.tall, width: Math.min(width, height), height: long(Math.min(width, height)) },
  ];
  const seen = new Set<string>();
  return candidates.filter((size) => {
    const key = `${size.width}×${size.height}`;
    const fits = size.width <= maxSize[0] && size.height <= maxSize[1] && !seen.has(key);
    seen.add(key);
    return fits;
  });
}

const COMMON_RATES: readonly Rate[] = [
  { num: 24, den: 1 },
  { num: 25, den: 1 },
  { num: 30, den: 1 },
];

/** The model's own rate first, then the common ones. */
export function rateChoices({ nativeRate }: ModelView['manifest']): readonly Rate[] {
  return [nativeRate, ...COMMON_RATES.filter((rate) => !ratesEqual(rate, nativeRate))];
}
