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

const AHEAD_PLAYING = 48;
/** More than a second, so that play begins with time to get going. */
const AHEAD_STILL = 32;
const BEHIND = 8;

/** Nearest first. At 4× only every fourth frame is shown, so only those are read. */
export function framesAhead({ playhead, end, speed, isPlaying }: ReadAheadInput): number[] {
  const direction = isPlaying && speed < 0 ? -1 : 1;
  const stride = isPlaying ? Math.max(1, Math.round(Math.abs(speed))) : 1;
  const frames: number[] = [];
  const add = (frame: number): void => {
    if (frame >= 0 && frame < end) frames.push(frame);
  };
  const ahead = isPlaying ? AHEAD_PLAYING : AHEAD_STILL;
  for (let i = 1; i <= ahead; i++) {
    add(playhead + direction * i * stride);
    if (i <= BEHIND) add(playhead - direction * i);
  }
  return frames;
}
