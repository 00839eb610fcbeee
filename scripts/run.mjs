/**
 * `node scripts/run.mjs TOOL [args]`: runs a tool of node_modules with the project's Node, whatever Node npm runs under.
 * `electron-vite dev` gets the Electron that set-up found.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { electronRuntime } from './lib/electron.mjs';
import { installPackages } from './lib/packages.mjs';
import { inRoot, projectEnv, runTool } from './lib/process.mjs';

const [tool, ...args] = process.argv.slice(2);
await installPackages();
const manifestFile = inRoot('node_modules', tool ?? '', 'package.json');
if (!tool || !existsSync(manifestFile)) {
  process.stderr.write(`usage: node scripts/run.mjs TOOL [args]; ${tool ?? 'no tool'} is not installed\n`);
  process.exit(2);
}
const { bin } = JSON.parse(readFileSync(manifestFile, 'utf8'));
const file = path.join(tool, typeof bin === 'string' ? bin : bin[tool]);
let env = {};
if (tool === 'electron-vite' && (args[0] === 'dev' || args[0] === 'preview')) {
  const electron = await electronRuntime();
  env = { ...electron.env, ELECTRON_EXEC_PATH: electron.executable, ONIONSKIN_LIBRARY: inRoot('.dev/library') };
  args.push('--', ...electron.args);
}
process.exitCode = await runTool(file, args, { env: projectEnv(env) });
