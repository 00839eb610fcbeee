/**
 * Keeps the clips of a shot within its film when the film's range changes: a shorter film trims them (a clip with
 * nothing left goes), and a clip that showed the film to an edge goes on to the new edge as far as there is room.
 */
import { clipsOfShot } from '../document/access';
import { type FrameRange, sourceRangeOf } from '../document/branch';
import type { ClipRecord, Document, RecordId } from '../document/records';
import { type Draft, unlockedTrack } from './edit';
import { endOf, neighbourEdges } from './placement';

export interface FitOptions {
  /** Before the film changed; after that is the draft's. */
  readonly before: Document;
  /** A clip the caller sets itself. */
  readonly except?: RecordId;
  readonly followEdges: boolean;
}

/** @throws AppError timeline/locked-track when a clip on a locked track would have to change */
export function fitClips(draft: Draft, shotId: RecordId, options: FitOptions): void {
  for (const clip of clipsOfShot(draft.doc, shotId)) {
    if (clip.id === options.except) continue;
    // Each plays at a speed of its own.
    const { followEdges } = options;
    const fit = { before: rangeOf(options.before, clip), after: rangeOf(draft.doc, clip), followEdges };
    const sourceIn = fittedIn(draft, clip, fit);
    const sourceOut = fittedOut(draft, clip, fit);
    if (sourceIn === clip.sourceIn && sourceOut === clip.sourceIn + clip.duration) continue;
    unlockedTrack(draft.doc, clip.trackId);
    if (sourceIn >= sourceOut) draft.remove(clip.id);
    else draft.set({ ...clip, sourceIn, start: clip.start + sourceIn - clip.sourceIn, duration: sourceOut - sourceIn });
  }
}

/** What the clip may show, project rate. */
function rangeOf(doc: Document, clip: ClipRecord): FrameRange {
  return sourceRangeOf(doc, clip) ?? { from: 0, to: 0 };
}

interface Fit {
  readonly before: FrameRange;
  readonly after: FrameRange;
  readonly followEdges: boolean;
}

function fittedIn(draft: Draft, clip: ClipRecord, { before, after, followEdges }: Fit): number {
  if (!followEdges || clip.sourceIn !== before.from || after.from >= clip.sourceIn)
    return Math.max(clip.sourceIn, after.from);
  const room = clip.start - neighbourEdges(draft.doc, clip).previousEnd;
  return Math.max(after.from, clip.sourceIn - room);
}

function fittedOut(draft: Draft, clip: ClipRecord, { before, after, followEdges }: Fit): number {
  const out = clip.sourceIn + clip.duration;
  if (!followEdges || out !== before.to || after.to <= out) return Math.min(out, after.to);
  const { nextStart } = neighbourEdges(draft.doc, clip);
  const room = nextStart === null ? Infinity : nextStart - endOf(clip);
  return Math.min(after.to, out + room);
}
