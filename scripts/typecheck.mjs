/**
 * Types, project by project: core compiles without Node and DOM types, so a stray `process`, `fetch` or `window` there
 * is an error; the renderer goes through svelte-check.
 */
import { runTool } from './lib/process.mjs';

for (const project of ['core', 'node', 'preload']) {
  const code = await runTool('typescript/bin/tsc', ['-p', `tsconfig.${project}.json`, '--pretty']);
  if (code !== 0) process.exit(code);
}
process.exitCode = await runTool('svelte-check/bin/svelte-check', [
  '--tsconfig',
  'tsconfig.renderer.json',
  '--fail-on-warnings',
  '--output',
  'human-verbose',
]);
