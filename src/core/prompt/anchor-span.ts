/**
 * Which frames a pinned image really influences: those that the model makes in the windows that know it, and are held to
 * it at all. Frames of other windows only follow from these.
 */
import { recordOf } from '../document/access';
import type { FrameRange } from '../document/branch';
import type { Document, RecordId } from '../document/records';
import type { TakeIndex } from '../document/takes';
import { AppError } from '../errors';
import { startsOn } from './anchor-strength';
import type { ModelLimits } from './model-limits';
import { planSegment, type PlannedWindow } from './plan';

/** Shot frames [from, to) of the segment; null when the image lies outside it or the segment cannot be planned now. */
export function anchorSpan(
  doc: Document,
  anchorId: RecordId,
  request: { readonly segmentId: RecordId; readonly takes: TakeIndex; readonly limits: ModelLimits },
): FrameRange | null {
  const { frame } = recordOf(doc, 'anchor', anchorId);
  const { from, frameCount } = recordOf(doc, 'segment', request.segmentId);
  const index = frame - from;
  if (index < 0 || index >= frameCount) return null;
  try {
    const { draft, clips } = planSegment({ doc, ...request, seed: 0 });
    const at = clips.find(({ asked }) => asked.index === index)?.placed ?? { index, frames: 1 };
    const knowing = draft.windows.filter((window) => holdOn(window, at.index) > 0);
    if (knowing.length === 0) return null;
    return {
      from: from + Math.min(at.index, ...knowing.map(({ keepFrom }) => keepFrom)),
      to: from + Math.max(Math.min(at.index + at.frames, frameCount), ...knowing.map(({ keepTo }) => keepTo)),
    };
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** As windows.ts has it: the image starts a window, or is one of the later images of the window that holds it. */
function holdOn(window: PlannedWindow, index: number): number {
  const { hold, later, also = [] } = window;
  if (startsOn(window) === index) return hold?.prefix ?? 1;
  if (later === index) return hold?.later ?? 1;
  return also.find((known) => known.index === index)?.hold ?? 0;
}
