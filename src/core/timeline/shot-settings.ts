/**
 * How a shot is sampled. New settings count for new runs; takes keep the recipe they were made with.
 */
import { recordOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import { MAX_REFERENCES } from '../document/records';
import type { Document, Motion, RecordId, SamplingSettings } from '../document/records';
import { editDocument, invalidEdit } from './edit';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** @throws AppError timeline/invalid-edit for steps, guidance or frame counts that no model takes */
export function setSampling(doc: Document, shotId: RecordId, patch: Partial<SamplingSettings>): DocumentDiff {
  const shot = recordOf(doc, 'shot', shotId);
  const sampling: Mutable<SamplingSettings> = { ...shot.sampling, ...patch };
  const { steps, guidance, secondGuidance, guidanceRule, stepReuse, motion, contextFrames, framesPerWindow } = sampling;
  requireWhole('steps', steps, 200);
  requireWhole('contextFrames', contextFrames, 64);
  if (framesPerWindow !== null) requireWhole('framesPerWindow', framesPerWindow, 256);
  if (!(guidance >= 0 && guidance <= 50))
    throw invalidEdit('guidance', guidance, `guidance ${guidance} is out of range`, 'Use a number from 0 to 50.');
  if (secondGuidance === undefined) delete sampling.secondGuidance;
  else if (!(secondGuidance >= 0 && secondGuidance <= 50))
    throw invalidEdit(
      'secondGuidance',
      secondGuidance,
      `guidance ${secondGuidance} is out of range`,
      'Use a number from 0 to 50.',
    );
  if (guidanceRule === undefined) delete sampling.guidanceRule;
  if (stepReuse === undefined) delete sampling.stepReuse;
  if (motion === undefined) delete sampling.motion;
  else requireMotion(motion);
  requireFraction('guidanceRule.rescale', guidanceRule?.rescale ?? 0);
  requireFraction('guidanceRule.steady', guidanceRule?.steady ?? 0);
  const { start, stop } = guidanceRule?.interval ?? { start: 0, stop: 1 };
  requireFraction('guidanceRule.interval', start);
  requireFraction('guidanceRule.interval', stop);
  if (start >= stop)
    throw invalidEdit(
      'guidanceRule.interval',
      `${start} to ${stop}`,
      'guidance would end before it begins',
      'Let it begin earlier, or end later.',
    );
  if (stepReuse && !(stepReuse.threshold > 0 && stepReuse.threshold <= 1))
    throw invalidEdit(
      'stepReuse.threshold',
      stepReuse.threshold,
      `step reuse cannot allow an error of ${stepReuse.threshold}`,
      'Use a number above 0, up to 1; or turn it off.',
    );
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

/**
 * Pictures of what the shot shows, in their order; none is allowed.
 * @throws AppError timeline/invalid-edit for one that is there twice, or too many
 */
export function setReferences(doc: Document, shotId: RecordId, mediaIds: readonly string[]): DocumentDiff {
  const { references: _, ...shot } = recordOf(doc, 'shot', shotId);
  if (mediaIds.length > MAX_REFERENCES)
    throw invalidEdit(
      'references',
      mediaIds.length,
      `a shot has at most ${MAX_REFERENCES} reference pictures`,
      'Remove one first.',
    );
  if (new Set(mediaIds).size < mediaIds.length)
    throw invalidEdit(
      'references',
      mediaIds.length,
      'this picture is one of the references already',
      'Choose another picture.',
    );
  return editDocument(doc, (draft) => draft.set({ ...shot, ...(mediaIds.length > 0 && { references: mediaIds }) }));
}

function requireMotion({ bucket, noise }: Motion): void {
  if (!Number.isInteger(bucket) || bucket < 1 || bucket > 255)
    throw invalidEdit('motion.bucket', bucket, `motion cannot be ${bucket}`, 'Use a whole number from 1 to 255.');
  requireFraction('motion.noise', noise);
}

function requireFraction(field: string, value: number): void {
  if (!(value >= 0 && value <= 1))
    throw invalidEdit(field, value, `${field} cannot be ${value}`, 'Use a number from 0 to 1.');
}

function requireWhole(field: keyof SamplingSettings, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 1 || value > max)
    throw invalidEdit(field, value, `${field} cannot be ${value}`, `Use a whole number from 1 to ${max}.`);
}
