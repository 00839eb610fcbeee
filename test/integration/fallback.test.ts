/**
 * A device that worked when it was tried and does not when the run is made (a driver that was taken out, a card that was
 * unplugged): its graphs run on the processor, in real sessions, and the take says so for good.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { join, resolve } from 'node:path';
import { forkEngine } from '@main/engine/engine-process';
import { openStudio } from '@main/compose';
import { silentLog } from '@main/platform/log';
import type { ExporterProcess } from '@main/services/export/exporter';
import type { Studio } from '@main/studio';
import { buildEngine } from '../support/build-engine';
import { aTempDir, aWindow } from '../support/pocket';

const temp = aTempDir();
let studio: Studio;

beforeAll(async () => {
  const entry = await buildEngine();
  // The engine finds no Vulkan driver. It takes its environment from this process's.
  process.env['VK_ICD_FILENAMES'] = '/nowhere.json';
  process.env['VK_DRIVER_FILES'] = '/nowhere.json';
  studio = await openStudio({
    libraryDir: join(temp.dir, 'library'),
    embeddedModelsDir: resolve('resources/models'),
    spawnEngine: () => forkEngine(entry),
    spawnExporter: () => {
      throw new Error('this test exports nothing');
    },
    spawnProbe: aProbeThatWorked,
    appVersion: '0.0.0',
    threads: 1,
    log: silentLog,
  });
}, 120_000);

afterAll(async () => {
  await studio.close();
  delete process.env['VK_ICD_FILENAMES'];
  delete process.env['VK_DRIVER_FILES'];
  temp.remove();
});

/** What the ladder was told before: the device works. */
function aProbeThatWorked(): ExporterProcess {
  let tell: (message: unknown) => void = () => undefined;
  let gone: (exit: { code: number | null; signal: string | null }) => void = () => undefined;
  return {
    postMessage: () => queueMicrotask(() => tell({ reason: null, ms: 1 })),
    onMessage: (listener) => (tell = listener),
    onExit: (listener) => (gone = listener),
    kill: () => queueMicrotask(() => gone({ code: null, signal: 'SIGKILL' })),
  };
}

async function generateOn(device: 'cpu' | 'webgpu') {
  const jobId = await studio.jobs.generate({
    ...{ projectId: null, shotId: 's', segmentId: device, parentTakeId: null, device },
    draft: {
      modelId: 'pocket',
      role: 'first',
      ...{ width: 64, height: 64, rate: { num: 8, den: 1 }, steps: 2, guidance: 3, frameCount: 2, seed: 3, known: [] },
      windows: [aWindow({ frames: 2, keepTo: 2 })],
    },
  });
  const job = await studio.jobs.settled(jobId);
  expect(job).toMatchObject({ state: 'done', error: null });
  return studio.takes.get(job.takeId ?? '');
}

test.skipIf(process.platform !== 'linux')('what fell back to the processor is written into the take', async () => {
  const [cpu, fallen] = [await generateOn('cpu'), await generateOn('webgpu')];
  expect(fallen.recipe).toMatchObject({
    provider: 'webgpu',
    ranOn: { text_encoder: 'cpu', transformer: 'cpu', vae_decoder: 'cpu' },
  });
  expect(cpu.recipe).not.toHaveProperty('ranOn');
  expect(fallen.view.frames).toEqual(cpu.view.frames);
  const { report } = studio.takes.report(fallen.view.id) ?? {};
  expect(report?.fallbacks.map(({ graph }) => graph)).toEqual(['text_encoder', 'transformer', 'vae_decoder']);
  expect(report?.fallbacks[0]?.reason).toMatch(/\w/);
});
