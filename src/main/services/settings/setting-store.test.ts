import { describe, expect, onTestFinished, test } from 'vitest';
import { mkdirSync } from 'node:fs';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { tempDir } from '../../../../test/support/temp-dir';
import { silentLog } from '../../platform/log';
import { libraryPaths, type LibraryPaths } from '../../platform/paths';
import { releasedMigrations } from '../database/migrations/released';
import { openDatabase } from '../database/open';
import { SettingStore } from './setting-store';

async function aStore(paths: LibraryPaths = libraryPaths(tempDir())): Promise<SettingStore> {
  mkdirSync(paths.frames, { recursive: true });
  const clock = new FakeClock();
  const db = await openDatabase(paths, { clock, log: silentLog, migrations: releasedMigrations, wasUnclean: false });
  onTestFinished(() => db.close());
  return new SettingStore(db, { clock });
}

describe('settings', () => {
  test('are there after the library was closed, whatever their letters', async () => {
    const value = { preset: 'premiere', custom: { 'edit.undo': ['Mod+KeyZ'] }, note: 'Größe „1“ 🎞' };
    const paths = libraryPaths(tempDir());
    (await aStore(paths)).set('keys', value);
    expect((await aStore(paths)).get('keys')).toEqual(value);
  });

  test('a later value takes the place of an earlier one; null takes it away', async () => {
    const store = await aStore();
    store.set('keys', [1]);
    store.set('keys', [2]);
    expect(store.get('keys')).toEqual([2]);
    store.set('keys', null);
    expect(store.get('keys')).toBeNull();
  });

  test('a value above 64 kB and a made-up name are refused, and nothing is kept of them', async () => {
    const store = await aStore();
    expect(() => store.set('keys', 'x'.repeat(65_536))).toThrow('too large');
    expect(() => store.set('No spaces', 1)).toThrow('not the name');
    expect([store.get('keys'), store.get('No spaces')]).toEqual([null, null]);
  });

  test('a made-up name cannot fill the table', async () => {
    const store = await aStore();
    for (let i = 0; i < 200; i++) store.set(`n${i}`, i);
    expect(() => store.set('one-more', 1)).toThrow('no room');
    store.set('n7', 'again');
    expect(store.get('n7')).toBe('again');
  });
});
