import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DoctorLine } from '@contracts/ipc';
import { buildMain } from '../../../../test/support/build-main';
import { forkExporter } from '../export/fork-exporter';
import { runDoctor, type DoctorOptions } from './doctor';
import { createProviderProbe } from './provider-probe';

let built: Awaited<ReturnType<typeof buildMain>>;
let dir: string;

beforeAll(async () => {
  built = await buildMain();
});
afterAll(() => built.remove());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'onionskin-doctor-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const probe = (entry: string) => createProviderProbe({ spawn: () => forkExporter(join(built.builtDir, entry)) });

async function examine(options: Partial<DoctorOptions> = {}): Promise<Map<string, DoctorLine>> {
  const lines = await runDoctor({
    libraryDir: join(dir, 'library'),
    appVersion: '1.2.3',
    modelDirs: [],
    probeProvider: async (provider) => (provider === 'cpu' ? null : 'no driver'),
    ...options,
  });
  return new Map(lines.map((line) => [line.area, line]));
}

describe('runDoctor', () => {
  it('finds a working installation in order, line by line', async () => {
    const lines = await examine({ modelDirs: [resolve('resources/models/pocket')] });
    expect([...lines.values()].filter(({ ok }) => !ok)).toEqual([]);
    expect(lines.get('onionskin')).toMatchObject({ found: '1.2.3' });
    expect(lines.get('model pocket')?.found).toMatch(/^all \d+ files as in the manifest$/);
    expect(lines.get('library folder')).toMatchObject({ ok: true, found: 'works' });
    expect(await readdir(join(dir, 'library'))).toEqual([]);
  });

  it('takes a missing accelerator for what it is, and a missing CPU provider for a fault', async () => {
    const lines = await examine({ probeProvider: async () => 'does not load' });
    expect(lines.get('provider cuda')).toEqual({
      area: 'provider cuda',
      ok: true,
      found: 'off: does not load',
      wanted: 'optional',
      fix: '',
    });
    expect(lines.get('provider cpu')).toMatchObject({ ok: false, found: 'off: does not load' });
  });

  it('names the model file that is missing, short or changed', async () => {
    const model = join(dir, 'model');
    await cp(resolve('resources/models/pocket'), model, { recursive: true });
    await writeFile(join(model, 'preview.json'), '{}');
    await rm(join(model, 'vae_decoder', 'model.onnx'));
    const line = (await examine({ modelDirs: [model] })).get('model pocket');
    expect(line).toMatchObject({
      ok: false,
      found: expect.stringMatching(/^preview.json has 2 bytes, not \d+ \(and 1 more\)$/),
    });
    const index = join(model, 'model_index.json');
    await writeFile(index, (await readFile(index, 'utf8')).replace('LTX', 'XTL'));
    const changed = (await examine({ modelDirs: [model] })).get('model pocket');
    expect(changed?.found).toBe('model_index.json has another sha256 (and 2 more)');
    expect(line?.fix).not.toBe('');
  });

  it('goes on past a model without a manifest and a library that is a file', async () => {
    await writeFile(join(dir, 'library'), 'not a folder');
    const lines = await examine({ modelDirs: [join(dir, 'nothing')] });
    expect(lines.get('model nothing')?.ok).toBe(false);
    expect(lines.get('library disk')?.ok).toBe(false);
    expect(lines.get('library folder')).toMatchObject({ ok: false, wanted: 'write, fsync and rename' });
    expect(lines.get('ffmpeg')?.ok).toBe(true);
  });

  it('checks the database of the library, and finds a damaged one', async () => {
    await mkdir(join(dir, 'library'));
    const path = join(dir, 'library', 'library.sqlite');
    new Database(path).exec('CREATE TABLE t (x)').close();
    expect((await examine()).get('library database')).toMatchObject({ ok: true, found: 'quick_check: ok' });
    await writeFile(path, Buffer.alloc(8192, 7));
    expect((await examine()).get('library database')).toMatchObject({ ok: false });
  });
});

describe('the provider probe', () => {
  it('runs the CPU provider for real, and gives the reason where one is not built in', async () => {
    const probeProvider = probe('probe.js');
    expect(await probeProvider('cpu')).toBeNull();
    expect(await probeProvider('no-such-provider')).toBe('not part of ONNX Runtime on this platform');
  });

  it('takes a child that dies for a no', async () => {
    expect(await probe('missing.js')('cpu')).toBe('ends the process that tries it (exit 1)');
  });
});
