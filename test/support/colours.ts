/** Pixels of 8-bit RGB that are more of the one channel than of the others, by more than so many levels. */
export function pixelsMostly(rgb: Uint8Array, channel: 0 | 1 | 2, by: number): number {
  let count = 0;
  for (let i = 0; i < rgb.length; i += 3) {
    const own = rgb[i + channel] ?? 0;
    const others = [rgb[i + ((channel + 1) % 3)], rgb[i + ((channel + 2) % 3)]];
    if (others.every((other = 0) => own > other + by)) count++;
  }
  return count;
}
