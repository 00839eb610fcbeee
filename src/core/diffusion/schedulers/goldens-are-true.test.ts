/**
 * The stored reference values are made again from scratch, where a Python with torch and diffusers is named:
 * GOLDENS_PYTHON=/path/to/python. See models/goldens/README.md.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const python = process.env['GOLDENS_PYTHON'];
const script = join(import.meta.dirname, '../../../../models/goldens/make_schedulers.py');

test.runIf(python !== undefined)(
  'diffusers gives the stored values again',
  () => {
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    expect(() => execFileSync(python ?? '', [script, '--check'], { env, stdio: 'pipe' })).not.toThrow();
  },
  300_000,
);
