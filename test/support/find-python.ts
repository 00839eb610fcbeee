/**
 * The Python that has torch and diffusers, for what is held against them: ONIONSKIN_PYTHON, a virtual environment in the
 * repository, or the system's. The app itself needs none.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

/**
 * @param modules what it must be able to import
 * @returns missing: a sentence that says what is not there and what to do
 */
export function findPython(root: string, modules: readonly string[]): { python: string } | { missing: string } {
  const named = process.env['ONIONSKIN_PYTHON'];
  const places = named ? [named] : [path.join(root, '.venv/bin/python'), 'python3', 'python'];
  let found = 'there is no Python here';
  for (const python of places) {
    if (spawnSync(python, ['--version'], { encoding: 'utf8' }).status !== 0) continue;
    const imports = spawnSync(python, ['-c', modules.map((name) => `import ${name}`).join('; ')], { encoding: 'utf8' });
    if (imports.status === 0) return { python };
    found = `${python} lacks ${modules.join(', ')} (${imports.stderr.trim().split('\n').at(-1) ?? 'it fails'})`;
  }
  return { missing: `${found}: make one with models/export/requirements.txt and name it in ONIONSKIN_PYTHON` };
}
