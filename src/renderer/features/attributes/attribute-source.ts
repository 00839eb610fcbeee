/** The clip whose attributes are pasted, and what of it is not in the document. */
import { activeTake } from '@core/document/film';
import type { ClipRecord } from '@core/document/records';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import { timelineUiOf } from '../timeline/timeline-ui.svelte';
import { strings } from './strings';

/** The seed that made what the clip ends with, or the one that is locked for it. */
export function seedOf(session: ProjectSession, clip: ClipRecord): number | null {
  if (clip.source.type !== 'shot') return null;
  const shot = session.doc.get(clip.source.shotId);
  const segment =
    shot?.kind === 'shot' && shot.headSegmentId !== null ? session.doc.get(shot.headSegmentId) : undefined;
  if (segment?.kind !== 'segment') return null;
  return segment.seed ?? activeTake(segment, session.takes)?.seed ?? null;
}

/** Mod+Alt+V: asks which attributes of the first copied clip the selected clips get. */
export function openPasteAttributes(app: AppState): void {
  const session = app.session;
  const { clipboard } = timelineUiOf(app);
  const from = clipboard !== null && clipboard.projectId === session?.id ? clipboard.copied.clips[0] : undefined;
  if (session === null || from === undefined)
    return app.toast('info', strings.nothingCopied, strings.nothingCopiedRemedy);
  const toClipIds = [...session.selection].filter((id) => session.doc.get(id)?.kind === 'clip');
  if (toClipIds.length === 0) return app.toast('info', strings.nothingSelected);
  app.flushEdits();
  app.dialog = { kind: 'paste-attributes', from, toClipIds };
}
