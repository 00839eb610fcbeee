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
const reason = 'missing' in found ? ` (skipped: ${found.missing})` : '';

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

      const latents = (dir: string): number[] => Array.from(readNpy(join(dir, `${name}.latents.npy`)));
      const [stored, made] = [latents(referenceDir), latents(out)];
      expect(made).toHaveLength(stored.length);
      const difference = Math.max(...stored.map((value, i) => Math.abs(value - (made[i] ?? NaN))));
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

  test.skipIf(python === null)("T5's tokens, by models/goldens/make_t5_tokens.py", () => {
    runPython('models/goldens', 'make_t5_tokens.py', resolve('test/fixtures/t5-tokenizer'), '--check');
  });
});
