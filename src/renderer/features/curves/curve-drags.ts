/**
 * Drags on the curve lane. Keys move together: Shift keeps to one axis, Ctrl moves finely, and while snapping is on a key
 * lands on the playhead, cuts and the model's windows, and on the plain value.
 */
import { handlesOf } from '@core/curve/evaluate';
import { curveParameters } from '@core/curve/parameters';
import type { CurveBezier } from '@core/document/records';
import { easeCurveKeys, moveCurveKeys } from '@core/timeline/curves';
import type { ProjectSession } from '../../state/session.svelte';
import { clearOverlay, dragEdit, type DragHost, drawMarquee, note, targets } from '../timeline/drag-support';
import { type DragPoint, startDrag } from '../timeline/pointer-drag';
import { snapTo } from '../timeline/snapping';
import { clamp } from '../timeline/time-scale';
import type { PlacedKey } from './curve-scene.svelte';
import type { CurveUi } from './curve-ui.svelte';
import { formatValue } from './format-value';
import { shotFrameAtX, type ValueScale, valuePerPixel, xOfShotFrame } from './lane-geometry';
import type { PlacedHandle } from './paint-curves';
import { strings } from './strings';

export interface CurveDragHost extends DragHost {
  readonly ui: CurveUi;
  /** The curve lane's box in the window. */
  curveLane(): DOMRect;
  values(): ValueScale;
  keys(): readonly PlacedKey[];
}

const FINE = 0.1;
const VALUE_SNAP_PX = 5;

/** Moves the pressed key and the others that are chosen with it. */
export function dragKeys(
  host: CurveDragHost,
  session: ProjectSession,
  down: PointerEvent,
  { pressed, frames }: { readonly pressed: PlacedKey; readonly frames: readonly number[] },
): void {
  const { placed, key } = pressed;
  const { of } = placed;
  const { step } = curveParameters[of.parameter];
  // The scale must not change under the pointer while values beyond it are reached.
  const perPixel = valuePerPixel(host.values());
  const fixed = snapFrames(host, session, pressed);
  const travelled = travel(down);
  dragEdit(host, session, down, {
    label: strings.moveEdit(strings.parameters[of.parameter]),
    follow: (point, gesture) => {
      const { x, y } = travelled(point);
      const [isSideways, isUpright] = point.shiftKey
        ? [Math.abs(x) >= Math.abs(y), Math.abs(x) < Math.abs(y)]
        : [true, true];
      const byFrames = isSideways ? framesMoved(host, pressed, x, point.modKey ? [] : fixed) : 0;
      const isPlain = host.app.isSnapping && !point.modKey;
      const byValue = isUpright
        ? valueMoved(pressed, -y * perPixel, { step, reach: isPlain ? VALUE_SNAP_PX * perPixel : 0 })
        : 0;
      const refusal = gesture.preview((doc) => moveCurveKeys(doc, of, frames, { frames: byFrames, value: byValue }));
      if (refusal === null)
        host.ui.select(
          of,
          frames.map((frame) => frame + byFrames),
        );
      const { min, max } = curveParameters[of.parameter];
      const value = clamp(key.value + byValue, min, max);
      note(host, point, refusal ?? strings.at(key.frame + byFrames, formatValue(of.parameter, value)));
    },
  });
}

/** How far the pointer has come since the press; with Ctrl each pixel counts for a tenth. */
function travel(down: PointerEvent): (point: DragPoint) => { readonly x: number; readonly y: number } {
  let [lastX, lastY, x, y] = [down.clientX, down.clientY, 0, 0];
  return (point) => {
    const weight = point.modKey ? FINE : 1;
    x += (point.clientX - lastX) * weight;
    y += (point.clientY - lastY) * weight;
    [lastX, lastY] = [point.clientX, point.clientY];
    return { x, y };
  };
}

function snapFrames(host: CurveDragHost, session: ProjectSession, { placed }: PlacedKey): readonly number[] {
  const still = { pixelsPerFrame: 1, scrollX: 0 };
  const windows = placed.windows.map(({ from }) => Math.round(xOfShotFrame(placed, still, from) - 0.5));
  return [...targets(host, session, []), ...windows].sort((a, b) => a - b);
}

