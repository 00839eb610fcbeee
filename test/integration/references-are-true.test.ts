/**
 * The stored references are true: where Python with its packages is present (ONIONSKIN_PYTHON, .venv, or the system's),
 * they are made again from scratch and held against the files. Elsewhere the tests are skipped and say what is missing.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { decodePng } from '@main/platform/png';
import { findPython } from '../support/find-python';
import { aTempDir, pocketDir, psnr, readNpy, referenceDir } from '../support/pocket';

const temp = aTempDir();
afterAll(() => temp.remove());
const found = findPython(resolve('.'), ['torch', 'onnxruntime', 'tokenizers', 'transformers', 'numpy', 'PIL']);
const python = 'python' in found ? found.python : null;
const withDiffusers = findPython(resolve('.'), [
  'torch',
  'diffusers',
  'transformers',
  'tokenizers',
  'onnxruntime',
  'onnx',
]);
const diffusers = 'python' in withDiffusers ? withDiffusers.python : null;
const reason = 'missing' in found ? ` (skipped: ${found.missing})` : '';

function differenceOf(stored: string, made: string): number {
  const [a, b] = [stored, made].map((path) => Array.from(readNpy(path)));
  if (a?.length !== b?.length) return Infinity;
  return Math.max(...(a ?? []).map((value, i) => Math.abs(value - (b?.[i] ?? NaN))));
}

function runPython(folder: string, ...args: string[]): void {
  execFileSync(python ?? '', args, {
    cwd: resolve(folder),
    stdio: 'pipe',
    env: { ...process.env, HF_HUB_OFFLINE: '1' },
  });
}

describe(`Python makes the stored references again${reason}`, () => {
  test.skipIf(python === null).each(['text', 'first-and-last', 'no-guidance-one-frame'])(
    "pocket's %s, by models/pocket/reference.py",
    (name) => {
      const out = join(temp.dir, name);
      mkdirSync(out);
      for (const file of readdirSync(referenceDir))
        if (file.startsWith('input-')) copyFileSync(join(referenceDir, file), join(out, file));
      const cases = z
        .record(z.string(), z.record(z.string(), z.unknown()))
        .parse(JSON.parse(readFileSync(join(referenceDir, 'cases.json'), 'utf8')));
      writeFileSync(join(out, 'cases.json'), JSON.stringify({ [name]: cases[name] }));
      runPython('models/pocket', 'reference.py', pocketDir, out, join(out, 'cases.json'));

      const file = `${name}.latents.npy`;
      const difference = differenceOf(join(referenceDir, file), join(out, file));
      // Another processor, another build of ONNX Runtime: the same bar as between Python and the engine.
      expect(difference).toBeLessThan(1e-4);
      const frames = readdirSync(join(referenceDir, name));
      expect(readdirSync(join(out, name))).toEqual(frames);
      for (const frame of frames) {
        const [a, b] = [referenceDir, out].map((dir) => decodePng(readFileSync(join(dir, name, frame))).rgb);
        expect(psnr(a ?? new Uint8Array(), b ?? new Uint8Array())).toBeGreaterThan(50);
      }
    },
  );

  // Their checkpoints are random numbers, the same everywhere; those of the other families are trained.
  test.skipIf(diffusers === null).each(['wan', 'svd', 'ltx'])(
    "all of %s's, by its tiny checkpoint and diffusers' own pipeline",
    { timeout: 300_000 },
    (family) => {
      const out = join(temp.dir, family);
      execFileSync(diffusers ?? '', [`${family}_tiny.py`, out, '--references'], {
        cwd: resolve('models/export'),
        stdio: 'pipe',
      });
      const stored = resolve('test/fixtures', `${family}-tiny/reference`);
      const made = join(out, 'reference');
      expect(readdirSync(made)).toEqual(readdirSync(stored));
      for (const file of readdirSync(stored)) {
        const [a, b] = [join(stored, file), join(made, file)];
        if (file.endsWith('.npy')) expect(differenceOf(a, b)).toBeLessThan(1e-4);
        else if (file.endsWith('.png')) {
          const [left, right] = [a, b].map((path) => decodePng(readFileSync(path)).rgb);
          expect(psnr(left ?? new Uint8Array(), right ?? new Uint8Array())).toBeGreaterThan(50);
        }
      }
    },
  );

  test.skipIf(python === null)("T5's tokens, by models/goldens/make_t5_tokens.py", () => {
    runPython('models/goldens', 'make_t5_tokens.py', resolve('test/fixtures/t5-tokenizer'), '--check');
  });
});
