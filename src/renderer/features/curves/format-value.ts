/** A value of a curve as it is written: with the decimals that matter and its unit. */
import { curveParameters } from '@core/curve/parameters';
import type { CurveParameter } from '@core/document/records';
import { decimal } from '../../ui/format';

export function formatValue(parameter: CurveParameter, value: number): string {
  const { decimals, unit } = curveParameters[parameter];
  const number = decimal(value, decimals).replace('-', '−');
  return unit === '' ? number : `${number} ${unit}`;
}
