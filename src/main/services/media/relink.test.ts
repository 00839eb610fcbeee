import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { tempDir } from '../../../../test/support/temp-dir';
import { silentLog } from '../../platform/log';
import { encodeRgbPng } from '../../platform/png';
import { openLibrary } from '../library/library';
import { FrameStore } from './frame-store';
import { MediaService } from './media-service';
import { filesUnder } from './files-under';
import { offlineOf, relink } from './relink';

/** A project `p` with these pictures, each a grey of its own; their originals and their copies are gone. */
async function aProjectWithout(...names: readonly string[]) {
  const dir = tempDir();
  const { db, paths, close } = await openLibrary(join(dir, 'library'), { clock: new FakeClock(), log: silentLog });
  onTestFinished(() => close());
  db.run("INSERT INTO projects (id, name, version, created_at, updated_at) VALUES ('p', 'P', 0, 1, 1)");
  const clock = new FakeClock();
  const how = { mediaDir: paths.media, frames: new FrameStore(paths.frames), clock, newId: randomUUID };
  const service = new MediaService(db, { ...how, onAdded: () => undefined });
  for (const [at, name] of names.entries()) {
    writeFileSync(join(dir, name), picture(at));
    const { id } = await service.importFile('p', join(dir, name));
    rmSync(join(dir, name));
    rmSync(service.pathOf(id));
  }
  const elsewhere = join(dir, 'elsewhere', 'deep', 'er');
  mkdirSync(elsewhere, { recursive: true });
  const offline = () => offlineOf(service.list('p'), (id) => service.pathOf(id));
  const look = async (...where: readonly string[]) =>
    relink(await filesUnder(where), { offline: await offline(), take: (id, path) => service.replaceFile(id, path) });
  return { dir, elsewhere, service, offline, look };
}

function picture(grey: number, side = 8): Uint8Array {
  return encodeRgbPng(new Uint8Array(side * side * 3).fill(grey), side, side);
}

test('the very file is found in a whole folder, under any name and ending', async () => {
  const { dir, elsewhere, service, offline, look } = await aProjectWithout('a.png', 'b.png');
  expect((await offline()).map(({ name }) => name).sort()).toEqual(['a.png', 'b.png']);
  writeFileSync(join(elsewhere, 'renamed.PNG'), picture(0));
  writeFileSync(join(elsewhere, 'other.png'), picture(99));
  const before = service.list('p');
  const { found, missing, refused } = await look(join(dir, 'elsewhere'));
  expect(found.map(({ name, file, by }) => [name, file, by])).toContainEqual(['a.png', 'renamed.PNG', 'hash']);
  expect([missing.length + found.length, refused]).toEqual([2, []]);
  const a = before.find(({ name }) => name === 'a.png')!;
  expect(service.get(a.id)).toEqual(a);
});

test('another version is taken by its size, or by its name, when only one fits', async () => {
  const { elsewhere, service, offline, look } = await aProjectWithout('a.png');
  const [{ id, bytes } = { id: '', bytes: 0 }] = service.list('p');
  writeFileSync(join(elsewhere, 'A.PNG'), picture(5, 16));
  const byName = await look(elsewhere);
  expect(byName.found).toEqual([{ mediaId: id, name: 'a.png', file: 'A.PNG', by: 'name' }]);
  expect([service.get(id).kind, await offline()]).toEqual(['image', []]);
  expect(service.get(id)).toMatchObject({ width: 16, height: 16 });
  expect(bytes).not.toBe(service.get(id).bytes);
});

test('two files that fit are one too many: nothing is guessed', async () => {
  const { dir, elsewhere, look } = await aProjectWithout('a.png');
  writeFileSync(join(elsewhere, 'a.png'), picture(5, 16));
  writeFileSync(join(dir, 'elsewhere', 'a.png'), picture(6, 24));
  expect(await look(join(dir, 'elsewhere'))).toMatchObject({ found: [], missing: [{ name: 'a.png' }] });
});

test('a file that cannot be read, or that the project has already, is refused by name and changes nothing', async () => {
  const { elsewhere, service, look, dir } = await aProjectWithout('a.png', 'b.png');
  const [a, b] = ['a.png', 'b.png'].map((name) => service.list('p').find((one) => one.name === name)!);
  writeFileSync(join(elsewhere, 'a.png'), 'no picture');
  expect((await look(elsewhere)).refused).toEqual([expect.objectContaining({ name: 'a.png', file: 'a.png' })]);
  renameSync(join(elsewhere, 'a.png'), join(dir, 'aside'));
  writeFileSync(join(elsewhere, 'b.png'), picture(1));
  expect((await look(elsewhere)).found).toHaveLength(1);
  await expect(service.replaceFile(a!.id, join(elsewhere, 'b.png'))).rejects.toMatchObject({ code: 'input/invalid' });
  expect([service.get(a!.id), service.get(b!.id)]).toEqual([a, b]);
});

test('a place that is not there is refused, and a look that is stopped changes nothing more', async () => {
  const { dir, elsewhere, offline, look, service } = await aProjectWithout('a.png');
  await expect(look(join(dir, 'nowhere'))).rejects.toMatchObject({ code: 'media/not-found' });
  writeFileSync(join(elsewhere, 'a.png'), picture(0));
  const take = (id: string, path: string) => service.replaceFile(id, path);
  await expect(filesUnder([elsewhere], AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  const stopped = relink(await filesUnder([elsewhere]), {
    offline: await offline(),
    take,
    signal: AbortSignal.abort(),
  });
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  expect(await offline()).toHaveLength(1);
});
