/**
 * Snapping: the frames a drag is drawn to, and the choice among them.
 */
import { markersOf, projectOf, recordsOf } from '../document/access';
import type { Document, RecordId } from '../document/records';
import { endOf } from './placement';

/** Sorted, unique project frames: clip edges, markers, in and out point, 0 and the playhead. */
export function snapTargets(
  doc: Document,
  options: { readonly exclude: readonly RecordId[]; readonly playhead: number | null },
): number[] {
  const excluded = new Set(options.exclude);
  const { inPoint, outPoint } = projectOf(doc);
  const edges = recordsOf(doc, 'clip')
    .filter(({ id }) => !excluded.has(id))
    .flatMap((clip) => [clip.start, endOf(clip)]);
  const markers = markersOf(doc)
    .filter(({ id }) => !excluded.has(id))
    .map(({ frame }) => frame);
  const single = [inPoint, outPoint, options.playhead].filter((frame) => frame !== null);
  return [...new Set([0, ...edges, ...markers, ...single])].sort((a, b) => a - b);
}

/** The nearest target within the tolerance (ties: the earlier), or the frame itself. */
export function snapFrame(frame: number, targets: readonly number[], toleranceFrames: number): number {
  let best = frame;
  let bestDistance = Infinity;
  for (const target of targets) {
    const distance = Math.abs(target - frame);
    if (distance > toleranceFrames || distance > bestDistance || (distance === bestDistance && target >= best))
      continue;
    best = target;
    bestDistance = distance;
  }
  return best;
}
