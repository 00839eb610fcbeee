import { describe, expect, it } from 'vitest';
import { recordOf, recordsOf } from '@core/document/access';
import { draftKey } from '@core/prompt/draft-key';
import { planSegment } from '@core/prompt/plan';
import { extendForward } from '@core/timeline/grow-segment';
import { setInOut } from '@core/timeline/project-settings';
import { setPromptText } from '@core/timeline/prompt-blocks';
import { setSegment } from '@core/timeline/segments';
import type { ApiMethod, ModelView } from '@contracts/ipc';
import type { TakeView } from '@contracts/job';
import type { RecipeDraft } from '@contracts/recipe';
import type { StudioClient } from '../bridge/client';
import { askGenerateStale, askRetake } from '../features/timeline/choices';
import { timelineUiOf } from '../features/timeline/timeline-ui.svelte';
import { AppState } from '../state/app.svelte';
import { openSession } from '../state/session.test-support';
import { toyManifest as manifest } from '../state/toy-manifest.test-support';
import { queueWaiting } from './generate';
import { markedRange } from './retake-range';

interface Queued {
  readonly segmentId: string;
  readonly parentTakeId: string | null;
  readonly draft: RecipeDraft;
}

/** A shot of nine made frames, five more grown from them and made, and a model that takes ten seconds for anything. */
function studio(limits: ModelView['manifest'] = manifest) {
  const queued: Queued[] = [];
  const client: StudioClient = {
    platform: 'linux',
    invoke: (method: ApiMethod, input: unknown) => {
      if (method === 'jobs.generate') queued.push(input as Queued);
      return Promise.resolve(
        (method === 'generate.estimate' ? { seconds: 10, basis: 'measured' } : { jobId: 'job' }) as never,
      );
    },
    on: () => () => undefined,
    onPreview: () => () => undefined,
    importFiles: () => Promise.resolve([]),
    readRecipes: () => Promise.reject(new Error('not in this test')),
  };
  const app = new AppState(client);
  const { session } = openSession({ limitsOf: (id) => (id === 'toy' ? limits : null) });
  app.session = session;
  app.models = [{ manifest: limits, isEmbedded: true, problem: null, bytes: 1 }];
  const made = (segmentId: string, id: string, createdAt = 1): TakeView => {
    const { doc, takes } = session;
    const { draft, parentTakeId } = planSegment({ doc, segmentId, takes, limits, seed: 1 });
    const frames = Array.from({ length: draft.frameCount }, (_, i) => `${id}${i}`.padEnd(64, '0'));
    const more = { seed: 1, recipeHash: 'a'.repeat(64), draftKey: draftKey(draft), createdAt };
    return { id, shotId: 'shot', segmentId, parentTakeId, frames, ...more };
  };
  session.addTake(made('segment', 'a'));
  session.edit('Extend', (doc) =>
    extendForward(doc, 'clip', { segmentId: 'more', blockId: 'then', frameCount: 5, text: 'it falls' }),
  );
  session.addTake(made('more', 'b'));
  /** Everything asynchronous here is promises alone, so their turns are counted. */
  const until = async (isReached: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 200 && !isReached(); turn++) await Promise.resolve();
    expect(isReached()).toBe(true);
  };
  const mark = (inPoint: number, outPoint: number): void => {
    session.edit('Mark', (doc) => setInOut(doc, { inPoint, outPoint }));
  };
  const stale = () => session.shotFilm('shot').spans.map((span) => span.staleReason);
  return { app, session, ui: timelineUiOf(app), queued, made, until, mark, stale };
}

describe('a take whose prompt was changed', () => {
  it('is stale with the reason, fresh again by undo, and unmoved by a seed', () => {
    const { session, stale } = studio();
    expect(stale()).toEqual([null, null]);
    session.edit('Edit prompt', (doc) => setPromptText(doc, 'then', 'it rises'));
    expect(stale()).toEqual([null, 'The prompt has changed since.']);
    session.undo();
    session.edit('Seed', (doc) => setSegment(doc, 'more', { seed: 5 }));
    expect(stale()).toEqual([null, null]);
  });
});

