/**
 * After an edit: transitions whose clips no longer touch are removed, and those that ask for more frames than their
 * clips now have are shortened. The changes are part of the edit's diff, so undo brings them back.
 */
import { recordsOf } from '../document/access';
import { sourceRangeOf } from '../document/branch';
import type { ClipRecord, Document, RecordId, TransitionRecord } from '../document/records';
import type { Draft } from './edit';

export function settleTransitions(draft: Draft): void {
  const joined: { transition: TransitionRecord; left: ClipRecord; right: ClipRecord }[] = [];
  for (const transition of recordsOf(draft.doc, 'transition')) {
    const [left, right] = [draft.doc.get(transition.leftClipId), draft.doc.get(transition.rightClipId)];
    if (left?.kind === 'clip' && right?.kind === 'clip' && areTouching(left, right))
      joined.push({ transition, left, right });
    else draft.remove(transition.id);
  }
  joined.sort((a, b) => a.right.start - b.right.start);
  // Frames at a clip's start that the transition before it takes; cuts are visited in time order.
  const takenAtHead = new Map<RecordId, number>();
  for (const { transition, left, right } of joined) {
    const before = Math.min(
      transition.framesBefore,
      handleBefore(draft.doc, right),
      left.duration - (takenAtHead.get(left.id) ?? 0),
    );
    const after = Math.min(transition.framesAfter, handleAfter(draft.doc, left), right.duration);
    takenAtHead.set(right.id, after);
    if (before + after <= 0) draft.remove(transition.id);
    else if (before !== transition.framesBefore || after !== transition.framesAfter)
      draft.set({ ...transition, framesBefore: before, framesAfter: after });
  }
}

export function areTouching(left: ClipRecord, right: ClipRecord): boolean {
  return left.trackId === right.trackId && left.start + left.duration === right.start;
}

/** Unused source frames before the clip's first, project rate; Infinity for stills. */
export function handleBefore(doc: Document, clip: ClipRecord): number {
  const range = sourceRangeOf(doc, clip);
  return range ? Math.max(0, clip.sourceIn - range.from) : Infinity;
}

/** Unused source frames after the clip's last, project rate; Infinity for stills. */
export function handleAfter(doc: Document, clip: ClipRecord): number {
  const range = sourceRangeOf(doc, clip);
  return range ? Math.max(0, range.to - clip.sourceIn - clip.duration) : Infinity;
}
