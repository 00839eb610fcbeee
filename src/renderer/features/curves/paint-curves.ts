/** Draws the curve lane: each clip's curve with its plain value, its keys and handles, and what is really drawn with. */
import { handlesOf } from '@core/curve/evaluate';
import type { CurveKey, CurveParameter } from '@core/document/records';
import { palette } from '../timeline/palette';
import { type TimeScale, xOfFrame } from '../timeline/time-scale';
import { askedAt, drawnStretches, type PlacedCurve, type PlacedKey } from './curve-scene.svelte';
import { formatValue } from './format-value';
import { CURVE_LANE_HEIGHT, shotFrameAtX, type ValueScale, xOfShotFrame, yOfValue } from './lane-geometry';
import { strings } from './strings';

export interface CurvePaint {
  readonly width: number;
  readonly scale: TimeScale;
  readonly values: ValueScale;
  readonly parameter: CurveParameter;
  readonly curves: readonly PlacedCurve[];
  readonly keys: readonly PlacedKey[];
  readonly handles: readonly PlacedHandle[];
  readonly isSelected: (key: PlacedKey) => boolean;
}

/** One of the two handles of the key that is chosen alone. */
export interface PlacedHandle {
  readonly key: PlacedKey;
  readonly next: CurveKey;
  readonly which: 1 | 2;
  readonly x: number;
  readonly y: number;
  /** The key it hangs on. */
  readonly rootX: number;
  readonly rootY: number;
}

const KEY_PX = 4.5;

export function paintCurves(ctx: CanvasRenderingContext2D, input: CurvePaint): void {
  ctx.fillStyle = palette.lane;
  ctx.fillRect(0, 0, input.width, CURVE_LANE_HEIGHT);
  ctx.textBaseline = 'middle';
  for (const placed of input.curves) paintPiece(ctx, input, placed);
  if (input.curves.length > 0) paintScale(ctx, input);
  for (const handle of input.handles) paintHandle(ctx, handle);
  for (const key of input.keys) paintKey(ctx, key, input.isSelected(key));
}

function paintPiece(ctx: CanvasRenderingContext2D, input: CurvePaint, placed: PlacedCurve): void {
  const { clip } = placed;
  const left = Math.max(0, xOfFrame(input.scale, clip.start));
  const right = Math.min(input.width, xOfFrame(input.scale, clip.start + clip.duration) - 1);
  if (right <= left) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, 0, right - left, CURVE_LANE_HEIGHT);
  ctx.clip();
  ctx.fillStyle = '#191b1f';
  ctx.fillRect(left, 0, right - left, CURVE_LANE_HEIGHT);
  paintWindows(ctx, input, placed);

  const plainY = Math.round(yOfValue(input.values, placed.plain)) + 0.5;
  ctx.strokeStyle = palette.tick;
  ctx.lineWidth = 1;
  ctx.setLineDash([3, 4]);
  line(ctx, left, plainY, right, plainY);
  ctx.setLineDash([]);

  const colour = placed.keys.length === 0 || !placed.isFollowed ? palette.clipTextDim : palette.clipText;
  tracePath(ctx, input, placed, { left, right });
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5;
  ctx.stroke();
  if (placed.keys.length > 0) {
    ctx.lineTo(right, CURVE_LANE_HEIGHT);
    ctx.lineTo(left, CURVE_LANE_HEIGHT);
    ctx.fillStyle = 'rgb(231 229 226 / 5%)';
    ctx.fill();
  }
  paintDrawn(ctx, input, placed);
  ctx.restore();

  if (placed.keys.length === 0 || !placed.isFollowed) paintWords(ctx, input, placed, { left, plainY });
}

/** What to do on an empty curve, or why one does nothing: over the clip, and beyond its end while there is room. */
function paintWords(
  ctx: CanvasRenderingContext2D,
  { parameter, width, scale, curves }: CurvePaint,
  placed: PlacedCurve,
  { left, plainY }: { readonly left: number; readonly plainY: number },
): void {
  const words = placed.isFollowed
    ? [strings.empty(strings.parameters[parameter], formatValue(parameter, placed.plain)), strings.emptyShort]
    : [strings.notFollowed];
  const next = curves[curves.indexOf(placed) + 1];
  const end = Math.min(width, next === undefined ? width : xOfFrame(scale, next.clip.start)) - 8;
  ctx.font = palette.font;
  ctx.fillStyle = palette.tickLabel;
  const start = left + 54;
  const fitting = words.find((text) => start + ctx.measureText(text).width <= end);
  if (fitting !== undefined) ctx.fillText(fitting, start, plainY > 60 ? 22 : CURVE_LANE_HEIGHT - 22);
}

/** The model's windows: what has one value for all of one is told by where they end. */
function paintWindows(ctx: CanvasRenderingContext2D, { scale }: CurvePaint, placed: PlacedCurve): void {
  ctx.fillStyle = palette.line;
  for (const { from } of placed.windows) {
    const x = Math.round(xOfShotFrame(placed, scale, from) - 0.5 * scale.pixelsPerFrame);
    ctx.fillRect(x, 0, 1, CURVE_LANE_HEIGHT);
  }
}

