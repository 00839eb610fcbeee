import { describe, expect, it } from 'vitest';
import type { HistoryRun } from '@contracts/history';
import type { StudioClient } from '../../bridge/client';
import { AppError } from '@core/errors';
import { AppState } from '../../state/app.svelte';
import { HistoryList } from './history-list.svelte';

interface Asked {
  readonly text: string;
  readonly before: number | null;
  readonly limit: number;
}

function run(n: number): HistoryRun {
  return {
    takeId: `take-${n}`,
    jobId: null,
    projectId: 'film',
    projectName: 'Film',
    isProjectTrashed: false,
    modelId: 'toy',
    seed: n,
    prompt: `a ball ${n}`,
    createdAt: n,
    isStarred: false,
    note: '',
    frameCount: 9,
    posterFrame: null,
    error: null,
  };
}

/** A library whose runs are numbered 1 … `count`; answers are held back while `hold` is set. */
function library(count: number) {
  const state = { count, hold: false };
  const asked: Asked[] = [];
  const held: (() => void)[] = [];
  const client: StudioClient = {
    platform: 'linux',
    invoke: async (method, input) => {
      if (method === 'takes.note') throw new AppError('library/io', 'the disk is full');
      if (method === 'takes.star') return {} as never;
      const query = input as unknown as Asked;
      asked.push(query);
      const top = Math.min(state.count, (query.before ?? Infinity) - 1);
      const numbers = Array.from({ length: Math.max(0, top) }, (_, index) => top - index);
      const page = numbers.filter((n) => `a ball ${n}`.includes(query.text)).slice(0, query.limit);
      const last = page.at(-1) ?? 0;
      if (state.hold) await new Promise<void>((resolve) => held.push(resolve));
      return { runs: page.map(run), next: last > 1 && page.length === query.limit ? last : null } as never;
    },
    on: () => () => undefined,
    onPreview: () => () => undefined,
    importFiles: () => Promise.resolve([]),
    readRecipes: () => Promise.reject(new Error('not in this test')),
  };
  return { list: new HistoryList(new AppState(client)), asked, held, state };
}

const everything = { text: '', isStarred: false, projectId: null, modelId: null, from: null, to: null };
const seedsOf = ({ list }: ReturnType<typeof library>) => list.runs?.map(({ seed }) => seed);

describe('the history', () => {
  it('comes page by page until there is no more', async () => {
    const { list, asked } = library(120);
    expect(list.runs).toBeNull();
    await list.search(everything);
    await list.more();
    await list.more();
    expect(list.hasMore).toBe(false);
    await list.more();
    expect(asked.map(({ before }) => before)).toEqual([null, 71, 21]);
    expect(list.runs?.map(({ seed }) => seed)).toEqual(Array.from({ length: 120 }, (_, index) => 120 - index));
  });

  it('shows the answer to what was asked last, whichever comes first', async () => {
    const studio = library(12);
    studio.state.hold = true;
    const first = studio.list.search(everything);
    const second = studio.list.search({ ...everything, text: 'ball 7' });
    for (const answer of studio.held.reverse()) answer();
    await Promise.all([first, second]);
    expect(seedsOf(studio)).toEqual([7]);
    expect(studio.list.isLoading).toBe(false);
  });

  it('puts a new run on top and keeps the pages that were read', async () => {
    const studio = library(70);
    await studio.list.search(everything);
    await studio.list.more();
    await studio.list.setStar('take-3', true);
    studio.state.count = 72;
    await studio.list.refresh();
    expect(seedsOf(studio)).toEqual(Array.from({ length: 72 }, (_, index) => 72 - index));
    expect(studio.list.runs?.find(({ seed }) => seed === 3)?.isStarred).toBe(true);
    expect(studio.list.hasMore).toBe(false);
  });

  it('takes a note back that the library refused', async () => {
    const studio = library(2);
    await studio.list.search(everything);
    const writing = studio.list.setNote('take-2', 'the good one');
    expect(studio.list.runs?.[0]?.note).toBe('the good one');
    await writing;
    expect(studio.list.runs?.[0]?.note).toBe('');
  });
});
