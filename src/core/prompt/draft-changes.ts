/**
 * Whether a take is still what its segment would be planned as now, and if not, what has changed, in words.
 * Asked of resolveShot's spans: staleness by prompt and settings is derived, never stored. Seeds do not count.
 */
import type { ChangeOf } from '../document/film';
import { footageChange } from '../footage/footage-key';
import type { Document } from '../document/records';
import type { TakeIndex } from '../document/takes';
import { AppError } from '../errors';
import { changedParts, changeSentence, draftKey } from './draft-key';
import type { ModelLimits } from './model-limits';
import { planSegment } from './plan';

export interface DraftChangesRequest {
  readonly doc: Document;
  readonly takes: TakeIndex;
  /** null = the model is not installed: then nothing is known and nothing is said. */
  readonly limitsOf: (modelId: string) => ModelLimits | null;
}

/** A take without a key (made before keys were kept) is never stale by this. Valid for this document and these takes. */
export function draftChanges({ doc, takes, limitsOf }: DraftChangesRequest): ChangeOf {
  return (segment, take) => {
    const shot = doc.get(segment.shotId);
    if (take.draftKey === null || shot?.kind !== 'shot') return null;
    if (segment.footage !== undefined) return footageChange(doc, segment, take.draftKey);
    const limits = limitsOf(shot.modelId);
    if (limits === null) return null;
    try {
      const { draft } = planSegment({
        doc,
        segmentId: segment.id,
        takes,
        limits,
        seed: 0,
      });
      const now = draftKey(draft);
      if (now === take.draftKey) return null;
      const changed = changedParts(take.draftKey, now);
      return changed === null || changed.length === 0 ? SETTINGS_CHANGED : changeSentence(changed);
    } catch (error) {
      // It was made once and cannot be made now: what it was planned from is another.
      if (error instanceof AppError) return SETTINGS_CHANGED;
      throw error;
    }
  };
}

const SETTINGS_CHANGED = 'Its settings have changed since.';
