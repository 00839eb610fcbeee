/**
 * The tree of segments behind a shot: seeds and takes in use, retakes of a range, switching between branches, and
 * taking back a plan that was never run.
 */
import { projectOf, recordOf, segmentsOf } from '../document/access';
import { plannedRange } from '../document/branch';
import type { DocumentDiff } from '../document/diff';
import type { Document, RecordId } from '../document/records';
import type { FootageFit } from '../footage/fit';
import { type Draft, editDocument, invalidEdit } from './edit';
import { fitClips } from './fit-clips';

/** A take that is put in use may make the segments grown from another one stale; nothing else changes. */
export function setSegment(
  doc: Document,
  segmentId: RecordId,
  patch: { readonly seed?: number | null; readonly activeTakeId?: string | null },
): DocumentDiff {
  const segment = recordOf(doc, 'segment', segmentId);
  const { seed } = patch;
  if (seed !== undefined && seed !== null && !(Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff))
    throw invalidEdit('segment.seed', seed, `${seed} is not a seed`, 'Use a whole number from 0 to 4294967295.');
  return editDocument(doc, (draft) => draft.set({ ...segment, ...patch }));
}

/** How an imported film fills the frame. Its take stays as it is, and stale, until it is conformed again. */
export function setFootageFit(doc: Document, segmentId: RecordId, fit: FootageFit): DocumentDiff {
  const segment = recordOf(doc, 'segment', segmentId);
  if (segment.footage === undefined)
    throw invalidEdit('segment', segmentId, 'this part was not imported', 'Choose a part that came from a file.');
  const footage = { ...segment.footage, fit };
  return editDocument(doc, (draft) => draft.set({ ...segment, footage }));
}

/** How much of the film underneath may change. */
export function setSourceStrength(doc: Document, segmentId: RecordId, strength: number): DocumentDiff {
  const segment = recordOf(doc, 'segment', segmentId);
  if (segment.source === undefined)
    throw invalidEdit('segment', segmentId, 'this part is not drawn over a film', 'Choose a part that is.');
  if (!(strength > 0 && strength <= 1))
    throw invalidEdit('strength', strength, `${strength} is not a strength`, 'Use more than 0, up to 1.');
  const source = { ...segment.source, strength };
  return editDocument(doc, (draft) => draft.set({ ...segment, source }));
}

/** Where the film underneath is drawn anew, for models that take masks; null = no mask. */
export function setSourceMask(doc: Document, segmentId: RecordId, mediaId: string | null): DocumentDiff {
  const segment = recordOf(doc, 'segment', segmentId);
  if (segment.source === undefined)
    throw invalidEdit('segment', segmentId, 'this part is not drawn over a film', 'Choose a part that is.');
  const { mask: _, ...source } = segment.source;
  return editDocument(doc, (draft) =>
    draft.set({ ...segment, source: { ...source, ...(mediaId !== null && { mask: mediaId }) } }),
  );
}

/** Whether the segment's last frame goes on into its first. */
export function setLoop(doc: Document, segmentId: RecordId, isLoop: boolean): DocumentDiff {
  const { loop: _, ...segment } = recordOf(doc, 'segment', segmentId);
  if (isLoop && (segment.role !== 'first' || segment.joins !== undefined))
    throw invalidEdit(
      'segment',
      segmentId,
      'this part goes on from other frames and cannot be a loop of its own',
      'Close the loop over the whole clip instead.',
    );
  return editDocument(doc, (draft) => draft.set({ ...segment, ...(isLoop && { loop: true }) }));
}

/** Shots keep the size they were made in; this gives one the film's, for footage that is conformed again. */
export function takeFilmSize(doc: Document, shotId: RecordId): DocumentDiff {
  const { width, height } = projectOf(doc);
  return editDocument(doc, (draft) => draft.set({ ...recordOf(doc, 'shot', shotId), width, height }));
}

/** A bridge: shot frames [from, from + frameCount) again, keeping both sides. */
export function retakeRange(
  doc: Document,
  shotId: RecordId,
  range: {
    readonly segmentId: RecordId;
    readonly from: number;
    readonly frameCount: number;
    readonly seed?: number | null;
  },
): DocumentDiff {
  const shot = recordOf(doc, 'shot', shotId);
  const film = plannedRange(doc, shotId);
  const { segmentId: id, from, frameCount } = range;
  if (!film || from < film.from || from + frameCount > film.to || frameCount < 1)
    throw invalidEdit(
      'retake',
      `${from}–${from + frameCount}`,
      'the range to retake must lie within the shot',
      film ? `Choose frames from ${film.from} to ${film.to}.` : 'Plan the first frames first.',
    );
  return editDocument(doc, (draft) => {
    draft.add({
      kind: 'segment',
      id,
      shotId,
      role: 'retake',
      from,
      frameCount,
      parentId: shot.headSegmentId,
      seed: range.seed ?? null,
      activeTakeId: null,
    });
    draft.set({ ...shot, headSegmentId: id });
  });
}

/** The branch that ends in `headSegmentId` becomes the shot's film; its clips are trimmed to it, or follow its ends. */
export function switchBranch(doc: Document, shotId: RecordId, headSegmentId: RecordId): DocumentDiff {
  const shot = recordOf(doc, 'shot', shotId);
  const head = recordOf(doc, 'segment', headSegmentId);
  if (head.shotId !== shotId)
    throw invalidEdit(
      'headSegmentId',
      headSegmentId,
      'that branch belongs to another shot',
      'Choose a branch of this shot.',
    );
  return editDocument(doc, (draft) => changeFilm(draft, shotId, () => draft.set({ ...shot, headSegmentId })));
}

/**
 * A segment without children leaves the document. Meant for plans that were never run: the caller knows whether takes
 * exist, and they stay in the library in any case.
 */
export function removePlannedSegment(doc: Document, segmentId: RecordId): DocumentDiff {
  const segment = recordOf(doc, 'segment', segmentId);
  const shot = recordOf(doc, 'shot', segment.shotId);
  if (segmentsOf(doc, shot.id).some(({ parentId }) => parentId === segmentId))
    throw invalidEdit('segment', segmentId, 'other segments grew from this one', 'Remove those first.');
  if (segment.parentId === null)
    throw invalidEdit('segment', segmentId, 'this is the first segment of its shot', 'Delete the clip instead.');
  return editDocument(doc, (draft) =>
    changeFilm(draft, shot.id, () => {
      draft.remove(segmentId);
      if (shot.headSegmentId === segmentId) draft.set({ ...shot, headSegmentId: segment.parentId });
    }),
  );
}

function changeFilm(draft: Draft, shotId: RecordId, change: () => void): void {
  const before = draft.doc;
  change();
  fitClips(draft, shotId, { before, followEdges: true });
}
