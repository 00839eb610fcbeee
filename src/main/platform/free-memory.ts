/** Memory that a new piece of work could have, limits of its container included. */
export function freeMemoryBytes(): number {
  return process.availableMemory();
}