function framesMoved(host: CurveDragHost, { placed, key }: PlacedKey, x: number, fixed: readonly number[]): number {
  const { pixelsPerFrame } = host.app.timelineView;
  const still = { pixelsPerFrame: 1, scrollX: 0 };
  const wanted = xOfShotFrame(placed, still, key.frame) - 0.5 + x / pixelsPerFrame;
  const snap = host.app.isSnapping && x !== 0 ? snapTo([wanted], fixed, pixelsPerFrame) : null;
  host.overlay.snapFrame = snap?.at ?? null;
  return Math.round(shotFrameAtX(placed, still, wanted + (snap?.delta ?? 0) + 0.5)) - key.frame;
}

/** On the grid of its step; within reach of the plain value exactly that one. */
function valueMoved(
  { placed, key }: PlacedKey,
  by: number,
  { step, reach }: { readonly step: number; readonly reach: number },
): number {
  const wanted = key.value + by;
  if (Math.abs(wanted - placed.plain) <= reach) return placed.plain - key.value;
  return Math.round(wanted / step) * step - key.value;
}

/** Chooses the keys that a rectangle touches; with Shift or Ctrl beside those that were. */
export function dragKeyMarquee(
  host: CurveDragHost,
  down: PointerEvent,
  { before, click }: { readonly before: readonly PlacedKey[]; readonly click: () => void },
): void {
  const isAdding = down.shiftKey || down.ctrlKey || down.metaKey;
  const choose = (keys: readonly PlacedKey[]): void => {
    const [first] = keys;
    if (first === undefined) host.ui.selectNone();
    // Keys of one curve at a time: they move together.
    else
      host.ui.select(
        first.placed.of,
        keys.filter(({ placed }) => placed.shot.id === first.placed.shot.id).map(({ key }) => key.frame),
      );
  };
  startDrag(host.element, down, {
    move: (point) => {
      const { left, top, right, bottom } = drawMarquee(host, down, point);
      const lane = host.curveLane();
      const found = host
        .keys()
        .filter(
          ({ x, y }) =>
            x >= left - lane.left && x <= right - lane.left && y >= top - lane.top && y <= bottom - lane.top,
        );
      choose(isAdding ? [...before, ...found] : found);
      host.redraw();
    },
    end: () => {
      clearOverlay(host);
    },
    cancel: () => {
      choose(before);
      clearOverlay(host);
    },
    click,
  });
}

/** Bends the way from a key to the next one; the handle stays between the two in time and value. */
export function dragHandle(
  host: CurveDragHost,
  session: ProjectSession,
  down: PointerEvent,
  handle: PlacedHandle,
): void {
  const { key, next, which } = handle;
  const { of } = key.placed;
  const start = handlesOf(key.key.ease);
  if (start === null) return;
  const perFrame =
    xOfShotFrame(key.placed, host.app.timelineView, 1) - xOfShotFrame(key.placed, host.app.timelineView, 0);
  const width = (next.frame - key.key.frame) * perFrame;
  const height = -(next.value - key.key.value) / valuePerPixel(host.values());
  const travelled = travel(down);
  dragEdit(host, session, down, {
    label: strings.easeEdit(strings.parameters[of.parameter]),
    follow: (point, gesture) => {
      const { x, y } = travelled(point);
      const moved = (from: number, by: number, whole: number): number =>
        whole === 0 ? from : Math.round(clamp(from + by / whole, 0, 1) * 100) / 100;
      const ease: CurveBezier =
        which === 1
          ? { ...start, x1: moved(start.x1, x, width), y1: moved(start.y1, y, height) }
          : { ...start, x2: moved(start.x2, x, width), y2: moved(start.y2, y, height) };
      const refusal = gesture.preview((doc) => easeCurveKeys(doc, of, [key.key.frame], ease));
      note(
        host,
        point,
        refusal ?? (which === 1 ? strings.handleAt(ease.x1, ease.y1) : strings.handleAt(ease.x2, ease.y2)),
      );
    },
  });
}
