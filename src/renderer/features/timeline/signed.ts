/** With a sign that is as wide as a digit: +3, −3, 0. */
export function signed(frames: number): string {
  if (frames === 0) return '0';
  return frames > 0 ? `+${String(frames)}` : `−${String(-frames)}`;
}
