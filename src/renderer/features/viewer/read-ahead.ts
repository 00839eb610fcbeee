/**
 * Which project frames to decode before they are asked for: mostly in the direction the film moves, a few behind for
 * the hand that scrubs back.
 */
export interface ReadAheadInput {
  readonly playhead: number;
  /** Film, [0, end). */
  readonly end: number;
  readonly speed: number;
  readonly isPlaying: boolean;
}

/** Two seconds of most films. As much while nothing plays: where frames come slower than they are shown, it is what play lives on. */
const AHEAD = 48;
const BEHIND = 8;

/** Nearest first. At 4× only every fourth frame is shown, so only those are read. */
export function framesAhead({ playhead, end, speed, isPlaying }: ReadAheadInput): number[] {
  const direction = isPlaying && speed < 0 ? -1 : 1;
  const stride = isPlaying ? Math.max(1, Math.round(Math.abs(speed))) : 1;
  const frames: number[] = [];
  const add = (frame: number): void => {
    if (frame >= 0 && frame < end) frames.push(frame);
  };
  for (let i = 1; i <= AHEAD; i++) {
    add(playhead + direction * i * stride);
    if (i <= BEHIND) add(playhead - direction * i);
  }
  return frames;
}
