/** Draws the time ruler: ticks, timecodes, and the in/out range as a band. CSS pixels. */
import type { Rate } from '@core/time/rate';
import { timecodeAt } from '../../ui/timecode.svelte';
import { palette } from './palette';
import { rulerTicks, tickSpacing } from './ruler-ticks';
import { visibleFrames, xOfFrame, type TimeScale } from './time-scale';

export interface RulerInput {
  readonly width: number;
  readonly height: number;
  readonly scale: TimeScale;
  readonly rate: Rate;
  readonly inPoint: number | null;
  readonly outPoint: number | null;
  /** Exclusive last project frame. */
  readonly end: number;
}

export function paintRuler(ctx: CanvasRenderingContext2D, input: RulerInput): void {
  const { width, height, scale, rate } = input;
  ctx.clearRect(0, 0, width, height);
  paintRange(ctx, input);
  const { from, to } = visibleFrames(scale, width);
  const spacing = tickSpacing(scale.pixelsPerFrame, rate);
  const ticks = rulerTicks(Math.max(0, from - spacing.labelFrames), to, spacing);
  ctx.fillStyle = palette.tick;
  for (const { frame, isLabelled } of ticks) {
    const tall = isLabelled ? 11 : 5;
    ctx.fillRect(Math.round(xOfFrame(scale, frame)), height - tall, 1, tall);
  }
  ctx.font = palette.mono;
  ctx.textBaseline = 'middle';
  ctx.fillStyle = palette.tickLabel;
  for (const { frame, isLabelled } of ticks)
    if (isLabelled) ctx.fillText(timecodeAt(frame, rate), Math.round(xOfFrame(scale, frame)) + 4, 9);
}

function paintRange(ctx: CanvasRenderingContext2D, { height, scale, inPoint, outPoint, end }: RulerInput): void {
  if (inPoint === null && outPoint === null) return;
  const left = xOfFrame(scale, inPoint ?? 0);
  const right = xOfFrame(scale, outPoint ?? end);
  ctx.fillStyle = 'rgb(242 166 90 / 13%)';
  ctx.fillRect(left, 0, right - left, height);
  ctx.fillStyle = palette.accent;
  if (inPoint !== null) paintBracket(ctx, left, 1, height);
  if (outPoint !== null) paintBracket(ctx, right, -1, height);
}

function paintBracket(ctx: CanvasRenderingContext2D, x: number, direction: 1 | -1, height: number): void {
  const left = direction === 1 ? x : x - 2;
  ctx.fillRect(left, 2, 2, height - 4);
  ctx.fillRect(direction === 1 ? x : x - 5, 2, 5, 2);
  ctx.fillRect(direction === 1 ? x : x - 5, height - 4, 5, 2);
}
