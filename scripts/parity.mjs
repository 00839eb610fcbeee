/**
 * `npm run parity`: every family against the reference runs that Python made over the same weights. Prints one table,
 * family × mode × scheduler; fails when a row is over the bars or missing. CI runs the same file with the engine's tests.
 */
import { installPackages } from './lib/packages.mjs';
import { projectEnv, runTool } from './lib/process.mjs';

await installPackages();
const file = 'src/main/engine/families/reference.test.ts';
const args = ['run', '--project', 'engine', file, '--reporter=dot', '--silent=false', '--disable-console-intercept'];
process.exitCode = await runTool('vitest/vitest.mjs', args, { env: projectEnv({ PARITY_TABLE: '1' }) });
