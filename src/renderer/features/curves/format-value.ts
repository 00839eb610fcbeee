/** A value of a curve as it is written: with the decimals that matter and its unit. */
import { curveParameters } from '@core/curve/parameters';
import type { CurveParameter } from '@core/document/records';

export function formatValue(parameter: CurveParameter, value: number): string {
  const { decimals, unit } = curveParameters[parameter];
  const number = value.toFixed(decimals).replace('-', '−');
  return unit === '' ? number : `${number} ${unit}`;
}
