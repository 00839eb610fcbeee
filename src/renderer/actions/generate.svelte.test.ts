import { describe, expect, it } from 'vitest';
import { recordOf, recordsOf } from '@core/document/access';
import { setPromptText } from '@core/timeline/prompt-blocks';
import { setSegment } from '@core/timeline/segments';
import type { ApiMethod } from '@contracts/ipc';
import type { JobView, TakeView } from '@contracts/job';
import type { RecipeDraft } from '@contracts/recipe';
import type { StudioClient } from '../bridge/client';
import { AppState } from '../state/app.svelte';
import { openSession } from '../state/session.test-support';
import { toyManifest as manifest } from '../state/toy-manifest.test-support';
import { beginShot, extendClip, generateSelected, newPromptBlock, queueWaiting, retake } from './generate';

interface Queued {
  readonly segmentId: string;
  readonly parentTakeId: string | null;
  readonly draft: RecipeDraft;
}

function studio() {
  const queued: Queued[] = [];
  let onQueued: () => void = () => undefined;
  const client: StudioClient = {
    platform: 'linux',
    invoke: (method: ApiMethod, input: unknown) => {
      if (method === 'jobs.generate') {
        queued.push(input as Queued);
        onQueued();
      }
      return Promise.resolve({ jobId: 'job' } as never);
    },
    on: () => () => undefined,
    onPreview: () => () => undefined,
    importFiles: () => Promise.resolve([]),
    readRecipes: () => Promise.reject(new Error('not in this test')),
  };
  const app = new AppState(client);
  const under = openSession();
  app.session = under.session;
  app.models = [{ manifest, isEmbedded: true, problem: null, bytes: 1 }];
  /** Resolves when main has been asked for `count` runs in all. */
  const runs = (count: number): Promise<void> =>
    new Promise((resolve) => {
      onQueued = () => {
        if (queued.length >= count) resolve();
      };
      onQueued();
    });
  return { app, queued, runs, ...under };
}

function take(segmentId: string, id: string, seed: number, frames = 9): TakeView {
  return {
    id,
    shotId: 'shot',
    segmentId,
    parentTakeId: null,
    seed,
    frames: Array.from({ length: frames }, (_, index) => `${index}`.padStart(64, 'f')),
    recipeHash: 'a'.repeat(64),
    draftKey: null,
    createdAt: seed,
  };
}

describe('generating', () => {
  it('queues the selected shot with its prompt, after the document is saved', async () => {
    const { app, session, queued, runs, library } = studio();
    session.select(['block']);
    session.edit('Edit prompt', (doc) => setPromptText(doc, 'block', 'a blue fish'));
    generateSelected(app);
    await runs(1);
    expect(recordOf(library.doc, 'prompt-block', 'block').text).toBe('a blue fish');
    expect(queued[0]?.draft).toMatchObject({ role: 'first', frameCount: 9, steps: 24, modelId: 'toy' });
    expect(queued[0]?.draft.windows.map((window) => window.prompt)).toEqual(['a blue fish']);
  });

  it('asks for a prompt instead of running an empty one', () => {
    const { app, session, queued } = studio();
    session.edit('Edit prompt', (doc) => setPromptText(doc, 'block', '  '));
    session.select(['clip']);
    generateSelected(app);
    expect(queued).toEqual([]);
    expect(app.toasts.list.map((toast) => toast.text)).toEqual(['This shot has no prompt yet']);
    expect([...session.selection]).toEqual(['block']);
  });

  it('uses the locked seed once, and a fresh one for the retake', async () => {
    const { app, session, queued, runs } = studio();
    session.select(['clip']);
    session.edit('Change seed', (doc) => setSegment(doc, 'segment', { seed: 4711 }));
    generateSelected(app);
    await runs(1);
    expect(queued[0]?.draft.seed).toBe(4711);
    session.addTake(take('segment', 'one', 4711));
    retake(app, 'segment');
    await runs(2);
    expect(queued[1]?.draft.seed).not.toBe(4711);
    expect(recordOf(session.doc, 'segment', 'segment').seed).toBe(4711);
  });

  it('shows the new take even when an older one was pinned', async () => {
    const { app, session, runs } = studio();
    session.addTake(take('segment', 'one', 1));
    session.edit('Use take', (doc) => setSegment(doc, 'segment', { activeTakeId: 'one' }));
    retake(app, 'segment');
    await runs(1);
    expect(recordOf(session.doc, 'segment', 'segment').activeTakeId).toBeNull();
  });

  it('says so when the model is not there', async () => {
    const { app, session, queued } = studio();
    app.models = [];
    session.select(['clip']);
    generateSelected(app);
    await Promise.resolve();
    expect(queued).toEqual([]);
    expect(app.toasts.list.map((toast) => toast.text)).toEqual(['the model toy is not installed']);
  });
});

describe('extending', () => {
  it('adds the part, its prompt and its run in one go', async () => {
    const { app, session, queued, runs } = studio();
    session.addTake(take('segment', 'one', 1));
    expect(extendClip(app, 'clip', { frames: 5, direction: 'forward', text: 'it falls' })).toBe(true);
    await runs(1);
    expect(session.history.undo.map((entry) => entry.label)).toEqual(['Extend']);
    expect(queued[0]).toMatchObject({ parentTakeId: 'one', draft: { role: 'forward', frameCount: 5 } });
    expect(queued[0]?.draft.known.map((known) => known.index)).toEqual([-4, -3, -2, -1]);
    expect(queued[0]?.draft.windows.map((window) => window.prompt)).toEqual(['it falls']);
  });

  it('waits for a part that is still running, and goes on when its take arrives', async () => {
    const { app, session, queued, runs } = studio();
    const running: JobView = {
      id: 'job',
      projectId: 'film',
      kind: 'generate',
      state: 'running',
      title: '',
      shotId: 'shot',
      segmentId: 'segment',
      seed: 1,
      frameCount: 9,
      createdAt: 0,
      startedAt: 0,
      finishedAt: null,
      error: null,
      takeId: null,
      seconds: null,
      resumeStep: null,
      queuePlace: 1,
    };
    app.jobs.put(running);
    extendClip(app, 'clip', { frames: 5, direction: 'forward' });
    expect(app.waitingSegments.size).toBe(1);
    expect(queued).toEqual([]);
    session.addTake(take('segment', 'one', 1));
    queueWaiting(app, session, 'segment');
    await runs(1);
    expect(app.waitingSegments.size).toBe(0);
    expect(queued[0]?.parentTakeId).toBe('one');
  });
});

describe('beginning', () => {
  it('puts a new shot after what is in the way, with its prompt selected', () => {
    const { app, session } = studio();
    beginShot(app, { start: 3 });
    const clips = recordsOf(session.doc, 'clip').map(({ start, duration }) => ({ start, duration }));
    expect(clips).toEqual([
      { start: 0, duration: 9 },
      { start: 9, duration: 9 },
    ]);
    const selected = [...session.selection].map((id) => session.doc.get(id)?.kind);
    expect(selected).toEqual(['prompt-block']);
    expect(app.promptFocusRequests).toBe(1);
  });

  it('splits the block under the playhead, and only opens it at its first frame', () => {
    const { app, session } = studio();
    app.transport.seek(4);
    newPromptBlock(app);
    const blocks = () => recordsOf(session.doc, 'prompt-block').map(({ from, to }) => [from, to]);
    expect(blocks()).toEqual([
      [0, 4],
      [4, 9],
    ]);
    newPromptBlock(app);
    expect(blocks()).toHaveLength(2);
  });
});
