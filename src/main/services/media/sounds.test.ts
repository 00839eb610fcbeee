/** Sounds as imported: kept byte for byte, measured by decoding, with a waveform that is there again when it was lost. */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { framesFromSamples } from '@core/time/rate';
import { SAMPLES_PER_PEAK } from '@core/export/sound-plan';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { clicks, wavFile } from '../../../../test/support/sounds';
import { tempDir } from '../../../../test/support/temp-dir';
import { silentLog } from '../../platform/log';
import { encodeRgbPng } from '../../platform/png';
import { openLibrary } from '../library/library';
import { sweepLibrary } from '../library/sweep';
import { FrameStore } from './frame-store';
import { MediaService } from './media-service';
import { soundBlocks } from './sound-files';

async function openService() {
  const dir = tempDir();
  const library = await openLibrary(join(dir, 'library'), { clock: new FakeClock(), log: silentLog });
  onTestFinished(() => library.close());
  library.db.run("INSERT INTO projects (id, name, version, created_at, updated_at) VALUES ('p', 'P', 0, 1, 1)");
  const service = new MediaService(library.db, {
    mediaDir: library.paths.media,
    frames: new FrameStore(library.paths.frames),
    clock: new FakeClock(),
    newId: randomUUID,
    onAdded: () => undefined,
  });
  const write = (name: string, bytes: Uint8Array | string) => {
    writeFileSync(join(dir, name), bytes);
    return join(dir, name);
  };
  return { library, service, write };
}

test('a sound is kept as it is and measured by decoding it', async () => {
  const { service, write } = await openService();
  const bytes = wavFile(clicks(1.5, [0.5], 44_100), { rate: 44_100 });
  const media = await service.importFile('p', write('Größe %d.WAV', bytes));
  expect(media).toMatchObject({
    kind: 'sound',
    name: 'Größe %d.WAV',
    sampleRate: 44_100,
    channels: 1,
    samples: 72_000,
  });
  expect(framesFromSamples(72_000, 48_000, { num: 25, den: 1 })).toBe(38);
  expect(new Uint8Array(readFileSync(service.pathOf(media.id)))).toEqual(new Uint8Array(bytes));
  expect(service.list('p')).toEqual([media]);
  expect(await service.importFile('p', write('again.wav', bytes))).toEqual(media);
});

test('its waveform shows where it is loud, and is made again when it is lost', async () => {
  const { service, write } = await openService();
  const media = await service.importFile('p', write('click.wav', wavFile(clicks(1, [0.5]))));
  const file = await service.peaksFile(media.id);
  const peaks = readFileSync(file);
  expect(peaks).toHaveLength(48_000 / SAMPLES_PER_PEAK);
  expect([peaks[49], peaks[50], peaks[51]]).toEqual([0, 229, 0]);
  rmSync(file);
  expect(new Uint8Array(readFileSync(await service.peaksFile(media.id)))).toEqual(new Uint8Array(peaks));
});

test('a mono sound is as loud on both sides as it is', async () => {
  const { service, write } = await openService();
  const media = await service.importFile('p', write('half.wav', wavFile(new Float32Array(4_800).fill(0.5))));
  const blocks: number[] = [];
  for await (const block of soundBlocks(await service.soundOf(media.id))) blocks.push(...block);
  expect(blocks).toHaveLength(9_600);
  expect([blocks[4_000], blocks[4_001]].map((value) => value?.toFixed(3))).toEqual(['0.500', '0.500']);
});

test.each([
  ['talk.mp3', 'Dear diary, this is not a sound.'],
  ['cut.flac', new Uint8Array(64)],
  ['picture.wav', encodeRgbPng(new Uint8Array(48), 4, 4)],
] as const)('%s is refused by name, with a remedy, and nothing is kept', async (name, bytes) => {
  const { library, service, write } = await openService();
  await expect(service.importFile('p', write(name, bytes))).rejects.toMatchObject({
    code: 'media/unreadable',
    message: expect.stringContaining(name),
    detail: { field: 'sound', value: name, remedy: expect.stringContaining('WAV') },
  });
  expect(service.list('p')).toEqual([]);
  expect(readdirSync(library.paths.media)).toEqual([]);
});

test('the sweep leaves a waveform as long as its sound is there', async () => {
  const { library, service, write } = await openService();
  const media = await service.importFile('p', write('click.wav', wavFile(clicks(1, [0.5]))));
  const file = await service.peaksFile(media.id);
  for (const name of readdirSync(dirname(file))) utimesSync(join(dirname(file), name), 0, 0);
  const clock = { now: () => Date.now(), monotonicMs: () => performance.now() };
  const sweep = () => sweepLibrary(library.db, library.paths, { clock, log: silentLog });
  expect(await sweep()).toMatchObject({ orphansRemoved: 0, missingMedia: [] });
  library.db.run('DELETE FROM media');
  expect(await sweep()).toMatchObject({ orphansRemoved: 2 });
  expect(existsSync(file)).toBe(false);
});

test('a sound has no picture and a picture no sound', async () => {
  const { service, write } = await openService();
  const sound = await service.importFile('p', write('click.wav', wavFile(clicks(1, [0.5]))));
  const picture = await service.importFile('p', write('dot.png', encodeRgbPng(new Uint8Array(48), 4, 4)));
  await expect(service.fittedFrame(sound.id, 16, 16)).rejects.toMatchObject({ code: 'input/invalid' });
  await expect(service.peaksFile(picture.id)).rejects.toMatchObject({ code: 'input/invalid' });
});