/** Sampled every other pixel; keys are met exactly, so that held ones have their corners. */
function tracePath(
  ctx: CanvasRenderingContext2D,
  { scale, values }: CurvePaint,
  placed: PlacedCurve,
  { left, right }: { readonly left: number; readonly right: number },
): void {
  ctx.beginPath();
  const yAt = (frame: number): number => yOfValue(values, askedAt(placed, frame));
  const corners = placed.keys.flatMap((key, i) => {
    const x = xOfShotFrame(placed, scale, key.frame);
    const before = placed.keys[i - 1];
    const y = yOfValue(values, key.value);
    return before?.ease === 'hold'
      ? [
          { x, y: yOfValue(values, before.value) },
          { x, y },
        ]
      : [{ x, y }];
  });
  let next = 0;
  ctx.moveTo(left, yAt(shotFrameAtX(placed, scale, left)));
  for (let x = left + 2; x <= right; x += 2) {
    for (let corner = corners[next]; corner !== undefined && corner.x <= x; corner = corners[++next])
      if (corner.x >= left) ctx.lineTo(corner.x, corner.y);
    ctx.lineTo(x, yAt(shotFrameAtX(placed, scale, x)));
  }
  ctx.lineTo(right, yAt(shotFrameAtX(placed, scale, right)));
}

/** In the accent, where the model is given other values than were asked for. */
function paintDrawn(ctx: CanvasRenderingContext2D, { scale, values }: CurvePaint, placed: PlacedCurve): void {
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = 1.5;
  ctx.setLineDash([4, 3]);
  for (const { from, to, value } of drawnStretches(placed)) {
    const half = 0.5 * scale.pixelsPerFrame;
    const y = Math.round(yOfValue(values, value)) + 0.5;
    line(ctx, xOfShotFrame(placed, scale, from) - half, y, xOfShotFrame(placed, scale, to) - half, y);
  }
  ctx.setLineDash([]);
}

function paintKey(ctx: CanvasRenderingContext2D, { x, y, key }: PlacedKey, isSelected: boolean): void {
  ctx.beginPath();
  if (key.ease === 'hold') ctx.rect(x - KEY_PX + 1, y - KEY_PX + 1, 2 * KEY_PX - 2, 2 * KEY_PX - 2);
  else {
    ctx.moveTo(x, y - KEY_PX);
    ctx.lineTo(x + KEY_PX, y);
    ctx.lineTo(x, y + KEY_PX);
    ctx.lineTo(x - KEY_PX, y);
    ctx.closePath();
  }
  ctx.fillStyle = isSelected ? palette.accent : palette.clipText;
  ctx.fill();
  ctx.strokeStyle = palette.lane;
  ctx.lineWidth = 1;
  ctx.stroke();
}

function paintHandle(ctx: CanvasRenderingContext2D, { x, y, rootX, rootY }: PlacedHandle): void {
  ctx.strokeStyle = palette.accentSoft;
  ctx.lineWidth = 1;
  line(ctx, rootX, rootY, x, y);
  ctx.beginPath();
  ctx.arc(x, y, 3.5, 0, 2 * Math.PI);
  ctx.fillStyle = palette.lane;
  ctx.fill();
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = 1.5;
  ctx.stroke();
}

/** The ends of what is shown, at the lane's left edge. */
function paintScale(ctx: CanvasRenderingContext2D, { values, parameter }: CurvePaint): void {
  ctx.font = palette.mono;
  for (const [value, y] of [
    [values.high, 9],
    [values.low, CURVE_LANE_HEIGHT - 9],
  ] as const) {
    const text = formatValue(parameter, value);
    ctx.fillStyle = palette.pill;
    ctx.fillRect(2, y - 7, ctx.measureText(text).width + 8, 14);
    ctx.fillStyle = palette.tickLabel;
    ctx.fillText(text, 6, y);
  }
}

function line(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}

/** The handles of a key, when it goes on to another one by a curve. */
export function handlesOn(key: PlacedKey, scale: TimeScale, values: ValueScale): PlacedHandle[] {
  const next = key.placed.keys[key.index + 1];
  const bezier = handlesOf(key.key.ease);
  if (next === undefined || bezier === null || key.key.ease === 'linear') return [];
  const place = (share: number, level: number): { x: number; y: number } => ({
    x: xOfShotFrame(key.placed, scale, key.key.frame + share * (next.frame - key.key.frame)),
    y: yOfValue(values, key.key.value + level * (next.value - key.key.value)),
  });
  const end = place(1, 1);
  return [
    { key, next, which: 1, ...place(bezier.x1, bezier.y1), rootX: key.x, rootY: key.y },
    { key, next, which: 2, ...place(bezier.x2, bezier.y2), rootX: end.x, rootY: end.y },
  ];
}
