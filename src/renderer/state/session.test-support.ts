/**
 * A session over a project with one planned shot, and a stand-in for main's end of projects.commit that applies what it
 * is sent: the library in memory.
 */
import { applyDiff, documentFromRecords } from '@core/document/apply-diff';
import type { Document } from '@core/document/records';
import { AppError } from '@core/errors';
import { createProjectRecords } from '@core/timeline/create-project';
import { insertShot } from '@core/timeline/insert-shot';
import type { OpenProject } from '@contracts/ipc';
import type { PendingCommit } from './commit-queue.svelte';
import { ProjectSession, type SessionOptions } from './session.svelte';

export interface LibraryInMemory {
  doc: Document;
  version: number;
  readonly commits: PendingCommit[];
  /** While set, every commit fails with it. */
  failure: AppError | null;
}

export interface SessionUnderTest {
  readonly session: ProjectSession;
  readonly library: LibraryInMemory;
  readonly errors: AppError[];
  readonly staleCount: () => number;
}

export const RATE = { num: 8, den: 1 };

export function startDocument(): Document {
  const size = { width: 128, height: 128 };
  const project = documentFromRecords(createProjectRecords({ name: 'Film', rate: RATE, modelId: 'toy', ...size }));
  const shot = insertShot(project, {
    shotId: 'shot',
    segmentId: 'segment',
    clipId: 'clip',
    blockId: 'block',
    text: 'a red ball',
    trackId: 'track-1',
    start: 0,
    name: 'Shot 1',
    modelId: 'toy',
    rate: RATE,
    ...size,
    sampling: { steps: 24, guidance: 3, negative: '', contextFrames: 4, framesPerWindow: null },
    frameCount: 9,
  });
  return applyDiff(project, shot);
}

export function openSession(more: Partial<SessionOptions> = {}): SessionUnderTest {
  const library: LibraryInMemory = { doc: startDocument(), version: 7, commits: [], failure: null };
  const errors: AppError[] = [];
  let staleCount = 0;
  const opened: OpenProject = {
    id: 'film',
    version: library.version,
    records: [...library.doc.values()].map((record) => structuredClone(record)),
    history: { undo: [], redo: [] },
    takes: [],
    media: [],
    jobs: [],
    view: null,
  };
  const session = new ProjectSession(opened, {
    send: async (commit, baseVersion) => {
      await Promise.resolve();
      if (library.failure !== null) throw library.failure;
      if (baseVersion !== library.version) throw new AppError('project/stale-version', `version is ${library.version}`);
      library.doc = applyDiff(library.doc, commit.diff);
      library.version += 1;
      library.commits.push(commit);
      return library.version;
    },
    onError: (error) => errors.push(error),
    onStale: () => (staleCount += 1),
    fittedFrame: () => Promise.reject(new AppError('media/not-found', 'no stills in this test')),
    ...more,
  });
  return { session, library, errors, staleCount: () => staleCount };
}
