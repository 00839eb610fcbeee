/**
 * The records of a new, empty project.
 */
import type { DocumentRecord } from '../document/records';
import type { Rate } from '../time/rate';

export interface NewProject {
  readonly name: string;
  readonly rate: Rate;
  /** Frame size of the film in pixels. */
  readonly width: number;
  readonly height: number;
  readonly modelId: string;
}

/** The project and its two video tracks, ids `track-1` (V1) and `track-2` (V2). */
export function createProjectRecords(project: NewProject): DocumentRecord[] {
  const { name, rate, width, height, modelId } = project;
  const fresh = { isLocked: false, isHidden: false, isSolo: false } as const;
  return [
    { kind: 'project', id: 'project', name, rate, width, height, modelId, inPoint: null, outPoint: null },
    { kind: 'track', id: 'track-1', name: 'V1', type: 'video', order: 0, ...fresh },
    { kind: 'track', id: 'track-2', name: 'V2', type: 'video', order: 1, ...fresh },
  ];
}
