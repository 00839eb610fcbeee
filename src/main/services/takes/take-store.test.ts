import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { aRecipe } from '../../../../test/support/pocket';
import { tempDir } from '../../../../test/support/temp-dir';
import { silentLog } from '../../platform/log';
import { openLibrary } from '../library/library';
import { canonicalJson, recipeHash } from './recipe-hash';
import { TakeStore, type NewTake } from './take-store';

const Count = z.object({ n: z.int() });

async function openStore() {
  const library = await openLibrary(tempDir(), { clock: new FakeClock(), log: silentLog });
  onTestFinished(() => library.close());
  library.db.run("INSERT INTO projects (id, name, version, created_at, updated_at) VALUES ('p', 'P', 0, 1, 1)");
  return { db: library.db, store: new TakeStore(library.db) };
}

function hash(digit: string): string {
  return digit.repeat(64);
}

function aTake(id: string, more: Partial<NewTake> = {}): NewTake {
  const base = {
    projectId: 'p',
    shotId: 's',
    segmentId: 'g',
    parentTakeId: null,
    recipe: aRecipe({ seed: 4294967295 }),
  };
  return { id, ...base, frames: [hash('a'), hash('b'), hash('a')], createdAt: 10, ...more };
}

test('a take made after the clock was set back is still the newest', async () => {
  const { store } = await openStore();
  expect(store.timeOfNext('p', 5)).toBe(5);
  store.add(aTake('t1', { createdAt: 1_000 }));
  expect([store.timeOfNext('p', 2_000), store.timeOfNext('p', 5), store.timeOfNext(null, 5)]).toEqual([
    2_000, 1_001, 5,
  ]);
  store.add(aTake('t2', { createdAt: store.timeOfNext('p', 5) }));
  expect(store.list('p').map(({ id }) => id)).toEqual(['t2', 't1']);
});

describe('takes', () => {
  test('read back as they were added, with their recipe, and share frames by hash', async () => {
    const { db, store } = await openStore();
    const first = store.add(aTake('t1'));
    const second = store.add(
      aTake('t2', { parentTakeId: 't1', draftKey: '1-abc', frames: [hash('b'), hash('c')], createdAt: 11 }),
    );
    expect(store.get('t1')).toEqual({ view: first, recipe: aRecipe({ seed: 4294967295 }), projectId: 'p' });
    expect(store.list('p')).toEqual([second, first]);
    expect(first).toEqual({
      id: 't1',
      shotId: 's',
      segmentId: 'g',
      parentTakeId: null,
      seed: 4294967295,
      frames: [hash('a'), hash('b'), hash('a')],
      recipeHash: recipeHash(aRecipe({ seed: 4294967295 })),
      draftKey: null,
      createdAt: 10,
    });
    expect(second.draftKey).toBe('1-abc');
    expect(db.get(Count, 'SELECT count(*) AS n FROM frames')).toEqual({ n: 3 });
  });

  test('a take whose parent is unknown is refused whole', async () => {
    const { db, store } = await openStore();
    expect(() => store.add(aTake('t1', { parentTakeId: 'nobody' }))).toThrow('FOREIGN KEY');
    expect(db.get(Count, 'SELECT count(*) AS n FROM frames')).toEqual({ n: 0 });
  });

  test('an unknown take is named; a take without frames is a bug', async () => {
    const { store } = await openStore();
    expect(() => store.get('x')).toThrow(expect.objectContaining({ code: 'input/not-found' }));
    expect(() => store.add(aTake('t1', { frames: [] }))).toThrow('at least one frame');
  });
});

describe('recipe hash', () => {
  test('does not depend on the order fields were written in', () => {
    const recipe = aRecipe();
    const reversed = Object.fromEntries(Object.entries(recipe).reverse()) as typeof recipe; // the same fields
    expect(recipeHash(reversed)).toBe(recipeHash(recipe));
    expect(recipeHash({ ...recipe, seed: 2 })).not.toBe(recipeHash(recipe));
  });

  test('canonical JSON sorts keys at every depth, keeps array order and drops undefined', () => {
    expect(canonicalJson({ b: [2, { z: 1, a: null }], a: 'ü"', c: undefined, 'a b': -0.5e-7 })).toBe(
      '{"a":"ü\\"","a b":-5e-8,"b":[2,{"a":null,"z":1}]}',
    );
    expect(() => canonicalJson({ a: Number.NaN })).toThrow('NaN');
  });
});

test('where the graphs of a take ran is kept with it, and is not part of what its recipe asks for', async () => {
  const { store } = await openStore();
  const asked = aRecipe({ provider: 'webgpu' });
  const ranOn = { vae_decoder: 'cpu' as const };
  const view = store.add(aTake('t1', { recipe: { ...asked, ranOn } }));
  expect(view.recipeHash).toBe(recipeHash(asked));
  expect(store.get('t1').recipe).toEqual({ ...asked, ranOn });
});
