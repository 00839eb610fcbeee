/**
 * Copying clips and putting them down again. A pasted clip shows the same shot as the one it was copied from, trimmed
 * the same way; dissolves between copied clips come along. Nothing is generated and no shot is doubled.
 */
import { audioTracksOf, recordOf, recordsOf, videoTracksOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import type { ClipRecord, Document, RecordId, TransitionRecord } from '../document/records';
import { clearRange, partAt } from './clear-range';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import { endOf } from './placement';
import { rippleFilm } from './ripple';
import { relinked } from './together';

/** Clips as they were when they were copied; later edits do not change them. */
export interface CopiedClips {
  readonly clips: readonly ClipRecord[];
  /** Dissolves whose both clips were copied. */
  readonly transitions: readonly TransitionRecord[];
}

export interface Paste {
  /** Where the first of them goes, project frame; the others keep their distance from it. */
  readonly atFrame: number;
  /** overwrite: what is in the way is trimmed or goes. insert: what follows moves right, and a clip across the frame is parted. */
  readonly mode: 'overwrite' | 'insert';
  readonly newId: () => RecordId;
}

export function copyClips(doc: Document, clipIds: readonly RecordId[]): CopiedClips {
  const ids = new Set(clipIds);
  return {
    clips: [...ids].map((id) => recordOf(doc, 'clip', id)).sort((a, b) => a.start - b.start),
    transitions: recordsOf(doc, 'transition').filter(
      ({ leftClipId, rightClipId }) => ids.has(leftClipId) && ids.has(rightClipId),
    ),
  };
}

/** Project frames from the first copied frame to the last. */
export function spanOf({ clips }: CopiedClips): number {
  return Math.max(0, ...clips.map(endOf)) - Math.min(...clips.map(({ start }) => start));
}

/**
 * Every clip goes to the track it came from, or to the first unlocked one of its type where that is gone.
 * @throws AppError timeline/invalid-edit when there is nothing to paste, its shot is gone, or the frame is not one of the film; timeline/locked-track
 */
export function pasteClips(
  doc: Document,
  copied: CopiedClips,
  paste: Paste,
): { readonly diff: DocumentDiff; readonly clipIds: readonly RecordId[] } {
  const { atFrame, mode, newId } = paste;
  if (copied.clips.length === 0)
    throw invalidEdit('clips', 'none', 'there is nothing to paste', 'Select clips and copy them first.');
  if (!Number.isSafeInteger(atFrame) || atFrame < 0)
    throw invalidEdit('clip.start', atFrame, `a clip cannot start at frame ${atFrame}`, 'Choose a frame from 0 on.');
  const byFrames = atFrame - Math.min(...copied.clips.map(({ start }) => start));
  const [groups, links] = [new Map<RecordId, RecordId>(), new Map<RecordId, RecordId>()];
  const clips = copied.clips.map((clip): ClipRecord => ({
    ...regrouped(relinked(clip, links, newId), groups, newId),
    id: newId(),
    trackId: targetTrack(doc, clip),
    start: clip.start + byFrames,
  }));
  const idOf = new Map(copied.clips.map((clip, i) => [clip.id, clips[i]?.id]));
  const diff = editDocument(doc, (draft) => {
    if (mode === 'insert') {
      const tracks = clips.map(({ trackId }) => trackId);
      const edited = new Map([...partAt(draft, tracks, atFrame, newId)].map((trackId) => [trackId, atFrame]));
      rippleFilm(draft, { edited, fromFrame: atFrame, byFrames: spanOf(copied) });
    }
    for (const clip of clips) {
      clearRange(draft, clip.trackId, { from: clip.start, to: endOf(clip) }, newId);
      draft.add(clip);
    }
    for (const transition of copied.transitions) {
      const [leftClipId, rightClipId] = [idOf.get(transition.leftClipId), idOf.get(transition.rightClipId)];
      if (leftClipId !== undefined && rightClipId !== undefined)
        draft.add({ ...transition, id: newId(), leftClipId, rightClipId });
    }
  });
  return { diff, clipIds: clips.map(({ id }) => id) };
}

/** What was copied of a group is a group of its own. */
function regrouped(clip: ClipRecord, groups: Map<RecordId, RecordId>, newId: () => RecordId): ClipRecord {
  if (clip.groupId === undefined) return clip;
  const groupId = groups.get(clip.groupId) ?? newId();
  groups.set(clip.groupId, groupId);
  return { ...clip, groupId };
}

function targetTrack(doc: Document, clip: ClipRecord): RecordId {
  if (clip.source.type === 'shot' && doc.get(clip.source.shotId)?.kind !== 'shot')
    throw invalidEdit(
      'clip.source',
      clip.name,
      `the shot of "${clip.name}" is not in this film`,
      'Undo until it is there again, or copy another clip.',
    );
  if (doc.get(clip.trackId)?.kind === 'track') return unlockedTrack(doc, clip.trackId).id;
  const ofItsType = clip.source.type === 'audio' ? audioTracksOf(doc) : videoTracksOf(doc);
  const free = ofItsType.find((track) => !track.isLocked);
  if (!free)
    throw invalidEdit('track', clip.name, 'every track that could take it is locked', 'Unlock a track or add one.');
  return free.id;
}
