/**
 * Where the ruler has ticks and labels: steps that divide a second evenly below one second, round numbers of seconds
 * above, so that a label is always a timecode one would write by hand.
 */
import { framesPerSecond, type Rate } from '@core/time/rate';

export interface RulerTick {
  readonly frame: number;
  readonly isLabelled: boolean;
}

export interface TickSpacing {
  /** Project frames between labels, and between ticks; the second divides the first. */
  readonly labelFrames: number;
  readonly tickFrames: number;
}

const MIN_LABEL_PX = 92;
const MIN_TICK_PX = 7;
const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 18_000, 36_000];

/** Frames of a timecode second: 24 for 24000/1001. */
export function nominalRate(rate: Rate): number {
  return Math.max(1, Math.round(framesPerSecond(rate)));
}

export function tickSpacing(pixelsPerFrame: number, rate: Rate): TickSpacing {
  const nominal = nominalRate(rate);
  const belowSecond = Array.from({ length: nominal - 1 }, (_, i) => i + 1).filter((step) => nominal % step === 0);
  const steps = [...belowSecond, ...SECONDS.map((seconds) => seconds * nominal)];
  const last = steps.at(-1) ?? nominal;
  const labelFrames = steps.find((step) => step * pixelsPerFrame >= MIN_LABEL_PX) ?? last;
  const tickFrames =
    steps.find((step) => labelFrames % step === 0 && step * pixelsPerFrame >= MIN_TICK_PX) ?? labelFrames;
  return { labelFrames, tickFrames };
}

/** Ticks of [from, to), in order. */
export function rulerTicks(from: number, to: number, { labelFrames, tickFrames }: TickSpacing): RulerTick[] {
  const ticks: RulerTick[] = [];
  for (let frame = Math.floor(from / tickFrames) * tickFrames; frame < to; frame += tickFrames)
    ticks.push({ frame, isLabelled: frame % labelFrames === 0 });
  return ticks;
}
