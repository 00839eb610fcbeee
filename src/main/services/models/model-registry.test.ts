import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RecipeDraft } from '@contracts/recipe';
import { aRecipe, aTempDir, aWindow, copyPocket, pocketDir, pocketManifest } from '../../../../test/support/pocket';
import { ModelRegistry, type RecipeCompletion } from './model-registry';

const temp = aTempDir();
afterAll(temp.remove);
let folders = 0;
const aFolder = (): string => join(temp.dir, String(folders++));
const aRegistry = (dir = pocketDir, listFile = join(aFolder(), 'models.json')): ModelRegistry =>
  new ModelRegistry({ embeddedDirs: [dir], listFile });

/** A copy of pocket with its own copy (not a link) of one file, which the test may damage. */
function damaged(path: string, damage: (file: string) => void): string {
  const dir = copyPocket(aFolder());
  rmSync(join(dir, path));
  copyFileSync(join(pocketDir, path), join(dir, path));
  damage(join(dir, path));
  return dir;
}
const flipByte = (file: string): void => {
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(file, bytes);
};

const { role, width, height, rate, frameCount, steps, guidance, seed, windows } = aRecipe();
const draft: RecipeDraft = { role, width, height, rate, frameCount, steps, guidance, seed, windows, modelId: 'pocket', known: [] };
const completion: RecipeCompletion = {
  resolveReference: () => Promise.resolve('c'.repeat(64)),
  resolveMedia: (mediaId, w, h) => Promise.resolve(mediaId === 'photo' && w === 128 && h === 128 ? 'a'.repeat(64) : 'b'.repeat(64)),
  provider: 'cpu',
  threads: 2,
  versions: { app: '1.2.3', onnxruntime: '1.30.0' },
};

