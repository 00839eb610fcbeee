/** Small linear systems in float32: LU with partial pivoting, as torch.linalg.solve (LAPACK sgesv) does them. */
import { assert } from '../../errors';

const f = Math.fround;

/** x with matrix·x = right; `matrix` is square, [row][column]. @throws AssertionError for a singular matrix */
export function solveLinear(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const size = right.length;
  const rows = matrix.map((row, r) => [...row, right[r] ?? 0]);
  const at = (r: number, c: number): number => rows[r]?.[c] ?? 0;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let r = column + 1; r < size; r++) if (Math.abs(at(r, column)) > Math.abs(at(pivot, column))) pivot = r;
    assert(at(pivot, column) !== 0, 'the system has one solution');
    const [upper, lower] = [rows[pivot], rows[column]];
    if (upper && lower) [rows[column], rows[pivot]] = [upper, lower];
    for (let r = column + 1; r < size; r++) {
      const factor = f(at(r, column) / at(column, column));
      rows[r] = (rows[r] ?? []).map((value, c) => (c < column ? value : f(value - f(factor * at(column, c)))));
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let r = size - 1; r >= 0; r--) {
    let rest = at(r, size);
    for (let c = r + 1; c < size; c++) rest = f(rest - f(at(r, c) * (solution[c] ?? 0)));
    solution[r] = f(rest / at(r, r));
  }
  return solution;
}
