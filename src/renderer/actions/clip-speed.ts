/**
 * The speed of a clip and of what is linked and selected with it: a clip taken out of its link with Alt changes alone. Where
 * not the clip itself is selected but a prompt of it, all that is linked with it is meant.
 */
import type { ClipRecord, Document, RecordId } from '@core/document/records';
import type { DocumentDiff } from '@core/document/diff';
import { isSpeedLocked, setClipSpeed } from '@core/timeline/set-speed';
import type { ProjectSession } from '../state/session.svelte';

export function clipSpeedEdit(
  session: ProjectSession,
  clip: ClipRecord,
  speed: number,
): (doc: Document) => DocumentDiff {
  const isMeant = meantWith(session, clip);
  return (doc) => setClipSpeed(doc, clip.id, speed, isMeant);
}

export function hasLockedSpeed(session: ProjectSession, clip: ClipRecord): boolean {
  return isSpeedLocked(session.doc, clip, meantWith(session, clip));
}

function meantWith({ selection }: ProjectSession, clip: ClipRecord): (id: RecordId) => boolean {
  return (id) => !selection.has(clip.id) || selection.has(id);
}
