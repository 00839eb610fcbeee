import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '@main/platform/clock';
import { silentLog } from '@main/platform/log';
import { backUp } from '@main/services/backups/backup-files';
import { openLibrary } from '@main/services/library/library';
import { FrameStore } from '@main/services/media/frame-store';
import { createHeadlessStudio } from './headless-studio';
import { runCli } from './program';

let dir: string;
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'onionskin-library-'))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function cli(...argv: readonly string[]) {
  let [out, err] = ['', ''];
  const code = await runCli([...argv, '--library', join(dir, 'library')], {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    signal: new AbortController().signal,
    studio: createHeadlessStudio(resolve('out/main')),
  });
  return { code, out, err };
}

test('reclaim says what it would remove and removes it only with --apply; verify says the library is whole', async () => {
  await cli('library', 'verify');
  const store = new FrameStore(join(dir, 'library', 'frames'));
  const { hash, bytes } = await store.put(Uint8Array.of(1, 2, 3), 1, 1);
  const old = new Date(Date.now() - 3 * 60 * 60 * 1000);
  utimesSync(store.pathOf(hash), old, old);
  const looked = await cli('library', 'reclaim');
  expect([looked.code, looked.out]).toEqual([0, '1 files that nothing uses: 0.0 MB\n--apply would give back 0.0 MB\n']);
  expect(existsSync(store.pathOf(hash))).toBe(true);
  const applied = await cli('library', 'reclaim', '--apply', '--json');
  expect(JSON.parse(applied.out.trim().split('\n').at(-1) ?? '')).toMatchObject({
    event: 'done',
    applied: { filesRemoved: 1, bytesFreed: bytes },
  });
  expect(existsSync(store.pathOf(hash))).toBe(false);
  const verified = await cli('library', 'verify');
  expect([verified.code, verified.out]).toEqual([0, '✓ 0 frames and 0 imported files are whole (0.0 MB read)\n']);
});

test('a damaged database names the newest good backup, and the command it names brings it back', async () => {
  const where = join(dir, 'library');
  const library = await openLibrary(where, { clock: systemClock, log: silentLog });
  library.db.run("INSERT INTO projects (id, name, version, created_at, updated_at) VALUES ('p', 'Film', 0, 1, 1)");
  await backUp(library.db, library.paths, { clock: systemClock, log: silentLog }, 'daily');
  await library.close();
  writeFileSync(library.paths.database, Buffer.alloc(8192, 0x42));
  const refused = await cli('library', 'backups');
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('nothing was deleted')]);
  const name = /onionskin library restore (\S+)/.exec(refused.err)?.[1] ?? '';
  const listed = await cli('library', 'backups');
  expect([listed.code, listed.out]).toEqual([0, expect.stringContaining(name)]);
  expect((await cli('library', 'restore', name)).code).toBe(0);
  const restored = await openLibrary(where, { clock: systemClock, log: silentLog });
  expect(restored.db.all(z.object({ name: z.string() }), 'SELECT name FROM projects')).toEqual([{ name: 'Film' }]);
  await restored.close();
});

test('verify fails with a sentence when a frame is damaged', async () => {
  const library = await openLibrary(join(dir, 'library'), { clock: systemClock, log: silentLog });
  const store = new FrameStore(library.paths.frames);
  const { hash } = await store.put(Uint8Array.of(9, 9, 9), 1, 1);
  library.db.run('INSERT INTO frames VALUES (?, 1)', hash);
  await library.close();
  writeFileSync(store.pathOf(hash), 'not a picture');
  const outcome = await cli('library', 'verify');
  expect([outcome.code, outcome.out, outcome.err]).toEqual([
    1,
    expect.stringContaining(`✗ frame ${hash} is damaged`),
    expect.stringContaining('The library is not whole.'),
  ]);
});
