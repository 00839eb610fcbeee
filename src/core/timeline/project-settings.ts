/**
 * The project's own settings: name, size, model, rate, in and out point.
 */
import { projectOf, recordsOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import type { Document, ProjectRecord } from '../document/records';
import { createRate, ratesEqual } from '../time/rate';
import { editDocument, invalidEdit } from './edit';

/** outPoint is exclusive. An in point at or after the out point clears the other one, as editors do. */
export function setInOut(
  doc: Document,
  points: { readonly inPoint?: number | null; readonly outPoint?: number | null },
): DocumentDiff {
  const project = projectOf(doc);
  let { inPoint, outPoint } = { ...project, ...points };
  if (inPoint !== null && outPoint !== null && inPoint >= outPoint) {
    if (points.inPoint !== undefined && points.outPoint !== undefined)
      throw invalidEdit(
        'outPoint',
        outPoint,
        `the out point ${outPoint} must lie after the in point ${inPoint}`,
        'Choose a later out point.',
      );
    if (points.inPoint !== undefined) outPoint = null;
    else inPoint = null;
  }
  return editDocument(doc, (draft) => draft.set({ ...project, inPoint, outPoint }));
}

export function renameProject(doc: Document, name: string): DocumentDiff {
  return setProject(doc, { name });
}

/** The rate can change only while the timeline is empty. @throws AppError timeline/invalid-edit, input/invalid for a bad rate */
export function setProject(
  doc: Document,
  patch: Partial<Pick<ProjectRecord, 'name' | 'rate' | 'width' | 'height' | 'modelId'>>,
): DocumentDiff {
  const project = projectOf(doc);
  if (patch.name?.trim() === '')
    throw invalidEdit('project.name', patch.name, 'a project needs a name', 'Write at least one letter.');
  const rate = patch.rate ? createRate(patch.rate.num, patch.rate.den) : project.rate;
  const hasTimes = recordsOf(doc, 'clip').length + recordsOf(doc, 'marker').length > 0;
  if (!ratesEqual(rate, project.rate) && hasTimes)
    throw invalidEdit(
      'project.rate',
      `${rate.num}/${rate.den}`,
      'the rate cannot change while there are clips or markers',
      'Make a new project at that rate.',
    );
  return editDocument(doc, (draft) => draft.set({ ...project, ...patch, rate }));
}
