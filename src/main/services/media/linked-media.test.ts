import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { clicks, wavFile } from '../../../../test/support/sounds';
import { tempDir } from '../../../../test/support/temp-dir';
import { silentLog } from '../../platform/log';
import { encodeRgbPng } from '../../platform/png';
import { duplicateProject } from '../bundles/duplicate-project';
import { exportBundle } from '../bundles/export-bundle';
import { importBundle } from '../bundles/import-bundle';
import { openLibrary } from '../library/library';
import { sweepLibrary } from '../library/sweep';
import { createProjectRecords } from '@core/timeline/create-project';
import { ProjectService } from '../projects/project-service';
import { sizeOfProject } from '../projects/project-size';
import { verifyLibrary } from '../upkeep/verify-library';
import { filesUnder } from './files-under';
import { FrameStore } from './frame-store';
import { MediaService } from './media-service';
import { offlineOf, relink } from './relink';

/** A project with the sound `click.wav` and the picture `grey %d.png`, both linked where they lie. */
async function aProject() {
  const dir = tempDir();
  const clock = new FakeClock();
  const { db, paths, close } = await openLibrary(join(dir, 'library'), { clock, log: silentLog });
  onTestFinished(() => close());
  const contentsOf = () => ({ takes: [], media: [], jobs: [] });
  const projects = new ProjectService(db, { clock, newId: randomUUID, contentsOf });
  const size = { width: 64, height: 64, rate: { num: 8, den: 1 }, modelId: 'pocket' };
  const projectId = projects.createFrom(createProjectRecords({ name: 'Linked', ...size }));
  const how = { mediaDir: paths.media, frames: new FrameStore(paths.frames), clock, newId: randomUUID };
  const service = new MediaService(db, { ...how, onAdded: () => undefined });
  const originals = join(dir, 'originals');
  mkdirSync(originals);
  const write = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(originals, name), bytes);
    return join(originals, name);
  };
  const picture = await service.importFile(projectId, write('grey %d.png', grey(9)), { keeping: 'link' });
  const sound = await service.importFile(projectId, write('click.wav', wavFile(clicks(1, [0.5]))), { keeping: 'link' });
  const offline = () => offlineOf(service.list(projectId), (id) => service.pathOf(id));
  const look = async (where: string) =>
    relink(await filesUnder([where]), { offline: await offline(), take: (id, path) => service.replaceFile(id, path) });
  const copies = () =>
    readdirSync(paths.media, { recursive: true })
      .map(String)
      .filter((name) => /\.(png|wav)$/.test(name));
  return { dir, originals, db, paths, clock, projectId, service, write, picture, sound, offline, look, copies };
}

function grey(value: number, side = 8): Uint8Array {
  return encodeRgbPng(new Uint8Array(side * side * 3).fill(value), side, side);
}

test('nothing is copied, and it is drawn and heard as a copy is', async () => {
  const { db, paths, projectId, service, picture, sound, copies, offline } = await aProject();
  expect([picture, sound]).toMatchObject([
    { isLinked: true, kind: 'image', width: 8, name: 'grey %d.png' },
    { isLinked: true, kind: 'sound' },
  ]);
  expect([copies(), await offline()]).toEqual([[], []]);
  expect(await service.fittedFrame(picture.id, 16, 16)).toMatch(/^[0-9a-f]{64}$/);
  expect((await service.soundOf(sound.id)).path).toMatch(/originals.click\.wav$/);
  // The waveform is the library's, never laid beside the original.
  expect(await service.peaksFile(sound.id)).toContain(paths.media);
  expect(copies()).toEqual([]);
  expect((await sizeOfProject(db, paths, projectId)).bytes).toBe(0);
  expect((await verifyLibrary(db, paths)).isSound).toBe(true);
});

test('the sweep misses no file of it and keeps its waveform', async () => {
  const { db, paths, service, sound } = await aProject();
  const file = await service.peaksFile(sound.id);
  utimesSync(file, 0, 0);
  const clock = { now: () => Date.now(), monotonicMs: () => performance.now() };
  expect(await sweepLibrary(db, paths, { clock, log: silentLog })).toMatchObject({
    orphansRemoved: 0,
    missingMedia: [],
  });
  expect(existsSync(file)).toBe(true);
});