describe('generating everything stale', () => {
  it('says that nothing is', () => {
    const { app, ui } = studio();
    askGenerateStale(app);
    expect(ui.choice).toBeNull();
    expect(app.toasts.list.map((toast) => toast.text)).toEqual(['Nothing is stale']);
  });

  it('asks with the cost; then makes each part on the new take of the one before', async () => {
    const { app, session, ui, queued, made, until, stale } = studio();
    session.edit('Pin', (doc) => setSegment(doc, 'segment', { activeTakeId: 'a' }));
    session.edit('Edit prompt', (doc) => setPromptText(doc, 'block', 'a blue ball'));
    askGenerateStale(app);
    expect(ui.choice?.items.map(({ label, hint }) => [label, hint])).toEqual([['Generate 2 parts', '14 frames']]);
    expect(queued).toEqual([]);
    await until(() => ui.choice?.items[0]?.hint === '14 frames · about 10 s');
    ui.choice?.items[0]?.run();
    await until(() => queued.length === 1);
    expect([...app.waitingSegments]).toEqual(['more']);
    session.addTake(made('segment', 'c', 2));
    expect(stale()).toEqual([null, 'It grew from another take of the segment before it.']);
    queueWaiting(app, session, 'segment');
    await until(() => queued.length === 2);
    expect(queued.map(({ segmentId, parentTakeId }) => [segmentId, parentTakeId])).toEqual([
      ['segment', null],
      ['more', 'c'],
    ]);
    session.addTake(made('more', 'd', 3));
    expect(stale()).toEqual([null, null]);
  });
});

describe('retaking the marked range', () => {
  it('is meant only when one shot clip holds all of it', () => {
    const { session, mark } = studio();
    expect(markedRange(session)).toBeNull();
    mark(3, 6);
    expect(markedRange(session)).toMatchObject({ from: 3, to: 6, clip: { id: 'clip' }, shot: { id: 'shot' } });
    mark(3, 15);
    expect(markedRange(session)).toBeNull();
  });

  it('without a range makes a new take of the part under the playhead at once', async () => {
    const { app, ui, queued, until } = studio();
    askRetake(app);
    await until(() => queued.length === 1);
    expect(ui.choice).toBeNull();
    expect(queued[0]?.segmentId).toBe('segment');
  });

  it('as a bridge keeps what follows and lands on it', async () => {
    const { app, session, ui, queued, until, mark } = studio();
    mark(3, 6);
    askRetake(app);
    await until(() => ui.choice?.items[0]?.hint.endsWith('about 10 s') === true);
    expect(ui.choice?.items.map(({ label, refusal, preview }) => [label, refusal, preview?.from, preview?.to])).toEqual(
      [
        ['Bridge', null, 3, 6],
        ['Continue', null, 3, 14],
      ],
    );
    expect(session.history.undo).toHaveLength(2);
    ui.choice?.items[0]?.run();
    await until(() => queued.length === 1);
    expect(queued[0]?.draft).toMatchObject({ role: 'retake', frameCount: 3 });
    expect(queued[0]?.draft.known.map(({ index }) => index)).toEqual([-3, -2, -1, 3]);
    expect(session.shotFilm('shot').frames.map((frame) => frame?.slice(0, 2) ?? null)).toEqual([
      'a0',
      'a1',
      'a2',
      null,
      null,
      null,
      'a6',
      'a7',
      'a8',
      'b0',
      'b1',
      'b2',
      'b3',
      'b4',
    ]);
  });

  it('continuing lets what followed leave the film, as a branch of its own', async () => {
    const { app, session, ui, queued, until, mark } = studio();
    mark(3, 6);
    askRetake(app);
    expect(ui.choice?.items[1]?.hint).toContain('the 8 frames after leave the film');
    ui.choice?.items[1]?.run();
    await until(() => queued.length === 1);
    expect(queued[0]?.draft).toMatchObject({ role: 'forward', frameCount: 3 });
    expect(recordOf(session.doc, 'clip', 'clip').duration).toBe(6);
    expect(recordsOf(session.doc, 'segment').map(({ id }) => id)).toContain('more');
    session.undo();
    expect(recordOf(session.doc, 'clip', 'clip').duration).toBe(14);
  });

  it('says why one of them is not possible', () => {
    const blind = { ...manifest, conditioning: { ...manifest.conditioning, laterImages: 0 } };
    const { app, ui, mark } = studio(blind);
    mark(0, 2);
    askRetake(app);
    expect(ui.choice?.items.map(({ refusal }) => refusal)).toEqual([
      'this model cannot lead to a given frame',
      'the shot cannot grow from frame 0',
    ]);
  });
});
