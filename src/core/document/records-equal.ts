/**
 * Structural equality of records: plain JSON values, compared by content. Key order does not matter.
 */
export function recordsEqual(a: unknown, b: unknown): boolean {
  // Not Object.is: a record read back from JSON has 0 where −0 was written.
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]; // any object can be read by key
  return keys.every((key) => Object.hasOwn(right, key) && recordsEqual(left[key], right[key]));
}