test('an original that moved is offline and found again; one that changed is never taken for what it was', async () => {
  const { dir, originals, service, write, picture, sound, offline, look } = await aProject();
  await service.fittedFrame(picture.id, 16, 16);
  renameSync(originals, join(dir, 'moved'));
  expect((await offline()).map(({ id }) => id)).toEqual([picture.id, sound.id]);
  await expect(service.fittedFrame(picture.id, 32, 32)).rejects.toMatchObject({ code: 'media/not-found' });
  // Frames made from it before are there all the same.
  expect(await service.fittedFrame(picture.id, 16, 16)).toBeTruthy();
  const { found } = await look(dir);
  expect(found.map(({ name, by }) => [name, by]).sort()).toEqual([
    ['click.wav', 'hash'],
    ['grey %d.png', 'hash'],
  ]);
  expect([await offline(), service.get(picture.id)]).toEqual([[], picture]);

  mkdirSync(originals);
  rmSync(join(dir, 'moved', 'click.wav'));
  renameSync(write('click.wav', wavFile(clicks(1, [0.25]))), join(dir, 'moved', 'click.wav'));
  await expect(service.soundOf(sound.id)).rejects.toMatchObject({
    code: 'media/unreadable',
    message: 'click.wav was changed since it was linked.',
  });
  writeFileSync(join(dir, 'moved', 'grey %d.png'), grey(200, 99));
  await expect(service.fittedFrame(picture.id, 32, 32)).rejects.toMatchObject({ code: 'media/unreadable' });
  expect((await offline()).map(({ id }) => id)).toContain(picture.id);
});

test('another version is taken by its name, and stays linked', async () => {
  const { dir, originals, service, picture, offline, look, copies } = await aProject();
  rmSync(join(originals, 'grey %d.png'));
  mkdirSync(join(dir, 'new'));
  writeFileSync(join(dir, 'new', 'GREY %d.png'), grey(50, 20));
  expect((await look(join(dir, 'new'))).found).toMatchObject([{ mediaId: picture.id, by: 'name' }]);
  expect(service.get(picture.id)).toMatchObject({ isLinked: true, width: 20, name: 'grey %d.png' });
  expect([copies(), await offline()]).toEqual([[], []]);
});

test('copied into the library it needs its original no more; imported again it is linked or copied as asked', async () => {
  const { originals, service, projectId, picture, sound, copies } = await aProject();
  const copied = await service.collect(picture.id);
  expect(copied).toEqual({ ...picture, isLinked: undefined });
  expect(await service.importFile(projectId, join(originals, 'click.wav'))).toMatchObject({ id: sound.id });
  expect(service.list(projectId).map(({ id }) => id)).toEqual([picture.id, sound.id]);
  expect(copies()).toHaveLength(2);
  rmSync(originals, { recursive: true });
  expect(await service.fittedFrame(picture.id, 16, 16)).toBeTruthy();
  expect((await service.soundOf(sound.id)).path).not.toContain('originals');
});

test('a bundle has the originals inside, a twin is linked as well', async () => {
  const { dir, originals, db, paths, clock, projectId, service, picture } = await aProject();
  const outPath = join(dir, 'film.onionskin');
  await exportBundle(db, paths, { projectId, outPath }, { clock, appVersion: '1' });
  expect(readFileSync(outPath, 'latin1')).not.toContain(originals);
  const twin = duplicateProject(db, projectId, { newId: randomUUID, now: 1 });
  expect(service.list(twin)).toMatchObject([{ isLinked: true }, { isLinked: true }]);
  rmSync(originals, { recursive: true });
  const { projectId: copy } = await importBundle(db, paths, outPath, { newId: randomUUID, installedModels: [] });
  const [image] = service.list(copy);
  expect(image).toMatchObject({ sha256: picture.sha256 });
  expect(image).not.toHaveProperty('isLinked');
  expect(await service.fittedFrame(image!.id, 24, 24)).toBeTruthy();
  const again = exportBundle(db, paths, { projectId, outPath }, { clock, appVersion: '1' });
  await expect(again).rejects.toMatchObject({
    code: 'media/unreadable',
    detail: { remedy: expect.stringContaining('media panel') },
  });
});
