/** A segment that names no take shows its newest. What follows when newer takes come and nothing is to look different. */
import type { DocumentDiff } from './diff';
import { activeTake } from './film';
import type { Document, SegmentRecord } from './records';
import type { TakeIndex } from './takes';

/** Segments that would show another take now than before name the one they showed. */
export function keepShown(document: Document, before: TakeIndex, now: TakeIndex): DocumentDiff {
  const updated: { from: SegmentRecord; to: SegmentRecord }[] = [];
  for (const record of document.values()) {
    if (record.kind !== 'segment' || record.activeTakeId !== null) continue;
    const shown = activeTake(record, before);
    if (shown !== null && shown.id !== activeTake(record, now)?.id)
      updated.push({ from: record, to: { ...record, activeTakeId: shown.id } });
  }
  return { added: [], updated, removed: [] };
}