describe('ModelRegistry', () => {
  test('lists the embedded package with its size and without a problem', async () => {
    const registry = aRegistry();
    const bytes = pocketManifest.files.reduce((sum, file) => sum + file.bytes, 0);
    expect(registry.list()).toEqual([{ manifest: pocketManifest, isEmbedded: true, problem: null, bytes }]);
    const seen: string[] = [];
    await registry.verify('pocket', (path, ok) => seen.push(`${ok} ${path}`));
    expect(seen).toEqual(pocketManifest.files.map((file) => `true ${file.path}`));
  });

  test('an unknown model is a named error that says which there are', () => {
    expect(() => aRegistry().get('sora')).toThrow(
      expect.objectContaining({ code: 'model/not-found', detail: expect.objectContaining({ value: 'sora', remedy: expect.stringContaining('pocket') as string }) as object }) as Error,
    );
  });

  test('a missing file shows as the model\'s problem and refuses the run', async () => {
    const registry = aRegistry(damaged('transformer/model.onnx', (file) => rmSync(file)));
    expect(registry.get('pocket').problem).toMatchObject({ code: 'model/missing-file', detail: { field: 'transformer/model.onnx' } });
    await expect(registry.verify('pocket')).rejects.toMatchObject({ code: 'model/missing-file' });
    await expect(registry.completeRecipe(draft, completion)).rejects.toMatchObject({ code: 'model/missing-file' });
  });

  test('a truncated file shows without reading it', async () => {
    const registry = aRegistry(damaged('vae_decoder/model.onnx', (file) => truncateSync(file, 1000)));
    expect(registry.get('pocket').problem).toMatchObject({
      code: 'model/wrong-hash',
      detail: { field: 'vae_decoder/model.onnx', value: '1000 bytes' },
    });
    await expect(registry.completeRecipe(draft, completion)).rejects.toMatchObject({ code: 'model/wrong-hash' });
  });

  test('a changed byte is found before the first run, and verify goes on to the other files', async () => {
    const registry = aRegistry(damaged('vae_encoder/model.onnx', flipByte));
    expect(registry.get('pocket').problem).toBeNull();
    await expect(registry.completeRecipe(draft, completion)).rejects.toMatchObject({
      code: 'model/wrong-hash',
      detail: { field: 'vae_encoder/model.onnx' },
    });
    const bad: string[] = [];
    let count = 0;
    const onFile = (path: string, ok: boolean): void => {
      count += 1;
      if (!ok) bad.push(path);
    };
    await expect(registry.verify('pocket', onFile)).rejects.toMatchObject({ code: 'model/wrong-hash' });
    expect({ bad, count }).toEqual({ bad: ['vae_encoder/model.onnx'], count: pocketManifest.files.length });
  });

  test('a manifest that is not one is reported and does not hide the others', () => {
    const broken = copyPocket(aFolder());
    writeFileSync(join(broken, 'onionskin.json'), '{"id": 7}');
    const registry = new ModelRegistry({ embeddedDirs: [broken, pocketDir], listFile: join(aFolder(), 'models.json') });
    expect(registry.list().map((model) => model.manifest.id)).toEqual(['pocket']);
    expect(registry.broken()).toMatchObject([{ dir: broken, error: { code: 'model/invalid-manifest' } }]);
  });

  test('an added package is remembered, stays where it is and may be added again', async () => {
    const dir = copyPocket(aFolder());
    writeFileSync(join(dir, 'onionskin.json'), JSON.stringify({ ...pocketManifest, id: 'pocket-two' }));
    const listFile = join(aFolder(), 'models.json');
    const added = await aRegistry(pocketDir, listFile).add(dir);
    expect(added).toMatchObject({ isEmbedded: false, problem: null });
    await aRegistry(pocketDir, listFile).add(dir);
    const later = aRegistry(pocketDir, listFile);
    expect(later.list().map((model) => model.manifest.id)).toEqual(['pocket', 'pocket-two']);
    expect(later.packageDirOf('pocket-two')).toBe(dir);
  });

  test.each<[string, () => string, string]>([
    ['a folder that is no package', aFolder, 'model/missing-file'],
    ['a damaged package', () => {
      const dir = damaged('preview.json', flipByte);
      writeFileSync(join(dir, 'onionskin.json'), JSON.stringify({ ...pocketManifest, id: 'other' }));
      return dir;
    }, 'model/wrong-hash'],
    ['a second package of the same id', () => copyPocket(aFolder()), 'input/invalid'],
    ['a family that this version does not run', () => {
      const dir = copyPocket(aFolder());
      writeFileSync(join(dir, 'onionskin.json'), JSON.stringify({ ...pocketManifest, id: 'w', family: 'cogvideox' }));
      return dir;
    }, 'model/unsupported'],
  ])('refuses to add %s, and lists nothing', async (_, folder, code) => {
    const listFile = join(aFolder(), 'models.json');
    await expect(aRegistry(pocketDir, listFile).add(folder())).rejects.toMatchObject({ code });
    expect(existsSync(listFile)).toBe(false);
  });

  test('a list file that is not one is a named error', () => {
    const listFile = join(temp.dir, 'bad-list.json');
    writeFileSync(listFile, '[');
    expect(() => aRegistry(pocketDir, listFile).list()).toThrow(expect.objectContaining({ code: 'library/corrupt' }) as Error);
  });

  test('completes a draft to a recipe that names every file, the scheduler and the stored image', async () => {
    const withPhoto = { ...draft, known: [{ index: 0, mediaId: 'photo' }], windows: [aWindow({ prefix: 1 })] };
    expect(await aRegistry().completeRecipe(withPhoto, completion)).toEqual(
      aRecipe({
        known: [{ index: 0, frame: 'a'.repeat(64) }],
        windows: [aWindow({ prefix: 1 })],
        threads: 2,
        versions: { app: '1.2.3', onnxruntime: '1.30.0' },
        scheduler: {
          class: 'FlowMatchEulerDiscreteScheduler',
          config: { num_train_timesteps: 1000, shift: 4, use_dynamic_shifting: false, shift_terminal: null },
        },
      }),
    );
  });

  test.each<[string, Partial<RecipeDraft>, string, string]>([
    ['a size off the grid', { width: 100 }, 'width', '100'],
    ['a size over the largest', { height: 288 }, 'height', '288'],
    ['a window off the grid', { frameCount: 20, windows: [aWindow({ frames: 20, keepTo: 20 })] }, 'windows.0.frames', '20'],
    ['too many context frames', { windows: [aWindow({ frames: 9, prefix: 5 })] }, 'windows.0.prefix', '5'],
  ])('refuses %s, naming field and value', async (_, overrides, field, value) => {
    await expect(aRegistry().completeRecipe({ ...draft, ...overrides }, completion)).rejects.toMatchObject({
      code: 'input/invalid',
      detail: { field, value, remedy: expect.stringContaining('Use') as string },
    });
  });

  test('counts a prompt\'s tokens', () => {
    expect(aRegistry().tokens('pocket', 'a red ball')).toEqual({ count: 5, limit: 32, keptChars: 10 });
  });
});
