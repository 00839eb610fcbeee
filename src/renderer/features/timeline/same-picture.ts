/** Whether what was drawn of the tracks still shows them: only the window has moved. Pure. */
import { isSame } from './kept';
import type { PaintInput } from './paint-tracks';
import { xOfFrame } from './time-scale';

export function isSamePicture(before: PaintInput, now: PaintInput): boolean {
  const known = new Map(before.clips.map((placed) => [placed.view.clip.id, placed]));
  const [from, to] = [drawnWith(before), drawnWith(now)];
  return (
    from.every((one, i) => one === to[i]) &&
    before.ghost === null &&
    now.ghost === null &&
    isSame(before.grid, now.grid) &&
    now.clips.every((placed) => {
      const old = known.get(placed.view.clip.id);
      // What a job is making changes by itself.
      return (old === undefined || old === placed) && placed.view.spans.every(({ job }) => job === null);
    })
  );
}

function drawnWith({ height, scale, film, rows, selection, silent, aspect, rate }: PaintInput): unknown[] {
  return [height, scale.pixelsPerFrame, film, rows, selection, silent, aspect, rate];
}

/** The film's pixel to which the clips reach that the window cuts off on its left: their names stay in sight. */
export function cutOffTo({ clips, scale }: PaintInput): number {
  return clips.reduce((right, { view: { clip } }) => {
    const end = (clip.start + clip.duration) * scale.pixelsPerFrame;
    return xOfFrame(scale, clip.start) < 0 ? Math.max(right, end) : right;
  }, -Infinity);
}
