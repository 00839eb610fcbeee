/**
 * How a shot is sampled, and its name. New settings count for new runs; takes keep the recipe they were made with.
 */
import { clipsOfShot, recordOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import type { Document, RecordId, SamplingSettings } from '../document/records';
import { editDocument, invalidEdit } from './edit';

/** @throws AppError timeline/invalid-edit for steps, guidance or frame counts that no model takes */
export function setSampling(doc: Document, shotId: RecordId, patch: Partial<SamplingSettings>): DocumentDiff {
  const shot = recordOf(doc, 'shot', shotId);
  const sampling = { ...shot.sampling, ...patch };
  const { steps, guidance, contextFrames, framesPerWindow } = sampling;
  requireWhole('steps', steps, 200);
  requireWhole('contextFrames', contextFrames, 64);
  if (framesPerWindow !== null) requireWhole('framesPerWindow', framesPerWindow, 256);
  if (!(guidance >= 0 && guidance <= 50))
    throw invalidEdit('guidance', guidance, `guidance ${guidance} is out of range`, 'Use a number from 0 to 50.');
  return editDocument(doc, (draft) => draft.set({ ...shot, sampling }));
}

/** Words before and after every prompt of the shot; empty ones are none. */
export function setShotWords(
  doc: Document,
  shotId: RecordId,
  patch: { readonly head?: string | undefined; readonly tail?: string | undefined },
): DocumentDiff {
  const { head, tail, ...shot } = recordOf(doc, 'shot', shotId);
  const next = { head, tail, ...patch };
  return editDocument(doc, (draft) =>
    draft.set({
      ...shot,
      ...(next.head?.trim() && { head: next.head }),
      ...(next.tail?.trim() && { tail: next.tail }),
    }),
  );
}

/** The shot and the clips that carry its name. */
export function renameShot(doc: Document, shotId: RecordId, name: string): DocumentDiff {
  const shot = recordOf(doc, 'shot', shotId);
  if (name.trim() === '') throw invalidEdit('shot.name', name, 'a shot needs a name', 'Write at least one letter.');
  return editDocument(doc, (draft) => {
    draft.set({ ...shot, name });
    for (const clip of clipsOfShot(doc, shotId)) if (clip.name === shot.name) draft.set({ ...clip, name });
  });
}

function requireWhole(field: keyof SamplingSettings, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 1 || value > max)
    throw invalidEdit(field, value, `${field} cannot be ${value}`, `Use a whole number from 1 to ${max}.`);
}
